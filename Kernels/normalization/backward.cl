// Gradients of a batch norm through the statistics of its batch, with x̂ = (x − mean)·σ⁻¹ and m pixels:
//
//     ∂L/∂bias = Σ g        ∂L/∂weight = gain·Σ g·x̂
//     ∂L/∂x = weight·gain·σ⁻¹·(g − Σ g / m − x̂·Σ g·x̂ / m)
//
// Three passes: sums over runs of pixels (the neuron's backward kernel makes them itself), their total, and ∂L/∂x, which
// may be written over g.
//
// Layout: partial sums are [runs][2][stride]: Σ g, Σ g·(x − mean) (reduction/sums.cl). Coefficients are [2][stride]: Σ g / m and
// σ⁻²·Σ g·(x − mean) / m.
// Mapping: normalize_backward_sums takes a chunk and some runs of pixels, normalize_backward_combine a chunk with MERGING_ROWS
// items, normalize_backward_apply a few chunks and a run of pixels.
// Numerics: sums in the order of reduction/sums.cl. Everything is 0 in spare channels.
#include "reduction/sums.cl"

__kernel void normalize_backward_sums(
    __global const float *gradient,
    __global const float *input,
    __global const float *statistics,
    __global float *partials,
    const int pixels,
    const int stride,
    const int item_runs)
{
    const int channel = INNER_ITEM(stride / WIDTH) * WIDTH;
    const int first = OUTER_ITEM(stride / WIDTH) * item_runs;
    const int end = min(first + item_runs, (pixels + RUN - 1) / RUN);
    const FLOATV mean = LOADV(statistics + channel);

    for (int part = first; part < end; ++part) {
        const int begin = part * RUN;
        const int stop = begin + min(RUN, pixels - begin);
        FLOATV sum = 0.0f, products = 0.0f;
        for (int pixel = begin; pixel < stop; ++pixel) {
            const size_t at = (size_t)pixel * stride + channel;
            const FLOATV g = LOADV(gradient + at);
            sum += g;
            products = fma(g, LOADV(input + at) - mean, products);
        }
        __global float *result = partials + (size_t)part * 2 * stride + channel;
        STOREV(sum, result);
        STOREV(products, result + stride);
    }
}

__kernel void normalize_backward_combine(
    __global float *partials,
    __global const float *statistics,
    __global float *weight_gradient,
    __global float *bias_gradient,
    __global float *coefficients,
    const int stride,
    const int runs,
    const float pixels,
    const float gain)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const FLOATV sum = merged_sum(partials + channel, runs, 2 * (size_t)stride);
    const FLOATV products = merged_sum(partials + stride + channel, runs, 2 * (size_t)stride);
    if (get_local_id(1) != 0)
        return;
    const FLOATV inverse = LOADV(statistics + stride + channel);
    const FLOATV normalized = products * inverse;
    STOREV(sum, bias_gradient + channel);
    STOREV(normalized * gain, weight_gradient + channel);
    STOREV(sum / pixels, coefficients + channel);
    STOREV(normalized * inverse / pixels, coefficients + stride + channel);
}

__kernel void normalize_backward_apply(
    __global const float *gradient,
    __global const float *input,
    __global const float *statistics,
    __global const float *weight,
    __global const float *coefficients,
    __global float *result,
    const int pixels,
    const int stride,
    const int run,
    const int item_chunks,
    const float gain)
{
    const int items = (stride / WIDTH + MOST_CHUNKS - 1) / MOST_CHUNKS;
    const int first = INNER_ITEM(items) * item_chunks * WIDTH;
    const int chunks = CHUNKS_FROM(first, item_chunks, stride);
    const int begin = OUTER_ITEM(items) * run;
    const int end = begin + min(run, pixels - begin);
    FLOATV mean[MOST_CHUNKS], scale[MOST_CHUNKS], average[MOST_CHUNKS], slope[MOST_CHUNKS];
    for (int chunk = 0; chunk < chunks; ++chunk) {
        const int channel = first + chunk * WIDTH;
        mean[chunk] = LOADV(statistics + channel);
        scale[chunk] = LOADV(weight + channel) * gain * LOADV(statistics + stride + channel);
        average[chunk] = LOADV(coefficients + channel);
        slope[chunk] = LOADV(coefficients + stride + channel);
    }
    for (int pixel = begin; pixel < end; ++pixel) {
        size_t at = (size_t)pixel * stride + first;
        for (int chunk = 0; chunk < chunks; ++chunk, at += WIDTH) {
            const FLOATV centred = LOADV(gradient + at) - average[chunk];
            STOREV(scale[chunk] * fma(mean[chunk] - LOADV(input + at), slope[chunk], centred), result + at);
        }
    }
}
