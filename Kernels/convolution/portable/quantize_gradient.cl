// ∂L/∂y as integers of a power-of-two grid of each output channel, for gradients of weights that are the same on every device:
// see Sources/LSNTensors/GradientGrid.swift.
//
// largest_magnitudes leaves the largest |∂L/∂y| of each run of pixels, [runs][OUT_STRIDE]; of these, fewer than 2,048 rows, the
// kernel weight_grid makes the grid, [2][OUT_STRIDE] floats as in convolution/quantized_weights.cl, with |q| <= 2^20.
// Mapping: an item takes a run of pixels, and of them one chunk (largest_magnitudes: global (chunks, runs)) or a few
// (quantize_gradient).
// Numerics: a maximum has no order; a value is rounded once, ties to even. Where a channel has a value that is not finite, its
// integers are 0, and the grid makes NaN of their sums.
#include "convolution/weight_grid_exponents.cl"

__kernel void largest_magnitudes(__global const float *gradient, __global float *maxima, const int pixels, const int run)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const int part = get_global_id(1);
    const int begin = part * run;
    const int end = begin + min(run, pixels - begin);
    UINTV largest = (UINTV)(0u);
    for (int pixel = begin; pixel < end; ++pixel)
        largest = max(largest, magnitudes(gradient + (size_t)pixel * OUT_STRIDE + channel));
    STOREV(AS_FLOATV(largest), maxima + (size_t)part * OUT_STRIDE + channel);
}

__kernel void quantize_gradient(
    __global const float *gradient,
    __global const float *grid,
    __global int *quantized,
    const int pixels,
    const int run,
    const int item_chunks)
{
    const int items = (OUT_STRIDE / WIDTH + MOST_CHUNKS - 1) / MOST_CHUNKS;
    const int first = INNER_ITEM(items) * item_chunks * WIDTH;
    const int chunks = CHUNKS_FROM(first, item_chunks, OUT_STRIDE);
    const int begin = OUTER_ITEM(items) * run;
    const int end = begin + min(run, pixels - begin);
    FLOATV scales[MOST_CHUNKS];
    for (int chunk = 0; chunk < chunks; ++chunk)
        scales[chunk] = LOADV(grid + first + chunk * WIDTH);
    for (int pixel = begin; pixel < end; ++pixel) {
        size_t at = (size_t)pixel * OUT_STRIDE + first;
        for (int chunk = 0; chunk < chunks; ++chunk, at += WIDTH) {
            const INTV exists = scales[chunk] > (FLOATV)(0.0f);
            STORE_QUANTIZED(quantized_weights(LOADV(gradient + at), scales[chunk]) & exists, quantized + at);
        }
    }
}
