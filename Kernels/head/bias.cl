// The bias of a fully connected layer: y = x + bias, in place, and ∂L/∂bias = Σ g over all pixels.
//
// Layout: see common/layout.cl; partial sums are [runs][stride].
// Mapping: an item takes a chunk and a run of pixels; bias_gradient_combine takes a chunk.
// Numerics: sums of blocks of pixels join the run's, runs are added in their order.
#include "common/layout.cl"

#define BLOCK 64

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
    __global const float *gradient, __global float *partials, const int pixels, const int stride, const int run)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const int part = get_global_id(1);
    const int begin = part * run;
    const int end = begin + min(run, pixels - begin);
    FLOATV sum = 0.0f;
    for (int block = begin; block < end; block += BLOCK) {
        const int stop = min(block + BLOCK, end);
        FLOATV s = 0.0f;
        for (int pixel = block; pixel < stop; ++pixel)
            s += LOADV(gradient + (size_t)pixel * stride + channel);
        sum += s;
    }
    STOREV(sum, partials + (size_t)part * stride + channel);
}

__kernel void bias_gradient_combine(
    __global const float *partials, __global float *result, const int stride, const int runs)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    FLOATV sum = 0.0f;
    for (int part = 0; part < runs; ++part)
        sum += LOADV(partials + (size_t)part * stride + channel);
    STOREV(sum, result + channel);
}
