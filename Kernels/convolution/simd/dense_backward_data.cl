// The gradient of a convolution's input: dL/dx[n, i, y, x] = sum of dL/dy[n, o, h, w] * weight[o, i, a, b] over the
// window positions with h * s + a - p = y and w * s + b - p = x.
//
// Dense: both operands are real values. transpose_filter brings the weights to [ky][kx][channel slice][output]
// [TILE_VECTORS * WIDTH], so that the input channels of a work-item's result are vectors, and what its tiles read lies side
// by side. Along a row, the pixels with the same
// x mod s ("phase") meet the same window columns; a tile is made of such pixels, whose sources are then neighbours, so
// that a stride costs nothing.
//
// A work-item makes `rows` rows of one image, TILE_VECTORS * WIDTH channels of each: global (images * bands, chunks).
// With `accumulate` the result is added to what stands there.
// Specialised by: CHANNELS, OUTPUTS, IN_STRIDE, OUT_STRIDE, KH, KW, STRIDE, PAD and the tile (dense_tile.cl).
// Numerics: fused multiply-adds over window rows, blocks of 64 outputs, window columns and outputs, in this order
// (Sources/LSNTensors/ConvolutionOrder.swift).
#define SOURCE_STRIDE OUT_STRIDE
#define WEIGHT_STRIDE (TILE_VECTORS * WIDTH)
#define COLUMN_STEP 1
#define PANEL_COLUMNS (TILE_PIXELS + (KW - 1) / STRIDE)
#include "convolution/simd/dense_tile.cl"

// A 1×1 window without padding: the sources of a tile are neighbours in memory, so a whole tile needs no panel.
#define POINTWISE (KH * KW == 1 && PAD == 0)

#if POINTWISE
// As multiply_tap, from where the gradient lies and over all outputs. (OpenCL C 1.2 has no pointer to either memory.)
static inline void multiply_pixels(
    FLOATV sums[TILE_PIXELS][TILE_VECTORS], __global const float *source, __global const float *weights)
{
    for (int c = 0; c < OUTPUTS; c++) {
        FLOATV weight[TILE_VECTORS];
#pragma unroll
        for (int v = 0; v < TILE_VECTORS; v++)
            weight[v] = LOADV(weights + (size_t)c * WEIGHT_STRIDE + v * WIDTH);
#pragma unroll
        for (int p = 0; p < TILE_PIXELS; p++)
#pragma unroll
            for (int v = 0; v < TILE_VECTORS; v++)
                sums[p][v] = fma((FLOATV)(source[p * OUT_STRIDE + c]), weight[v], sums[p][v]);
    }
}
#endif

// A work-item turns 8 channels of one output: global (IN_STRIDE / 8, OUTPUTS, taps).
__kernel void transpose_filter(__global const float *filter, __global float *transposed)
{
    const int channel = get_global_id(0) * 8;
    const int output = get_global_id(1);
    const int tap = get_global_id(2);
    const int slice = channel / WEIGHT_STRIDE;
    __global float *to = transposed
        + (((size_t)tap * (IN_STRIDE / WEIGHT_STRIDE) + slice) * OUTPUTS + output) * WEIGHT_STRIDE
        + channel % WEIGHT_STRIDE;
    for (int i = 0; i < 8; i++)
        to[i] = channel + i < CHANNELS ? filter[((size_t)tap * CHANNELS + channel + i) * OUT_STRIDE + output] : 0.0f;
}

__kernel void dense_backward_data(
    __global const float *gradient, __global const float *transposed, __global float *result, int height, int width,
    int out_height, int out_width, int rows, int accumulate)
{
    const int bands = (height + rows - 1) / rows;
    const int image = get_global_id(0) / bands;
    const int first_row = get_global_id(0) % bands * rows;
    const int end_row = min(first_row + rows, height);
    const int slice = get_global_id(1);
    const int first = slice * WEIGHT_STRIDE;
    float8 panel[PANEL_COLUMNS * PANEL_CHANNELS / 8];
    for (int row = first_row; row < end_row; row++)
        for (int phase = 0; phase < STRIDE; phase++) {
            const int reach = phase + PAD;
            const int first_tap = reach % STRIDE;
            const int last_tap = first_tap + (KW - 1 - first_tap) / STRIDE * STRIDE;
            const int columns = (width - phase + STRIDE - 1) / STRIDE;
            for (int start = 0; start < columns; start += TILE_PIXELS) {
                const int count = min(TILE_PIXELS, columns - start);
                __global float *to = result
                    + (((size_t)image * height + row) * width + phase + start * STRIDE) * IN_STRIDE + first;
                FLOATV sums[TILE_PIXELS][TILE_VECTORS];
#pragma unroll
                for (int p = 0; p < TILE_PIXELS; p++)
#pragma unroll
                    for (int v = 0; v < TILE_VECTORS; v++)
                        sums[p][v] = accumulate && p < count ? LOADV(to + p * STRIDE * IN_STRIDE + v * WIDTH)
                                                             : (FLOATV)(0.0f);
                for (int ky = (row + PAD) % STRIDE; ky < KH; ky += STRIDE) {
                    const int out_row = (row + PAD - ky) / STRIDE;
                    if (row + PAD < ky || out_row >= out_height || first_tap >= KW)
                        continue;
                    __global const float *line =
                        gradient + ((size_t)image * out_height + out_row) * out_width * OUT_STRIDE;
#if POINTWISE
                    if (count == TILE_PIXELS) {
                        multiply_pixels(
                            sums, line + start * OUT_STRIDE, transposed + (size_t)slice * OUTPUTS * WEIGHT_STRIDE);
                        continue;
                    }
#endif
                    for (int output = 0; output < OUTPUTS; output += PANEL_CHANNELS) {
                        pack_row(
                            panel, line, start + (reach - last_tap) / STRIDE, out_width, output,
                            min(PANEL_CHANNELS, OUT_STRIDE - output));
                        for (int kx = first_tap; kx < KW; kx += STRIDE)
                            multiply_tap(
                                sums, (const float *)panel + (last_tap - kx) / STRIDE * PANEL_CHANNELS,
                                transposed
                                    + (((size_t)(ky * KW + kx) * (IN_STRIDE / WEIGHT_STRIDE) + slice) * OUTPUTS + output)
                                        * WEIGHT_STRIDE,
                                min(PANEL_CHANNELS, OUTPUTS - output));
                    }
                }
#pragma unroll
                for (int p = 0; p < TILE_PIXELS; p++)
                    if (p < count)
#pragma unroll
                        for (int v = 0; v < TILE_VECTORS; v++)
                            STOREV(STORED_SUM(sums[p][v]), to + p * STRIDE * IN_STRIDE + v * WIDTH);
            }
        }
}
