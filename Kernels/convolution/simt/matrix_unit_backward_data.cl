// The gradient of a convolution's input as an implicit GEMM on matrix units: ∂L/∂x[n, i, h·s + a − p, w·s + b − p] =
// Σ ∂L/∂y[n, o, h, w]·weight[o, i, a, b].
//
// Rows are pixels of the result, phase by phase (pixel_phases.cl), columns its channels; an instruction's 16 terms are output
// channels at a window position. Gradients and weights are each two bfloats, high and low, of whose products the three largest
// are added: errors are below 10⁻⁵ of the largest result.
//
// Weights: [tap][block of 16 outputs][high, low][pair of column tiles][lane] of 16 bytes: b[0] and b[1] of the first tile, then of
// the second.
//
// Mapping: a work-group of WARPS warps makes a tile, a warp ROW_TILES · 16 pixels by COLUMN_TILES · 8 channels of it; global (lanes
// of all work-groups, phases). The gradients and weights of the next step come to local memory while one multiplies.
// Specialised by: MATRIX_UNITS, WARPS, ROW_TILES, COLUMN_TILES (even), and what every convolution is.
// Numerics: the sum goes over blocks of outputs, then over window positions; rounding inside an instruction is the device's.
#include "common/layout.cl"
#include "convolution/order.cl"
#include "convolution/simt/pixel_phases.cl"
#include "matrix_units/instructions.cl"

#define ITEMS (WARPS * WARP_LANES)
#define WARP_PIXELS (ROW_TILES * 16)
#define GROUP_PIXELS (WARPS * WARP_PIXELS)
#define PAIRS (COLUMN_TILES / 2)
#define ALL_PAIRS ((IN_STRIDE + 15) / 16)
#define GROUPS_ACROSS ((ALL_PAIRS + PAIRS - 1) / PAIRS)
#define BLOCKS ((OUT_STRIDE + 15) / 16)
#define TAPS (KH * KW)
// Words of a pixel in local memory: 8 high pairs of outputs, 8 low ones, and 4 that keep the rows of a fragment in banks apart.
#define ROW_WORDS 20
#define QUADS (2 * PAIRS * WARP_LANES)
// Rows of a step that an item brings a quarter of.
#define ITEM_ROWS (GROUP_PIXELS * 4 / ITEMS)

// An item makes both limbs of 8 weights: global (lanes · pairs · blocks · taps).
__kernel void pack_bfloats(__global const float *filter, __global uint *packed)
{
    const int lane = get_global_id(0) % WARP_LANES;
    const int pair = get_global_id(0) / WARP_LANES % ALL_PAIRS;
    const int step = get_global_id(0) / (WARP_LANES * ALL_PAIRS);
    for (int r = 0; r < 4; ++r) {
        const int channel = (pair * 2 + r / 2) * 8 + lane / 4;
        const int output = step % BLOCKS * 16 + lane % 4 * 2 + r % 2 * 8;
        float2 weights = 0.0f;
        if (channel < CHANNELS && output < OUT_STRIDE)
            weights = vload2(0, filter + ((size_t)(step / BLOCKS) * CHANNELS + channel) * OUT_STRIDE + output);
        const uint2 limbs = bfloat_limbs(weights.x, weights.y);
        packed[((((size_t)step * 2) * ALL_PAIRS + pair) * WARP_LANES + lane) * 4 + r] = limbs.x;
        packed[((((size_t)step * 2 + 1) * ALL_PAIRS + pair) * WARP_LANES + lane) * 4 + r] = limbs.y;
    }
}

// Starts to copy the weights of a step.
INLINED void copy_weights(__global const uint4 *packed, int step, int first_pair, __local uint4 *quads)
{
UNROLL_FRAGMENTS
    for (int k = 0; k < (QUADS + ITEMS - 1) / ITEMS; ++k) {
        const int i = (int)get_local_id(0) + k * ITEMS;
        const int pair = min(first_pair + i / WARP_LANES % PAIRS, ALL_PAIRS - 1);
        const int limb = step * 2 + i / (PAIRS * WARP_LANES);
        if (i < QUADS)
            copy_quad(quads + i, packed + ((size_t)limb * ALL_PAIRS + pair) * WARP_LANES + i % WARP_LANES);
    }
}

// Reads this item's gradients of a step, four outputs of each of its rows.
INLINED void read_gradients(
    __global const float *gradient, const __local int *sources, int block, float4 values[ITEM_ROWS])
{
    const int output = block * 16 + get_local_id(0) % 4 * 4;
UNROLL_FRAGMENTS
    for (int i = 0; i < ITEM_ROWS; ++i) {
        const int source = sources[get_local_id(0) / 4 + i * (ITEMS / 4)];
        values[i] = source >= 0 && output < OUT_STRIDE ? vload4(0, gradient + (size_t)source * OUT_STRIDE + output) : 0.0f;
    }
}

INLINED void place_gradients(const float4 values[ITEM_ROWS], __local uint *rows)
{
UNROLL_FRAGMENTS
    for (int i = 0; i < ITEM_ROWS; ++i) {
        __local uint *row = rows + (get_local_id(0) / 4 + i * (ITEMS / 4)) * ROW_WORDS + get_local_id(0) % 4 * 2;
        const uint2 left = bfloat_limbs(values[i].x, values[i].y);
        const uint2 right = bfloat_limbs(values[i].z, values[i].w);
        vstore2((uint2)(left.x, right.x), 0, row);
        vstore2((uint2)(left.y, right.y), 0, row + 8);
    }
}

