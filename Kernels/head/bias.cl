// The bias of a fully connected layer: y = x + bias, in place, and ∂L/∂bias = Σ g over all pixels.
//
// Layout: see common/layout.cl; partial sums are [runs][stride].
// Mapping: an item takes a chunk and a run of pixels, or some runs of a reduction; bias_gradient_combine takes a chunk.
// Numerics: sums in the order of reduction/sums.cl.
#include "reduction/sums.cl"

__kernel void add_bias(
    __global float *tensor, __global const float *bias, const int pixels, const int stride, const int run)
{
    const int chunks = stride / WIDTH;
    const int channel = INNER_ITEM(chunks) * WIDTH;
    const int begin = OUTER_ITEM(chunks) * run;
    const int end = begin + min(run, pixels - begin);
    const FLOATV term = LOADV(bias + channel);
    for (int pixel = begin; pixel < end; ++pixel) {
        __global float *at = tensor + (size_t)pixel * stride + channel;
        STOREV(LOADV(at) + term, at);
    }
}

__kernel void bias_gradient_partial(
    __global const float *gradient, __global float *partials, const int pixels, const int stride, const int item_runs)
{
    const int channel = INNER_ITEM(stride / WIDTH) * WIDTH;
    const int first = OUTER_ITEM(stride / WIDTH) * item_runs;
    const int end = min(first + item_runs, (pixels + RUN - 1) / RUN);
    for (int part = first; part < end; ++part) {
        const int begin = part * RUN;
        const int stop = begin + min(RUN, pixels - begin);
        FLOATV sum = 0.0f;
        for (int pixel = begin; pixel < stop; ++pixel)
            sum += LOADV(gradient + (size_t)pixel * stride + channel);
        STOREV(sum, partials + (size_t)part * stride + channel);
    }
}

__kernel void bias_gradient_combine(
    __global float *partials, __global float *result, const int stride, const int runs)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    STOREV(merged_sum(partials + channel, runs, stride), result + channel);
}
