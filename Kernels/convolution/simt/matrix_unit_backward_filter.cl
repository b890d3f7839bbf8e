// The gradient of a convolution's weights on matrix units, where its input are spikes: ∂L/∂weight[o, i, a, b] = Σ x[n, i, h·s + a − p,
// w·s + b − p]·∂L/∂y[n, o, h, w] over all output pixels.
//
// Rows are input channels at window positions, of which a word holds 32 (a unit), columns output channels; an instruction's 16
// terms are output pixels. Words of two neighbouring pixels, rotated, leave the spikes of a channel where bfloats are 2 or 0.
// Gradients are two bfloats, high and low: errors are below 10⁻⁵ of the largest result.
//
// Partial results: [partition][ky][kx][channel][OUT_STRIDE]; sum_partitions adds them in order.
// Mapping: a work-group of WARPS warps takes WARPS · UNITS units, COLUMN_TILES · 8 output channels and a partition, a warp UNITS of the
// units; global (lanes of all work-groups, partitions). The words and gradients of the next STEP pixels come to local memory while
// one multiplies.
// Specialised by: MATRIX_UNITS, WARPS, UNITS, COLUMN_TILES (even), and what every convolution is.
// Numerics: the sum of a partition goes over its pixels in their order; rounding inside an instruction is the device's.
#include "common/layout.cl"
#include "convolution/simt/window_pixels.cl"
#include "matrix_units/instructions.cl"

#define ITEMS (WARPS * WARP_LANES)
#define PAIRS (COLUMN_TILES / 2)
#define COLUMNS (COLUMN_TILES * 8)
#define ALL_UNITS (KH * KW * WORDS)
#define GROUP_UNITS (WARPS * UNITS)
#define GROUPS_ACROSS ((OUT_STRIDE + COLUMNS - 1) / COLUMNS)
// Pixels that stand in local memory at a time, a lane each where words are read.
#define STEP WARP_LANES
#define HALVES (STEP / 16)
#define STEP_WORDS (GROUP_UNITS * STEP)
// Fragments of a step's gradients: [half][high, low][pair of column tiles][lane] of 16 bytes.
#define STEP_QUADS (HALVES * 2 * PAIRS * WARP_LANES)
// An item brings, of two neighbouring pixels each, so many vectors of four channels.
#define STEP_VECTORS (STEP / 2 * COLUMNS / 4)
#define ITEM_VECTORS ((STEP_VECTORS + ITEMS - 1) / ITEMS)

// Reads this lane's word of each of its warp's units; 0 where there is none.
static inline void read_units(
    __global const uint *spikes, Place place, int first_unit, int height, int width, uint words[UNITS])
{
UNROLL_FRAGMENTS
    for (int u = 0; u < UNITS; ++u) {
        const int unit = min(first_unit + u, ALL_UNITS - 1);
        const int tap = unit / WORDS;
        const int source = pixel_under(place, tap / KW, tap % KW, height, width);
        const uint word = spikes[(size_t)max(source, 0) * WORDS + unit % WORDS];
        words[u] = source >= 0 ? word : 0u;
    }
}

// Reads this item's gradients of the STEP pixels from `start` on; 0 from pixel `end` on.
static inline void read_pixels(
    __global const float *gradient, int start, int end, int first_column, float4 values[ITEM_VECTORS][2])
{
UNROLL_FRAGMENTS
    for (int k = 0; k < ITEM_VECTORS; ++k) {
        const int i = (int)get_local_id(0) + k * ITEMS;
        const int column = first_column + i / (STEP / 2) * 4;
UNROLL_FRAGMENTS
        for (int side = 0; side < 2; ++side) {
            const int pixel = start + i % (STEP / 2) * 2 + side;
            const bool exists = i < STEP_VECTORS && pixel < end && column < OUT_STRIDE;
            values[k][side] = exists ? vload4(0, gradient + (size_t)pixel * OUT_STRIDE + column) : 0.0f;
        }
    }
}

INLINED void place_pixel_pair(float low, float high, int row_pair, int column, __local uint *fragments)
{
    const uint2 limbs = bfloat_limbs(low, high);
    const int lane = column % 8 * 4 + row_pair % 4;
    const int tile = column / 8;
    __local uint *to = fragments + ((row_pair / 8 * 2 * PAIRS + tile / 2) * WARP_LANES + lane) * 4 + tile % 2 * 2 + row_pair / 4 % 2;
    to[0] = limbs.x;
    to[PAIRS * WARP_LANES * 4] = limbs.y;
}

