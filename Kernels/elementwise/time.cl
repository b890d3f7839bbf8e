// Pictures that stand still: every image at each time step, and back.
//
// repeat_over_time: y[t] = x for t < steps. sum_over_time: y = Σ_t x[t], steps in their order.
//
// Layout: flat runs of words, `count` in a time step, a multiple of WIDTH. Mapping: an item takes a run, a vector at a
// time.
#include "common/layout.cl"

__kernel void repeat_over_time(
    __global const float *input, __global float *output, const uint count, const uint run, const int steps)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at < end; at += WIDTH) {
        const FLOATV value = LOADV(input + at);
        for (int t = 0; t < steps; ++t)
            STOREV(value, output + t * (size_t)count + at);
    }
}

__kernel void sum_over_time(
    __global const float *input, __global float *output, const uint count, const uint run, const int steps)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at < end; at += WIDTH) {
        FLOATV sum = 0.0f;
        for (int t = 0; t < steps; ++t)
            sum += LOADV(input + t * (size_t)count + at);
        STOREV(sum, output + at);
    }
}
