// Convolution of spikes as an implicit GEMM on matrix units: y[n, o, h, w] = Σ x[n, i, h·s + a − p, w·s + b − p] · weight[o, i, a, b].
// Rows are output pixels, columns output channels; an instruction's 32 terms are a word of spikes at a window position.
//
// A lane's byte j of register half h stands for channel 8·j + 2·t + h of the word (t: the lane modulo 4), for spikes and weights
// alike: so a rotation and a mask make four bytes of a word of spikes, and spikes are never unpacked in memory.
//
// Weights are integers of their output channel's grid (weight_grid), in LIMBS limbs of 7 bits, q = 2^14·l2 + 2^7·l1 + l0, with
// |l0|, |l1| <= 64 and |l2| <= 65 (|q| <= 2^20), or without l2 (|q| <= 2^13). Spikes are bytes of 128 for l1 and of 1 for the others;
// what l2 adds up to is multiplied by 2^14 before the others are added to it.
// Limbs: [step][limb, the highest first][pair of column tiles][lane] of 16 bytes: b[0] and b[1] of the first tile, then of the second.
//
// With COLLECTS the moments of the output's runs of pixels are taken, too (reduction/moments.cl): a tile of an instruction has the
// 16 pixels of a run, of each channel two in a lane and as many in the seven whose numbers differ from it in the bits of `lane / 4`.
//
// Mapping: a work-group of WARPS_DOWN by WARPS_ACROSS warps makes a tile, a warp ROW_TILES · 16 pixels by COLUMN_TILES · 8 channels
// of it; global (lanes of all work-groups). The words and limbs of the next step come to local memory while one multiplies.
// Specialised by: MATRIX_UNITS, LIMBS, COLLECTS, WARPS_DOWN, WARPS_ACROSS, ROW_TILES, COLUMN_TILES (even), and what every convolution is.
// Numerics: sums are of integers, without rounding or order, and rounded once. (They fit 32 bits at the end; on the way they may
// wrap around.) Moments have the bits of reduction/moments.cl.
#include "common/layout.cl"
#include "convolution/quantized_weights.cl"
#include "convolution/simt/window_pixels.cl"
#include "matrix_units/instructions.cl"
#include "reduction/sums.cl"

#define WARPS (WARPS_DOWN * WARPS_ACROSS)
#define ITEMS (WARPS * WARP_LANES)
#define WARP_PIXELS (ROW_TILES * 16)
#define GROUP_PIXELS (WARPS_DOWN * WARP_PIXELS)
#define PAIRS (COLUMN_TILES / 2)
#define GROUP_PAIRS (WARPS_ACROSS * PAIRS)
#define ALL_PAIRS ((OUT_STRIDE + 15) / 16)
#define GROUPS_ACROSS ((ALL_PAIRS + GROUP_PAIRS - 1) / GROUP_PAIRS)
#define STEPS (KH * KW * WORDS)
// Limbs that are multiplied in one pass.
#define PASS_LIMBS 2
#define PASS_QUADS (PASS_LIMBS * GROUP_PAIRS * WARP_LANES)
// Words of a step that an item brings.
#define ITEM_WORDS ((GROUP_PIXELS + ITEMS - 1) / ITEMS)

// An item makes the limbs of 16 weights: global (lanes · pairs · steps).
__kernel void pack_limbs(__global const float *filter, __global const float *grid, __global uint *limbs)
{
    const int lane = get_global_id(0) % WARP_LANES;
    const int pair = get_global_id(0) / WARP_LANES % ALL_PAIRS;
    const int step = get_global_id(0) / (WARP_LANES * ALL_PAIRS);
    uint packed[LIMBS][4];
    for (int register_of_pair = 0; register_of_pair < 4; ++register_of_pair) {
        const int column = (pair * 2 + register_of_pair / 2) * 8 + lane / 4;
        for (int limb = 0; limb < LIMBS; ++limb)
            packed[limb][register_of_pair] = 0u;
        for (int j = 0; j < 4; ++j) {
            const int channel = step % WORDS * 32 + j * 8 + lane % 4 * 2 + register_of_pair % 2;
            int q = 0;
            if (channel < CHANNELS && column < OUT_STRIDE)
                q = quantized_weight(
                    filter[((size_t)(step / WORDS) * CHANNELS + channel) * OUT_STRIDE + column], grid[column]);
            for (int limb = LIMBS - 1; limb >= 0; --limb) {
                const int low = limb == 0 ? q : ((q + 64) & 127) - 64;
                packed[limb][register_of_pair] |= (as_uint(low) & 255u) << (j * 8);
                q = (q - low) / 128;
            }
        }
    }
    for (int limb = 0; limb < LIMBS; ++limb)
        for (int i = 0; i < 4; ++i)
            limbs[((((size_t)step * LIMBS + limb) * ALL_PAIRS + pair) * WARP_LANES + lane) * 4 + i] = packed[limb][i];
}

