// The gradient of a convolution's weights as an implicit GEMM: ∂L/∂weight[o, i, a, b] = Σ x[n, i, h·s + a − p,
// w·s + b − p]·∂L/∂y[n, o, h, w] over all output pixels.
//
// Rows of the tile are input channels of one window position, columns are output channels, the sum goes over pixels. -D
// SPIKES=1: the input is packed, and a spike becomes 0 or 1 when it is multiplied; with INTEGERS (convolution/gradient_terms.cl),
// which spikes may have, it selects.
//
// Partial results: [partition][ky][kx][channel][OUT_STRIDE]; sum_partitions adds them in order, sum_integers exactly, or
// merge_partitions FAN_IN at a time (reduction/sums.cl).
// Mapping: see convolution/simt/implicit_gemm_tile.cl; global (SIDE · column tiles · row tiles · taps, SIDE,
// partitions).
// Numerics: the sum of a partition goes over its output pixels in their order; exact with INTEGERS.
#include "convolution/simt/implicit_gemm_tile.cl"
#include "convolution/gradient_terms.cl"

#define ROW_TILES ((CHANNELS + TILE_ROWS - 1) / TILE_ROWS)
// Words that hold the spikes of the tile's channels, of which the first may begin within a word.
#define TILE_WORDS ((TILE_ROWS + 31) / 32 + (TILE_ROWS % 32 != 0))

#if SPIKES
#define INPUT uint
#else
#define INPUT float
#endif

__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void implicit_gemm_backward_filter(
    __global const INPUT *input, __global const TERM *gradient, __global TERM *partial, int height, int width,
    int out_height, int out_width, int pixels, int partition_pixels)
{
    __local int sources[DEPTH];
    __local TERM right[DEPTH * TILE_COLUMNS];
#if SPIKES
    __local uint words[DEPTH * TILE_WORDS];
#else
    __local float left[DEPTH * LEFT_STRIDE];
#endif
    const int first = TILE_ACROSS(OUT_STRIDE) * TILE_COLUMNS;
    const int channel = TILE_DOWN(OUT_STRIDE) % ROW_TILES * TILE_ROWS;
    const int tap = TILE_DOWN(OUT_STRIDE) / ROW_TILES;
    const int begin = (int)get_group_id(2) * partition_pixels;
    const int end = begin + min(partition_pixels, pixels - begin);
    TERM sums[ROWS][COLUMNS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            sums[r][c] = 0;
    for (int start = begin; start < end; start += DEPTH) {
        const int depth = min(DEPTH, end - start);
        if (ITEM < DEPTH)
            sources[ITEM] = pixel_under(
                place_of(start + ITEM, end, out_height, out_width), tap / KW, tap % KW, height, width);
        for (int i = ITEM; i < depth * TILE_COLUMNS; i += ITEMS) {
            const int column = first + i % TILE_COLUMNS;
            right[i] = column < OUT_STRIDE
                ? gradient[((size_t)start + i / TILE_COLUMNS) * OUT_STRIDE + column] : 0;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
#if SPIKES
        for (int i = ITEM; i < depth * TILE_WORDS; i += ITEMS) {
            const int source = sources[i / TILE_WORDS];
            const int word = channel / 32 + i % TILE_WORDS;
            words[i] = source >= 0 && word < WORDS ? input[(size_t)source * WORDS + word] : 0u;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int k = 0; k < depth; ++k) {
            TERM factors[COLUMNS];
#pragma unroll
            for (int c = 0; c < COLUMNS; ++c)
                factors[c] = right[k * TILE_COLUMNS + LOCAL_X + SIDE * c];
#pragma unroll
            for (int r = 0; r < ROWS; ++r) {
                const int bit = channel % 32 + LOCAL_Y + SIDE * r;
                const bool fired = words[k * TILE_WORDS + bit / 32] & 1u << bit % 32;
#if INTEGERS
                const int mask = fired ? -1 : 0;
#pragma unroll
                for (int c = 0; c < COLUMNS; ++c)
                    sums[r][c] += factors[c] & mask;
#else
                const float spike = fired ? 1.0f : 0.0f;
#pragma unroll
                for (int c = 0; c < COLUMNS; ++c)
                    sums[r][c] = fma(spike, factors[c], sums[r][c]);
#endif
            }
        }
#else
        for (int i = ITEM; i < depth * TILE_ROWS; i += ITEMS) {
            const int row = channel + i % TILE_ROWS;
            const int source = sources[i / TILE_ROWS];
            left[i / TILE_ROWS * LEFT_STRIDE + i % TILE_ROWS] =
                source >= 0 && row < CHANNELS ? input[(size_t)source * IN_STRIDE + row] : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        add_products(sums, left, right, depth, LOCAL_X, LOCAL_Y);
#endif
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    __global TERM *result = partial + ((size_t)get_group_id(2) * TAPS + tap) * CHANNELS * OUT_STRIDE;
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c) {
            const int row = channel + LOCAL_Y + SIDE * r;
            const int column = first + LOCAL_X + SIDE * c;
            if (row < CHANNELS && column < OUT_STRIDE)
                result[(size_t)row * OUT_STRIDE + column] = sums[r][c];
        }
}
