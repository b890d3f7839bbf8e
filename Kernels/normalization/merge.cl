// What many runs of pixels leave, merged `fan_in` runs at a time, so that few are left for the items that finish a
// reduction: on a device with thousands of lanes, runs are short and many.
//
// Layout: sum_runs: [runs][words] floats; merge_moments: [runs][2][stride], mean and Σ (x − mean)² of `run` pixels each,
// the last run of what is left of `pixels`.
// Mapping: an item takes a vector and `fan_in` runs.
// Numerics: runs are added, and moments merged (Chan, Golub and LeVeque), in their order.
#include "common/layout.cl"

__kernel void sum_runs(
    __global const float *partials, __global float *merged, const int words, const int runs, const int fan_in)
{
    const int word = (int)get_global_id(0) * WIDTH;
    const int first = (int)get_global_id(1) * fan_in;
    const int end = first + min(fan_in, runs - first);
    FLOATV sum = 0.0f;
    for (int part = first; part < end; ++part)
        sum += LOADV(partials + (size_t)part * words + word);
    STOREV(sum, merged + (size_t)get_global_id(1) * words + word);
}

__kernel void merge_moments(
    __global const float *partials,
    __global float *merged,
    const int pixels,
    const int stride,
    const int run,
    const int runs,
    const int fan_in)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const int first = (int)get_global_id(1) * fan_in;
    const int end = first + min(fan_in, runs - first);
    const size_t step = 2 * (size_t)stride;
    const FLOATV total = (FLOATV)(min(fan_in * run, pixels - first * run));

    // Means relative to the first run's.
    __global const float *partial = partials + first * step + channel;
    const FLOATV origin = LOADV(partial);
    FLOATV excess = 0.0f;
    for (int part = first; part < end; ++part, partial += step)
        excess = fma((FLOATV)(min(run, pixels - part * run)), LOADV(partial) - origin, excess);
    const FLOATV mean = origin + excess / total;

    partial = partials + first * step + channel;
    FLOATV squares = 0.0f;
    for (int part = first; part < end; ++part, partial += step) {
        const FLOATV difference = LOADV(partial) - mean;
        squares += fma((FLOATV)(min(run, pixels - part * run)) * difference, difference, LOADV(partial + stride));
    }
    __global float *result = merged + get_global_id(1) * step + channel;
    STOREV(mean, result);
    STOREV(squares, result + stride);
}