// Where the words and limbs of a step come from and go to.
typedef struct {
    __global const uint *spikes;
    __global const uint4 *limbs;
    Place places[ITEM_WORDS];
    int height, width, first_pair;
} Operands;

// Starts to copy `count` limbs of a step, from limb `first` on.
INLINED void copy_limbs(const Operands *operands, int step, int first, int count, __local uint4 *quads)
{
UNROLL_FRAGMENTS
    for (int k = 0; k < (count * GROUP_PAIRS * WARP_LANES + ITEMS - 1) / ITEMS; ++k) {
        const int i = (int)get_local_id(0) + k * ITEMS;
        const int pair = min(operands->first_pair + i / WARP_LANES % GROUP_PAIRS, ALL_PAIRS - 1);
        const int limb = step * LIMBS + first + i / (GROUP_PAIRS * WARP_LANES);
        if (i < count * GROUP_PAIRS * WARP_LANES)
            copy_quad(quads + i, operands->limbs + ((size_t)limb * ALL_PAIRS + pair) * WARP_LANES + i % WARP_LANES);
    }
}

// Reads this item's words of a step, without a branch: where there is no pixel, a word of the first is read, and not taken.
static inline void read_words(const Operands *operands, int step, uint words[ITEM_WORDS])
{
    const int tap = step / WORDS;
UNROLL_FRAGMENTS
    for (int i = 0; i < ITEM_WORDS; ++i) {
        const int source = pixel_under(operands->places[i], tap / KW, tap % KW, operands->height, operands->width);
        const uint word = operands->spikes[(size_t)max(source, 0) * WORDS + step % WORDS];
        words[i] = source >= 0 ? word : 0u;
    }
}

INLINED void place_words(const uint words[ITEM_WORDS], __local uint *rows)
{
UNROLL_FRAGMENTS
    for (int i = 0; i < ITEM_WORDS; ++i) {
        const int row = (int)get_local_id(0) + i * ITEMS;
        if (row < GROUP_PIXELS)
            rows[row] = words[i];
    }
}

// Adds to `sums` the products of all terms with `count` limbs, from limb `first` on; of two, the first is l1.
INLINED void add_limbs(
    int sums[ROW_TILES][COLUMN_TILES][4], const Operands *operands, const int first, const int count, __local uint *rows,
    __local uint4 *quads, __local uint *exchange)
{
    const int lane = get_local_id(0) % WARP_LANES;
    const int warp = get_local_id(0) / WARP_LANES;
    const int row = warp / WARPS_ACROSS * WARP_PIXELS + lane / 4;
    const int pair = warp % WARPS_ACROSS * PAIRS;
    // Afterwards channel 8·j + 2·t + h is bit 8·j + 6 + h.
    const uint turn = 6 - lane % 4 * 2;
    uint words[ITEM_WORDS];
    copy_limbs(operands, 0, first, count, quads);
    read_words(operands, 0, words);
    place_words(words, rows);
    finish_copies();
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int step = 0; step < STEPS; ++step) {
        const int now = step % 2;
        const int next = 1 - now;
        // (Of the last step once more what nobody reads: without a branch, which PoCL 3.1 has compiled wrongly.)
        const int coming = min(step + 1, STEPS - 1);
        copy_limbs(operands, coming, first, count, quads + next * PASS_QUADS);
        read_words(operands, coming, words);
        uint spikes[ROW_TILES][2];
UNROLL_FRAGMENTS
        for (int m = 0; m < ROW_TILES; ++m)
UNROLL_FRAGMENTS
            for (int half_tile = 0; half_tile < 2; ++half_tile)
                spikes[m][half_tile] = rotate(rows[now * GROUP_PIXELS + row + m * 16 + half_tile * 8], turn);
UNROLL_FRAGMENTS
        for (int limb = 0; limb < count; ++limb) {
            uint a[ROW_TILES][4];
UNROLL_FRAGMENTS
            for (int m = 0; m < ROW_TILES; ++m)
UNROLL_FRAGMENTS
                for (int r = 0; r < 4; ++r)
                    a[m][r] = count == 2 && limb == 0 ? spikes[m][r % 2] << (1 - r / 2) & 0x80808080u
                                                      : spikes[m][r % 2] >> (6 + r / 2) & 0x01010101u;
UNROLL_FRAGMENTS
            for (int p = 0; p < PAIRS; ++p) {
                const uint4 quad = quads[now * PASS_QUADS + (limb * GROUP_PAIRS + pair + p) * WARP_LANES + lane];
                const uint left[2] = {quad.x, quad.y};
                const uint right[2] = {quad.z, quad.w};
UNROLL_FRAGMENTS
                for (int m = 0; m < ROW_TILES; ++m) {
                    multiply_bytes(sums[m][2 * p], a[m], left, exchange);
                    multiply_bytes(sums[m][2 * p + 1], a[m], right, exchange);
                }
            }
        }
        place_words(words, rows + next * GROUP_PIXELS);
        finish_copies();
        barrier(CLK_LOCAL_MEM_FENCE);
    }
}

