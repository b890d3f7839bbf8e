// Convolution of real values (the stem's picture, integer sums between blocks, pooled rates before a classifier):
// y[n, o, h, w] = sum of x[n, i, h * s + a - p, w * s + b - p] * weight[o, i, a, b].
//
// A work-item makes `rows` rows of one image, TILE_VECTORS * WIDTH output channels of each: global (images * bands,
// chunks). Specialised by: CHANNELS, IN_STRIDE, OUT_STRIDE, KH, KW, STRIDE, PAD and the tile (dense_tile.cl).
// Numerics: fused multiply-adds over window rows, blocks of 64 channels, window columns and channels, in this
// order (Sources/LSNTensors/ConvolutionOrder.swift).
#define SOURCE_STRIDE IN_STRIDE
#define WEIGHT_STRIDE OUT_STRIDE
#define COLUMN_STEP STRIDE
#define PANEL_COLUMNS ((TILE_PIXELS - 1) * STRIDE + KW)
#include "convolution/simd/dense_tile.cl"

__kernel void dense_forward(
    __global const float *input, __global const float *filter, __global float *output, int height, int width,
    int out_height, int out_width, int rows)
{
    const int bands = (out_height + rows - 1) / rows;
    const int image = get_global_id(0) / bands;
    const int first_row = get_global_id(0) % bands * rows;
    const int end_row = min(first_row + rows, out_height);
    const int first = get_global_id(1) * TILE_VECTORS * WIDTH;
    float8 panel[PANEL_COLUMNS * PANEL_CHANNELS / 8];
    for (int out_row = first_row; out_row < end_row; out_row++)
        for (int start = 0; start < out_width; start += TILE_PIXELS) {
            FLOATV sums[TILE_PIXELS][TILE_VECTORS];
#pragma unroll
            for (int p = 0; p < TILE_PIXELS; p++)
#pragma unroll
                for (int v = 0; v < TILE_VECTORS; v++)
                    sums[p][v] = (FLOATV)(0.0f);
            for (int ky = 0; ky < KH; ky++) {
                const int row = out_row * STRIDE + ky - PAD;
                if (row < 0 || row >= height)
                    continue;
                __global const float *line = input + ((size_t)image * height + row) * width * IN_STRIDE;
                for (int channel = 0; channel < CHANNELS; channel += PANEL_CHANNELS) {
                    pack_row(
                        panel, line, start * STRIDE - PAD, width, channel, min(PANEL_CHANNELS, IN_STRIDE - channel));
                    for (int kx = 0; kx < KW; kx++)
                        multiply_tap(
                            sums, (const float *)panel + kx * PANEL_CHANNELS,
                            filter + ((size_t)(ky * KW + kx) * CHANNELS + channel) * OUT_STRIDE + first,
                            min(PANEL_CHANNELS, CHANNELS - channel));
                }
            }
            __global float *to =
                output + (((size_t)image * out_height + out_row) * out_width + start) * OUT_STRIDE + first;
            const int count = min(TILE_PIXELS, out_width - start);
#pragma unroll
            for (int p = 0; p < TILE_PIXELS; p++)
                if (p < count)
#pragma unroll
                    for (int v = 0; v < TILE_VECTORS; v++)
                        STOREV(STORED_SUM(sums[p][v]), to + p * OUT_STRIDE + v * WIDTH);
        }
}
