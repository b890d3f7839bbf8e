// ReLU.
//
// relu: y = max(0, x); not a number stays what it is. relu_backward: g = 0 where x is not above 0, in place.
//
// Layout: flat runs of `count` words. Mapping: an item takes a run, a vector at a time.
// Numerics: exact.
#include "common/layout.cl"

__kernel void relu(__global const float *input, __global float *output, const uint count, const uint run)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + WIDTH <= end; at += WIDTH) {
        const FLOATV x = LOADV(input + at);
        STOREV(MASKED(~(x < (FLOATV)(0.0f)), x), output + at);
    }
    for (; at < end; ++at)
        output[at] = input[at] < 0.0f ? 0.0f : input[at];
}

__kernel void relu_backward(
    __global const float *input, __global float *gradient, const uint count, const uint run)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + WIDTH <= end; at += WIDTH)
        STOREV(MASKED(LOADV(input + at) > (FLOATV)(0.0f), LOADV(gradient + at)), gradient + at);
    for (; at < end; ++at)
        gradient[at] = input[at] > 0.0f ? gradient[at] : 0.0f;
}
