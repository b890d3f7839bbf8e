// Convolution of spikes, stride 1, a row of the image at a time: y[n, o, h, w] = sum of weight[o, i, a, b] over the
// spikes of the window.
//
// A pixel of a row adds to the KW output pixels of each output row whose windows hold it. Their sums roll along the row
// in registers: a pixel's spikes are found once for all of them. What a word of spikes adds is found in one of two ways:
//
// - EVENTS: a set bit selects the weights of its channel; the cost follows the firing rate;
// - else table look-up as in spike_forward.cl: four channels select one of 16 sums; the cost is the same at any rate.
//
// Both are enqueued where either may be the faster; the number of spikes, counted on the device (count_spikes.cl), decides
// which of the two does the work, so that the choice depends on data alone and no one waits for it.
//
// Weights are first rounded to their grid (weight_grid.cl) and packed into entries:
// [outputs / (VECTORS * WIDTH)][word][ky][entry][kx][VECTORS][WIDTH] integers. The
// entries of one word and window row, some 30 KB, stay in the first-level cache while a block of rows passes by.
// Specialised further by: EVENTS, CHOOSES (whether the number of spikes decides), LARGEST_EVENT_RATE (in thousandths, up to
// which spikes are taken one by one), VECTORS (vectors of output channels of
// a work-item), OUT_WIDTH (pixels of an output row), BLOCK_ROWS (output rows of a work-item), COLLECTS (run_moments.cl) and
// RUN_ROWS (rows of a run of it, of which a block has one or more).
// Numerics: sums of integers, without rounding or order; each is rounded once, to a float.
#include "convolution/spike_lookup.cl"
#include "convolution/weight_levels.cl"
#include "convolution/run_moments.cl"

#if EVENTS
#define ENTRIES 32
#define ENTRY_VECTORS (KW * VECTORS)
#else
#define ENTRIES (GROUPS * ROWS)
// Where an entry is three vectors, a fourth lets a shift find it.
#define ENTRY_VECTORS (KW * VECTORS == 3 ? 4 : KW * VECTORS)
#endif

#if CHOOSES
#define CHOICE_PARAMETERS , __global const ulong *counts, int parts, int pixels
#define LEAVE_TO_THE_OTHER \
    ulong spike_count = 0; \
    for (int part = 0; part < parts; part++) \
        spike_count += counts[part]; \
    if ((spike_count * 1000 <= (ulong)pixels * CHANNELS * LARGEST_EVENT_RATE) != EVENTS) \
        return;
#else
#define CHOICE_PARAMETERS
#define LEAVE_TO_THE_OTHER
#endif

#define ROW_LOOP(index, count) _Pragma("unroll") for (int index = 0; index < (count); index++)

// A work-item packs one word, window row and chunk; global (words * KH, chunks).
__kernel void pack_entries(
    __global const float *filter, __global const float *grid, __global int *entries CHOICE_PARAMETERS)
{
    LEAVE_TO_THE_OTHER
    const int ky = get_global_id(0) % KH;
    const int word = get_global_id(0) / KH;
    const int chunk = get_global_id(1);
    const FLOATV scale = LOADV(grid + chunk * WIDTH);
    __global int *packed =
        entries
        + ((((size_t)(chunk / VECTORS) * WORDS + word) * KH + ky) * ENTRIES * ENTRY_VECTORS + chunk % VECTORS) * WIDTH;
    for (int kx = 0; kx < KW; kx++) {
        __global const float *tap = filter + (size_t)(ky * KW + kx) * CHANNELS * OUT_STRIDE + chunk * WIDTH;
        __global int *to = packed + (size_t)kx * VECTORS * WIDTH;
        for (int first = 0; first < (EVENTS ? ENTRIES : GROUPS * 4); first += 4) {
            INTV sums[ROWS];
            sums[0] = (INTV)(0);
            for (int i = 0; i < 4; i++) {
                const int channel = word * 32 + first + i;
                const INTV weight =
                    channel < CHANNELS ? weight_levels(LOADV(tap + (size_t)channel * OUT_STRIDE), scale) : (INTV)(0);
#if EVENTS
                STORE_LEVELS(weight, to + (size_t)(first + i) * ENTRY_VECTORS * WIDTH);
#else
                for (int j = 0; j < 1 << i; j++)
                    sums[(1 << i) + j] = sums[j] + weight;
#endif
            }
#if !EVENTS
            for (int row = 0; row < ROWS; row++)
                STORE_LEVELS(sums[row], to + (size_t)(first / 4 * ROWS + row) * ENTRY_VECTORS * WIDTH);
#endif
        }
    }
}

