// What sparse_forward.cl and rolling_lookup_forward.cl share: convolutions of spikes, stride 1, a row of the image at a
// time: y[n, o, h, w] = sum of weight[o, i, a, b] over the spikes of the window.
//
// A pixel of a row adds to the KW output pixels of each output row whose windows hold it. Their sums roll along the row
// in registers: a pixel's spikes are found once for all of them. The two differ in what the spikes of a word select, one
// entry a spike or one a nibble, and in the rate at which they are fast.
//
// Both are enqueued where either may be the faster; the number of spikes, counted on the device (count_spikes.cl), decides
// which of the two does the work, so that the choice depends on data alone and no one waits for it.
//
// Weights are first rounded to their grid (weight_grid) and packed into entries, [outputs / (VECTORS * WIDTH)][word][ky][entry]
// [kx][PACKED_VECTORS][WIDTH] integers. The entries of one word and window row, some 30 KB, stay in the first-level cache
// while a block of rows passes by.
// An including file defines SPARSE (which of the two it is), ENTRIES (of a word), ENTRY_VECTORS (vectors from one to the
// next) and, below the include, add_selected().
// Specialised by: what lookup_table.cl says, CHOOSES (whether the number of spikes decides), LARGEST_SPARSE_RATE (in
// thousandths, up to which the sparse kernel does the work), VECTORS (vectors of output channels of a work-item), OUT_WIDTH
// (pixels of an output row), BLOCK_ROWS (output rows of a work-item) and COLLECTS (run_moments.cl, of whose runs a block has
// one or more).
// Numerics: sums of integers, without rounding or order; each is rounded once, to a float.
#include "convolution/simd/lookup_table.cl"
#include "convolution/simd/run_moments.cl"
#include "convolution/quantized_weights.cl"

#if CHOOSES
#define CHOICE_PARAMETERS , __global const ulong *counts, int parts, int pixels
#define LEAVE_TO_THE_OTHER \
    ulong spike_count = 0; \
    for (int part = 0; part < parts; part++) \
        spike_count += counts[part]; \
    if ((spike_count * 1000 <= (ulong)pixels * CHANNELS * LARGEST_SPARSE_RATE) != SPARSE) \
        return;
#else
#define CHOICE_PARAMETERS
#define LEAVE_TO_THE_OTHER
#endif

#define ROW_LOOP(index, count) _Pragma("unroll") for (int index = 0; index < (count); index++)

// Of the item that packs: its word, window row, first chunk and packed vector; global (words * KH, chunks / VECTORS *
// PACKED_VECTORS).
typedef struct {
    int word, ky, chunk, v;
} PackingItem;

static inline PackingItem packing_item(void)
{
    const int vector = get_global_id(1);
    const PackingItem item = {
        (int)get_global_id(0) / KH, (int)get_global_id(0) % KH, vector / PACKED_VECTORS * VECTORS, vector % PACKED_VECTORS};
    return item;
}

// Where its entries begin, of window column 0.
static inline __global int *packed_entries(__global int *entries, PackingItem item)
{
    return entries
        + ((((size_t)(item.chunk / VECTORS) * WORDS + item.word) * KH + item.ky) * ENTRIES * ENTRY_VECTORS + item.v) * WIDTH;
}

// Its weights of channel `i` of the word, 0 where there is none, at a window column.
static inline INTV packed_weights_of(
    __global const float *filter, __global const float *grid, PackingItem item, int kx, int i)
{
    const int channel = item.word * 32 + i;
    return channel < CHANNELS
        ? packed_weights(
            filter + ((size_t)(item.ky * KW + kx) * CHANNELS + channel) * OUT_STRIDE, grid, item.chunk, item.v)
        : (INTV)(0);
}

// Adds to each of the sums what the spikes of a word select in `entries`; rolling[k] takes window column KW - 1 - k.
static inline void add_selected(INTV rolling[KW][PACKED_VECTORS], __global const INTV *entries, uint spikes);

// A work-item makes VECTORS vectors of output channels of BLOCK_ROWS output rows: global (blocks, chunks / VECTORS). `rows`
// counts the output rows of all images.
static inline void roll_rows(
    __global const uint *spikes, __global const int *entries, __global const float *grid, __global float *output, int height,
    int width, int out_height, int rows MOMENTS_PARAMETER)
{
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
                // At pixel x, rolling[k] is what the word and window row add to output pixel x + PAD - (KW - 1) + k, whose
                // window holds x in column KW - 1 - k. Every loop over k must be unrolled, or the sums are no registers.
                INTV rolling[KW][PACKED_VECTORS];
                ROW_LOOP(k, KW)
                    ROW_LOOP(v, PACKED_VECTORS)
                        rolling[k][v] = (INTV)(0);
                for (int x = 0; x < width; x++) {
                    add_selected(rolling, slice, line[(size_t)x * WORDS]);
                    const int finished = x + PAD - (KW - 1);
                    if (finished >= 0)
                        add_packed(row + finished * VECTORS, rolling[0]);
                    ROW_LOOP(k, KW - 1)
                        ROW_LOOP(v, PACKED_VECTORS)
                            rolling[k][v] = rolling[k + 1][v];
                    ROW_LOOP(v, PACKED_VECTORS)
                        rolling[KW - 1][v] = (INTV)(0);
                }
                ROW_LOOP(k, KW - 1) {
                    const int x = width + PAD - (KW - 1) + k;
                    if (x >= 0 && x < OUT_WIDTH)
                        add_packed(row + x * VECTORS, rolling[k]);
                }
            }
    const FLOATV *values = values_of_sums(sums, (end - first) * OUT_WIDTH, grid + OUT_STRIDE + chunk * WIDTH);
    for (int p = 0; p < (end - first) * OUT_WIDTH; p++)
        for (int v = 0; v < VECTORS; v++)
            STOREV(values[p * VECTORS + v], output + ((size_t)first * OUT_WIDTH + p) * OUT_STRIDE + (chunk + v) * WIDTH);
#if COLLECTS
    collect_moments(values, first * OUT_WIDTH, (end - first) * OUT_WIDTH, moments + chunk * WIDTH);
#endif
}