// With `accumulate` the result is added to what stands there.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void matrix_unit_backward_data(
    __global const float *gradient, __global const uint4 *packed, __global float *result, int height, int width, int out_height,
    int out_width, int images, int accumulate)
{
    __local int sources[TAPS * GROUP_PIXELS];
    __local uint rows[2 * GROUP_PIXELS * ROW_WORDS];
    __local uint4 quads[2 * QUADS];
    FRAGMENT_EXCHANGE(WARPS);
    const int lane = get_local_id(0) % WARP_LANES;
    const int warp = get_local_id(0) / WARP_LANES;
    const int phase = get_group_id(1);
    const int start = (int)get_group_id(0) / GROUPS_ACROSS * GROUP_PIXELS;
    const int first_pair = (int)get_group_id(0) % GROUPS_ACROSS * PAIRS;
    // Only these window positions meet the pixels of the phase.
    const int top = (phase / STRIDE + PAD) % STRIDE;
    const int left = (phase % STRIDE + PAD) % STRIDE;
    const int taps_across = left < KW ? (KW - left + STRIDE - 1) / STRIDE : 0;
    const int met = top < KH ? (KH - top + STRIDE - 1) / STRIDE * taps_across : 0;
    const int steps = BLOCKS * met;
    // Where none does, the first is read and not multiplied.
    const int taps = max(met, 1);
    const int across = max(taps_across, 1);

    for (int i = get_local_id(0); i < GROUP_PIXELS; i += ITEMS) {
        const Place place = place_of_phase(start + i, phase, images, height, width);
        for (int tap = 0; tap < taps; ++tap)
            sources[tap * GROUP_PIXELS + i] = pixel_over(
                place, top + tap / across * STRIDE, left + tap % across * STRIDE, out_height, out_width);
    }
    float sums[ROW_TILES][COLUMN_TILES][4];
UNROLL_FRAGMENTS
    for (int m = 0; m < ROW_TILES; ++m)
UNROLL_FRAGMENTS
        for (int n = 0; n < COLUMN_TILES; ++n)
UNROLL_FRAGMENTS
            for (int r = 0; r < 4; ++r)
                sums[m][n][r] = 0.0f;
    barrier(CLK_LOCAL_MEM_FENCE);

    float4 values[ITEM_ROWS];
    // Step −1 only brings what step 0 multiplies. (Of the last step once more what nobody reads: without a branch.)
    for (int step = -1; step < steps; ++step) {
        const int now = step & 1;
        const int next = 1 - now;
        const int coming = max(min(step + 1, steps - 1), 0);
        const int block = coming / taps;
        const int tap = coming % taps;
        const int tap_of_window = min((top + tap / across * STRIDE) * KW + left + tap % across * STRIDE, TAPS - 1);
        copy_weights(packed, tap_of_window * BLOCKS + block, first_pair, quads + next * QUADS);
        read_gradients(gradient, sources + tap * GROUP_PIXELS, block, values);
        if (step >= 0) {
            uint high[ROW_TILES][4], low[ROW_TILES][4];
UNROLL_FRAGMENTS
            for (int m = 0; m < ROW_TILES; ++m)
UNROLL_FRAGMENTS
                for (int r = 0; r < 4; ++r) {
                    const int row = warp * WARP_PIXELS + m * 16 + lane / 4 + r % 2 * 8;
                    __local const uint *pairs = rows + (now * GROUP_PIXELS + row) * ROW_WORDS + lane % 4 + r / 2 * 4;
                    high[m][r] = pairs[0];
                    low[m][r] = pairs[8];
                }
UNROLL_FRAGMENTS
            for (int p = 0; p < PAIRS; ++p) {
                const uint4 coarse = quads[now * QUADS + p * WARP_LANES + lane];
                const uint4 fine = quads[now * QUADS + (PAIRS + p) * WARP_LANES + lane];
                const uint coarse_columns[2][2] = {{coarse.x, coarse.y}, {coarse.z, coarse.w}};
                const uint fine_columns[2][2] = {{fine.x, fine.y}, {fine.z, fine.w}};
UNROLL_FRAGMENTS
                for (int side = 0; side < 2; ++side)
UNROLL_FRAGMENTS
                    for (int m = 0; m < ROW_TILES; ++m) {
                        multiply_bfloats(sums[m][2 * p + side], low[m], coarse_columns[side], exchange);
                        multiply_bfloats(sums[m][2 * p + side], high[m], fine_columns[side], exchange);
                        multiply_bfloats(sums[m][2 * p + side], high[m], coarse_columns[side], exchange);
                    }
            }
        }
        place_gradients(values, rows + next * GROUP_PIXELS * ROW_WORDS);
        finish_copies();
        barrier(CLK_LOCAL_MEM_FENCE);
    }

UNROLL_FRAGMENTS
    for (int m = 0; m < ROW_TILES; ++m)
UNROLL_FRAGMENTS
        for (int half_tile = 0; half_tile < 2; ++half_tile) {
            const Place place = place_of_phase(
                start + warp * WARP_PIXELS + m * 16 + lane / 4 + half_tile * 8, phase, images, height, width);
            __global float *to =
                result + (((size_t)place.image * height + max(place.row, 0)) * width + place.column) * IN_STRIDE;
UNROLL_FRAGMENTS
            for (int n = 0; n < COLUMN_TILES; ++n) {
                const int channel = first_pair * 16 + n * 8 + lane % 4 * 2;
                if (place.row >= 0 && channel < IN_STRIDE) {
                    const float2 sum = (float2)(sums[m][n][2 * half_tile], sums[m][n][2 * half_tile + 1]);
                    const float2 before = accumulate ? vload2(0, to + channel) : (float2)(0.0f);
                    vstore2(STORED_SUM(before + sum), 0, to + channel);
                }
            }
        }
}