INLINED void place_pixels(const float4 values[ITEM_VECTORS][2], __local uint *fragments)
{
UNROLL_FRAGMENTS
    for (int k = 0; k < ITEM_VECTORS; ++k) {
        const int i = (int)get_local_id(0) + k * ITEMS;
        const int row_pair = i % (STEP / 2);
        const int column = i / (STEP / 2) * 4;
        if (i < STEP_VECTORS) {
            place_pixel_pair(values[k][0].x, values[k][1].x, row_pair, column, fragments);
            place_pixel_pair(values[k][0].y, values[k][1].y, row_pair, column + 1, fragments);
            place_pixel_pair(values[k][0].z, values[k][1].z, row_pair, column + 2, fragments);
            place_pixel_pair(values[k][0].w, values[k][1].w, row_pair, column + 3, fragments);
        }
    }
}

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void matrix_unit_backward_filter(
    __global const uint *spikes, __global const float *gradient, __global float *partial, int height, int width, int out_height,
    int out_width, int pixels, int partition_pixels)
{
    __local uint units[2 * STEP_WORDS];
    __local uint4 quads[2 * STEP_QUADS];
    FRAGMENT_EXCHANGE(WARPS);
    const int lane = get_local_id(0) % WARP_LANES;
    const int warp = get_local_id(0) / WARP_LANES;
    const int first_unit = (int)get_group_id(0) / GROUPS_ACROSS * GROUP_UNITS + warp * UNITS;
    const int first_column = (int)get_group_id(0) % GROUPS_ACROSS * COLUMNS;
    const int begin = (int)get_group_id(1) * partition_pixels;
    const int end = min(begin + min(partition_pixels, pixels - begin), pixels);
    // After these rotations the spikes of channels lane / 4 and lane / 4 + 8 of a pair's words are bits 14 and 30.
    const uint turn = (14 - lane / 4) & 31;
    const uint second_turn = (6 - lane / 4) & 31;
    float sums[UNITS * 2][COLUMN_TILES][4];
UNROLL_FRAGMENTS
    for (int m = 0; m < UNITS * 2; ++m)
UNROLL_FRAGMENTS
        for (int n = 0; n < COLUMN_TILES; ++n)
UNROLL_FRAGMENTS
            for (int r = 0; r < 4; ++r)
                sums[m][n][r] = 0.0f;

    uint words[UNITS];
    float4 values[ITEM_VECTORS][2];
    int now = 1;
    // The first round only brings what the second multiplies; the last brings zeros.
    for (int start = begin - STEP; start < end; start += STEP) {
        const int next = 1 - now;
        read_units(spikes, place_of(start + STEP + lane, end, out_height, out_width), first_unit, height, width, words);
        read_pixels(gradient, start + STEP, end, first_column, values);
        if (start >= begin)
UNROLL_FRAGMENTS
            for (int part = 0; part < HALVES; ++part) {
                uint a[UNITS * 2][4];
UNROLL_FRAGMENTS
                for (int u = 0; u < UNITS; ++u) {
                    __local const uint *unit = units + now * STEP_WORDS + (warp * UNITS + u) * STEP + part * 16 + lane % 4 * 2;
UNROLL_FRAGMENTS
                    for (int r = 0; r < 2; ++r) {
                        const uint first = unit[r * 8];
                        const uint second = unit[r * 8 + 1];
                        const uint low = (first & 0xffffu) | second << 16;
                        const uint high = first >> 16 | (second & 0xffff0000u);
                        a[2 * u][2 * r] = rotate(low, turn) & 0x40004000u;
                        a[2 * u][2 * r + 1] = rotate(low, second_turn) & 0x40004000u;
                        a[2 * u + 1][2 * r] = rotate(high, turn) & 0x40004000u;
                        a[2 * u + 1][2 * r + 1] = rotate(high, second_turn) & 0x40004000u;
                    }
                }
UNROLL_FRAGMENTS
                for (int limb = 1; limb >= 0; --limb)
UNROLL_FRAGMENTS
                    for (int p = 0; p < PAIRS; ++p) {
                        const uint4 quad = quads[now * STEP_QUADS + ((part * 2 + limb) * PAIRS + p) * WARP_LANES + lane];
                        const uint columns[2][2] = {{quad.x, quad.y}, {quad.z, quad.w}};
UNROLL_FRAGMENTS
                        for (int side = 0; side < 2; ++side)
UNROLL_FRAGMENTS
                            for (int m = 0; m < UNITS * 2; ++m)
                                multiply_bfloats(sums[m][2 * p + side], a[m], columns[side], exchange);
                    }
            }
UNROLL_FRAGMENTS
        for (int u = 0; u < UNITS; ++u)
            units[next * STEP_WORDS + (warp * UNITS + u) * STEP + lane] = words[u];
        place_pixels(values, (__local uint *)(quads + next * STEP_QUADS));
        barrier(CLK_LOCAL_MEM_FENCE);
        now = next;
    }

    __global float *result = partial + (size_t)get_group_id(1) * (KH * KW * CHANNELS * OUT_STRIDE);
UNROLL_FRAGMENTS
    for (int m = 0; m < UNITS * 2; ++m)
UNROLL_FRAGMENTS
        for (int half_tile = 0; half_tile < 2; ++half_tile) {
            const int unit = first_unit + m / 2;
            const int channel = unit % WORDS * 32 + m % 2 * 16 + lane / 4 + half_tile * 8;
            __global float *to = result + ((size_t)(unit / WORDS) * CHANNELS + channel) * OUT_STRIDE;
UNROLL_FRAGMENTS
            for (int n = 0; n < COLUMN_TILES; ++n) {
                const int column = first_column + n * 8 + lane % 4 * 2;
                if (unit < ALL_UNITS && channel < CHANNELS && column < OUT_STRIDE)
                    vstore2(
                        (float2)(sums[m][n][2 * half_tile], sums[m][n][2 * half_tile + 1]) * 0.5f, 0, to + column);
            }
        }
}
