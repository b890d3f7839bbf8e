// Convolution as an implicit GEMM, of spikes and of real values: y[n, o, h, w] = Σ x[n, i, h·s + a − p, w·s + b − p]·
// weight[o, i, a, b].
//
// Rows of the tile are pixels of the result, columns its channels, the sum goes over window positions and input channels.
//
// Spikes stay packed until they are in registers: a work-group reads one word for 32 terms of a pixel, each of which selects a
// weight, an integer of its output channel's grid (weight_grid), or 0.
//
// Mapping: see convolution/simt/implicit_gemm_tile.cl; global (SIDE · column tiles · pixel tiles, SIDE).
// Numerics: sums of spikes are of integers, without rounding or order, and rounded once, to a float; sums of real values go
// over window rows, blocks of 64 channels, window columns and channels (Sources/LSNTensors/ConvolutionOrder.swift).
#include "convolution/simt/implicit_gemm_tile.cl"
#include "convolution/quantized_weights.cl"

// Weights of window position `tap` and `depth` input channels from `channel` on, for a tile of output channels.
INLINED void load_weights(
    __global const float *filter, __local float *weights, int tap, int channel, int depth, int first)
{
    for (int i = ITEM; i < depth * TILE_COLUMNS; i += ITEMS) {
        const int column = first + i % TILE_COLUMNS;
        weights[i] = column < OUT_STRIDE
            ? filter[((size_t)tap * CHANNELS + channel + i / TILE_COLUMNS) * OUT_STRIDE + column] : 0.0f;
    }
}

// Writes the tile's output pixels from `start` on, of `pixels` in all, and channels from `first` on.
static inline void store_pixels(
    float sums[ROWS][COLUMNS], __global float *output, int start, int pixels, int first)
{
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c) {
            const int pixel = start + LOCAL_Y + SIDE * r;
            const int column = first + LOCAL_X + SIDE * c;
            if (pixel < pixels && column < OUT_STRIDE)
                output[(size_t)pixel * OUT_STRIDE + column] = sums[r][c];
        }
}

// The weights of window position `tap` and `depth` input channels from `channel` on, as integers, for a tile of output
// channels.
INLINED void load_quantized_weights(
    __global const float *filter, __global const float *grid, __local int *quantized, int tap, int channel, int depth, int first)
{
    for (int i = ITEM; i < depth * TILE_COLUMNS; i += ITEMS) {
        const int column = first + i % TILE_COLUMNS;
        quantized[i] = column < OUT_STRIDE
            ? quantized_weight(
                filter[((size_t)tap * CHANNELS + channel + i / TILE_COLUMNS) * OUT_STRIDE + column], grid[column]) : 0;
    }
}

__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void implicit_gemm_spike_forward(
    __global const uint *spikes, __global const float *filter, __global const float *grid, __global float *output,
    int height, int width, int out_height, int out_width, int pixels)
{
    __local uint words[TILE_ROWS];
    __local int quantized[DEPTH * TILE_COLUMNS];
    const int first = TILE_ACROSS(OUT_STRIDE) * TILE_COLUMNS;
    const int start = TILE_DOWN(OUT_STRIDE) * TILE_ROWS;
    const Place mine = place_of(start + ITEM, pixels, out_height, out_width);
    int sums[ROWS][COLUMNS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            sums[r][c] = 0;
    for (int tap = 0; tap < TAPS; ++tap) {
        const int source = pixel_under(mine, tap / KW, tap % KW, height, width);
        for (int word = 0; word < WORDS; ++word) {
            const int depth = min(DEPTH, CHANNELS - word * DEPTH);
            if (ITEM < TILE_ROWS)
                words[ITEM] = source >= 0 ? spikes[(size_t)source * WORDS + word] : 0u;
            load_quantized_weights(filter, grid, quantized, tap, word * DEPTH, depth, first);
            barrier(CLK_LOCAL_MEM_FENCE);
            uint bits[ROWS];
#pragma unroll
            for (int r = 0; r < ROWS; ++r)
                bits[r] = words[LOCAL_Y + SIDE * r];
            for (int k = 0; k < depth; ++k) {
                int selected[COLUMNS];
#pragma unroll
                for (int c = 0; c < COLUMNS; ++c)
                    selected[c] = quantized[k * TILE_COLUMNS + LOCAL_X + SIDE * c];
#pragma unroll
                for (int r = 0; r < ROWS; ++r) {
                    const int mask = -(int)(bits[r] >> k & 1u);
#pragma unroll
                    for (int c = 0; c < COLUMNS; ++c)
                        sums[r][c] += selected[c] & mask;
                }
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }
    }
    float unscale[COLUMNS];
#pragma unroll
    for (int c = 0; c < COLUMNS; ++c) {
        const int column = first + LOCAL_X + SIDE * c;
        unscale[c] = column < OUT_STRIDE ? grid[OUT_STRIDE + column] : 0.0f;
    }
    float values[ROWS][COLUMNS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            values[r][c] = convert_float(sums[r][c]) * unscale[c];
    store_pixels(values, output, start, pixels, first);
}

__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void implicit_gemm_forward(
    __global const float *input, __global const float *filter, __global float *output, int height, int width,
    int out_height, int out_width, int pixels)
{
    __local int sources[TILE_ROWS];
    __local float left[DEPTH * LEFT_STRIDE];
    __local float weights[DEPTH * TILE_COLUMNS];
    const int first = TILE_ACROSS(OUT_STRIDE) * TILE_COLUMNS;
    const int start = TILE_DOWN(OUT_STRIDE) * TILE_ROWS;
    const Place mine = place_of(start + ITEM, pixels, out_height, out_width);
    float sums[ROWS][COLUMNS];
    clear_sums(sums);
    for (int ky = 0; ky < KH; ++ky)
        for (int block = 0; block < CHANNELS; block += BLOCK)
            for (int kx = 0; kx < KW; ++kx) {
                const int end = min(block + BLOCK, CHANNELS);
                if (ITEM < TILE_ROWS)
                    sources[ITEM] = pixel_under(mine, ky, kx, height, width);
                for (int channel = block; channel < end; channel += DEPTH) {
                    const int depth = min(DEPTH, end - channel);
                    barrier(CLK_LOCAL_MEM_FENCE);
                    load_values(input, left, sources, IN_STRIDE, channel, depth);
                    load_weights(filter, weights, ky * KW + kx, channel, depth, first);
                    barrier(CLK_LOCAL_MEM_FENCE);
                    add_products(sums, left, weights, depth, LOCAL_X, LOCAL_Y);
                }
                barrier(CLK_LOCAL_MEM_FENCE);
            }
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            sums[r][c] = STORED_SUM(sums[r][c]);
    store_pixels(sums, output, start, pixels, first);
}
