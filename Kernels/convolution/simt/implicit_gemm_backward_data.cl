// The gradient of a convolution's input as an implicit GEMM: ∂L/∂x[n, i, h·s + a − p, w·s + b − p] = Σ ∂L/∂y[n, o, h, w]·
// weight[o, i, a, b].
//
// Rows of the tile are pixels of the result, columns its channels, the sum goes over window positions and output channels.
// Pixels are taken phase by phase (the same row and column modulo the stride), so that a work-group passes over the window
// positions that none of them meets.
//
// Mapping: see convolution/simt/implicit_gemm_tile.cl; global (SIDE · column tiles · pixel tiles, SIDE, phases).
// Numerics: the sum goes over window rows, blocks of 64 outputs, window columns and outputs, as that of
// convolution/simd/dense_backward_data.cl (Sources/LSNTensors/ConvolutionOrder.swift).
#include "convolution/simt/implicit_gemm_tile.cl"
#include "convolution/simt/pixel_phases.cl"

// Weights of window position `tap`, transposed: `depth` output channels from `output` on, for a tile of input channels.
INLINED void load_transposed_weights(
    __global const float *filter, __local float *weights, int tap, int output, int depth, int first)
{
    for (int i = ITEM; i < DEPTH * TILE_COLUMNS; i += ITEMS) {
        const int k = i % DEPTH;
        const int column = i / DEPTH;
        if (k < depth)
            weights[k * TILE_COLUMNS + column] = first + column < CHANNELS
                ? filter[((size_t)tap * CHANNELS + first + column) * OUT_STRIDE + output + k] : 0.0f;
    }
}

// With `accumulate` the result is added to what stands there.
__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void implicit_gemm_backward_data(
    __global const float *gradient, __global const float *filter, __global float *result, int height, int width,
    int out_height, int out_width, int images, int accumulate)
{
    __local int sources[TILE_ROWS];
    __local float left[DEPTH * LEFT_STRIDE];
    __local float weights[DEPTH * TILE_COLUMNS];
    const int first = TILE_ACROSS(IN_STRIDE) * TILE_COLUMNS;
    const int start = TILE_DOWN(IN_STRIDE) * TILE_ROWS;
    const int phase = get_group_id(2);
    const Place mine = place_of_phase(start + ITEM, phase, images, height, width);
    float sums[ROWS][COLUMNS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
        const Place place = place_of_phase(start + LOCAL_Y + SIDE * r, phase, images, height, width);
        __global const float *from =
            result + (((size_t)place.image * height + place.row) * width + place.column) * IN_STRIDE;
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c) {
            const int column = first + LOCAL_X + SIDE * c;
            sums[r][c] = accumulate && place.row >= 0 && column < IN_STRIDE ? from[column] : 0.0f;
        }
    }
    // Only these window positions meet the pixels of the phase. (A loop over all, with a branch around the barriers, is
    // compiled wrongly by PoCL 3.1.)
    for (int ky = (phase / STRIDE + PAD) % STRIDE; ky < KH; ky += STRIDE)
        for (int block = 0; block < OUTPUTS; block += BLOCK)
            for (int kx = (phase % STRIDE + PAD) % STRIDE; kx < KW; kx += STRIDE) {
                const int end = min(block + BLOCK, OUTPUTS);
                if (ITEM < TILE_ROWS)
                    sources[ITEM] = pixel_over(mine, ky, kx, out_height, out_width);
                for (int channel = block; channel < end; channel += DEPTH) {
                    const int depth = min(DEPTH, end - channel);
                    barrier(CLK_LOCAL_MEM_FENCE);
                    load_values(gradient, left, sources, OUT_STRIDE, channel, depth);
                    load_transposed_weights(filter, weights, ky * KW + kx, channel, depth, first);
                    barrier(CLK_LOCAL_MEM_FENCE);
                    add_products(sums, left, weights, depth, LOCAL_X, LOCAL_Y);
                }
                barrier(CLK_LOCAL_MEM_FENCE);
            }
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
        const Place place = place_of_phase(start + LOCAL_Y + SIDE * r, phase, images, height, width);
        __global float *to = result + (((size_t)place.image * height + place.row) * width + place.column) * IN_STRIDE;
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c) {
            const int column = first + LOCAL_X + SIDE * c;
            if (place.row >= 0 && column < IN_STRIDE)
                to[column] = STORED_SUM(sums[r][c]);
        }
    }
}