// A work-item makes VECTORS vectors of output channels of BLOCK_ROWS output rows: global (blocks, chunks / VECTORS). `rows`
// counts the output rows of all images.
__kernel void row_forward(
    __global const uint *spikes, __global const int *entries, __global const float *grid, __global float *output, int height,
    int width, int out_height, int rows MOMENTS_PARAMETER CHOICE_PARAMETERS)
{
    LEAVE_TO_THE_OTHER
    const int first = get_global_id(0) * BLOCK_ROWS;
    const int end = min(first + BLOCK_ROWS, rows);
    const int chunk = get_global_id(1) * VECTORS;
    INTV sums[BLOCK_ROWS * OUT_WIDTH * VECTORS];
    for (int i = 0; i < BLOCK_ROWS * OUT_WIDTH * VECTORS; i++)
        sums[i] = (INTV)(0);
    __global const INTV *slice =
        (__global const INTV *)entries + (size_t)get_global_id(1) * WORDS * KH * ENTRIES * ENTRY_VECTORS;
    for (int word = 0; word < WORDS; word++)
        for (int ky = 0; ky < KH; ky++, slice += ENTRIES * ENTRY_VECTORS)
            for (int r = first; r < end; r++) {
                const int y = r % out_height + ky - PAD;
                if (y < 0 || y >= height)
                    continue;
                __global const uint *line = spikes + ((size_t)(r / out_height) * height + y) * width * WORDS + word;
                INTV *row = sums + (r - first) * OUT_WIDTH * VECTORS;
                // At pixel x, rolling[k] is the sum of output pixel x + PAD - (KW - 1) + k, whose window holds x in
                // column KW - 1 - k. Every loop over k must be unrolled, or the sums are no registers.
                INTV rolling[KW][VECTORS];
                ROW_LOOP(k, KW) {
                    const int x = PAD - (KW - 1) + k;
                    ROW_LOOP(v, VECTORS)
                        rolling[k][v] = x >= 0 && x < OUT_WIDTH ? row[x * VECTORS + v] : (INTV)(0);
                }
                for (int x = 0; x < width; x++) {
                    uint bits = line[(size_t)x * WORDS];
#if EVENTS
                    while (bits) {
                        const int channel = popcount((bits & -bits) - 1u);
                        bits &= bits - 1u;
                        __global const INTV *entry = slice + channel * ENTRY_VECTORS;
                        ROW_LOOP(k, KW)
                            ROW_LOOP(v, VECTORS)
                                rolling[k][v] += entry[(KW - 1 - k) * VECTORS + v];
                    }
#else
                    ROW_LOOP(group, GROUPS) {
                        __global const INTV *entry = slice + selected_row(bits, group) * ENTRY_VECTORS;
                        ROW_LOOP(k, KW)
                            ROW_LOOP(v, VECTORS)
                                rolling[k][v] += entry[(KW - 1 - k) * VECTORS + v];
                    }
#endif
                    const int finished = x + PAD - (KW - 1);
                    if (finished >= 0)
                        ROW_LOOP(v, VECTORS)
                            row[finished * VECTORS + v] = rolling[0][v];
                    ROW_LOOP(k, KW - 1)
                        ROW_LOOP(v, VECTORS)
                            rolling[k][v] = rolling[k + 1][v];
                    if (x + 1 + PAD < OUT_WIDTH)
                        ROW_LOOP(v, VECTORS)
                            rolling[KW - 1][v] = row[(x + 1 + PAD) * VECTORS + v];
                }
                ROW_LOOP(k, KW - 1) {
                    const int x = width + PAD - (KW - 1) + k;
                    if (x >= 0 && x < OUT_WIDTH)
                        ROW_LOOP(v, VECTORS)
                            row[x * VECTORS + v] = rolling[k][v];
                }
            }
    const FLOATV *values = values_of_sums(sums, (end - first) * OUT_WIDTH, grid + OUT_STRIDE + chunk * WIDTH);
    for (int p = 0; p < (end - first) * OUT_WIDTH; p++)
        for (int v = 0; v < VECTORS; v++)
            STOREV(values[p * VECTORS + v], output + ((size_t)first * OUT_WIDTH + p) * OUT_STRIDE + (chunk + v) * WIDTH);
#if COLLECTS
    for (int r = first; r < end; r += RUN_ROWS)
        store_moments(
            values + (r - first) * OUT_WIDTH * VECTORS, min(RUN_ROWS, end - r) * OUT_WIDTH,
            moments + (size_t)(r / RUN_ROWS) * 2 * OUT_STRIDE + chunk * WIDTH);
#endif
}