#if COLLECTS
// The sum over the lanes that hold a run: of pixels i and i + 8, then as pairs.
INLINED float sum_of_run(float sum, __local uint *exchange)
{
    sum += of_lane(sum, 4, exchange);
    sum += of_lane(sum, 8, exchange);
    return sum + of_lane(sum, 16, exchange);
}

// The mean, and the squares of what differs from it, of a run of which this lane has pixels i = lane / 4 and i + 8; the run has
// `count` pixels.
INLINED float2 moments_in_lanes(float low, float high, int count, __local uint *exchange)
{
    const int i = get_local_id(0) % WARP_LANES / 4;
    const bool has_low = i < count;
    const bool has_high = i + RUN / 2 < count;
    const float sum = sum_of_run((has_low ? low : 0.0f) + (has_high ? high : 0.0f), exchange);
    const float mean = count >= RUN ? sum * (1.0f / RUN) : sum / (float)count;
    const float below = has_low ? low - mean : 0.0f;
    const float above = has_high ? high - mean : 0.0f;
    return (float2)(mean, sum_of_run(fma(above, above, below * below), exchange));
}
#endif

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void matrix_unit_forward(
    __global const uint *spikes, __global const uint4 *limbs, __global const float *grid, __global float *output,
#if COLLECTS
    __global float *moments,
#endif
    int height, int width, int out_height, int out_width, int pixels)
{
    __local uint rows[2 * GROUP_PIXELS];
    __local uint4 quads[2 * PASS_QUADS];
    FRAGMENT_EXCHANGE(WARPS);
    const int lane = get_local_id(0) % WARP_LANES;
    const int warp = get_local_id(0) / WARP_LANES;
    const int start = (int)get_group_id(0) / GROUPS_ACROSS * GROUP_PIXELS;
    const int first_pair = (int)get_group_id(0) % GROUPS_ACROSS * GROUP_PAIRS;
    Operands operands;
    operands.spikes = spikes;
    operands.limbs = limbs;
    operands.height = height;
    operands.width = width;
    operands.first_pair = first_pair;
UNROLL_FRAGMENTS
    for (int i = 0; i < ITEM_WORDS; ++i)
        operands.places[i] = place_of(start + (int)get_local_id(0) + i * ITEMS, pixels, out_height, out_width);
    int sums[ROW_TILES][COLUMN_TILES][4];
UNROLL_FRAGMENTS
    for (int m = 0; m < ROW_TILES; ++m)
UNROLL_FRAGMENTS
        for (int n = 0; n < COLUMN_TILES; ++n)
UNROLL_FRAGMENTS
            for (int r = 0; r < 4; ++r)
                sums[m][n][r] = 0;
#if LIMBS == 3
    add_limbs(sums, &operands, 0, 1, rows, quads, exchange);
UNROLL_FRAGMENTS
    for (int m = 0; m < ROW_TILES; ++m)
UNROLL_FRAGMENTS
        for (int n = 0; n < COLUMN_TILES; ++n)
UNROLL_FRAGMENTS
            for (int r = 0; r < 4; ++r)
                sums[m][n][r] = as_int(as_uint(sums[m][n][r]) << 14);
#endif
    add_limbs(sums, &operands, LIMBS - 2, 2, rows, quads, exchange);
    const int row = start + warp / WARPS_ACROSS * WARP_PIXELS + lane / 4;
    const int column = (first_pair + warp % WARPS_ACROSS * PAIRS) * 16 + lane % 4 * 2;
UNROLL_FRAGMENTS
    for (int n = 0; n < COLUMN_TILES; ++n) {
        const int channel = column + n * 8;
        const bool has_channel = channel < OUT_STRIDE;
        const float2 unscale = has_channel ? vload2(0, grid + OUT_STRIDE + channel) : (float2)(0.0f);
UNROLL_FRAGMENTS
        for (int m = 0; m < ROW_TILES; ++m) {
            const float2 low = convert_float2((int2)(sums[m][n][0], sums[m][n][1])) * unscale;
            const float2 high = convert_float2((int2)(sums[m][n][2], sums[m][n][3])) * unscale;
            const int pixel = row + m * 16;
            if (has_channel && pixel < pixels)
                vstore2(low, 0, output + (size_t)pixel * OUT_STRIDE + channel);
            if (has_channel && pixel + 8 < pixels)
                vstore2(high, 0, output + (size_t)(pixel + 8) * OUT_STRIDE + channel);
#if COLLECTS
            const int first = pixel - lane / 4;
            const float2 left = moments_in_lanes(low.x, high.x, pixels - first, exchange);
            const float2 right = moments_in_lanes(low.y, high.y, pixels - first, exchange);
            if (has_channel && first < pixels && lane < 4) {
                __global float *result = moments + (size_t)(first / RUN) * 2 * OUT_STRIDE + channel;
                vstore2((float2)(left.x, right.x), 0, result);
                vstore2((float2)(left.y, right.y), 0, result + OUT_STRIDE);
            }
#endif
        }
    }
}
