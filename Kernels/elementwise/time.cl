// Pictures that stand still: every image at each time step, and back.
//
// repeat_over_time: y[t] = x for t < steps. sum_over_time: y = Σ_t x[t], steps in their order.
//
// Layout: flat runs of words, `count` in a time step. Mapping: an item takes a run, 16 words at a time.
#include "common/layout.cl"

__kernel void repeat_over_time(
    __global const float *input, __global float *output, const uint count, const uint run, const int steps)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + 16 <= end; at += 16) {
        const float16 value = vload16(0, input + at);
        for (int t = 0; t < steps; ++t)
            vstore16(value, 0, output + t * (size_t)count + at);
    }
    for (; at < end; ++at)
        for (int t = 0; t < steps; ++t)
            output[t * (size_t)count + at] = input[at];
}

__kernel void sum_over_time(
    __global const float *input, __global float *output, const uint count, const uint run, const int steps)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + 16 <= end; at += 16) {
        float16 sum = 0.0f;
        for (int t = 0; t < steps; ++t)
            sum += vload16(0, input + t * (size_t)count + at);
        vstore16(sum, 0, output + at);
    }
    for (; at < end; ++at) {
        float sum = 0.0f;
        for (int t = 0; t < steps; ++t)
            sum += input[t * (size_t)count + at];
        output[at] = sum;
    }
}
