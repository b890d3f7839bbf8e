// Clips gradients by their norm over all parameters, as PyTorch's clip_grad_norm_:
//
//     g ← g · min(1, maximum / (norm + 1e-6))
//
// Layout: flat words; runs [count][2]: first word and words, a multiple of 8 and at most WORD_RUN. What lies between runs does
// not count in the norm, so that it does not depend on how parameters are aligned.
// Mapping: largest_of_runs and squares_of_runs: an item takes `item_runs` runs; measurement/norm.cl has the kernels that combine
// what they leave. scale_to_norm: an item takes a run of words, a vector at a time.
// Numerics: the norm as in measurement/norm.cl, its sum in the order of SumOrder, as if the runs lay behind each other.
#include "reduction/squares.cl"

__kernel void largest_of_runs(
    __global const uint *values,
    __global const uint *runs,
    __global uint *largest,
    const uint count,
    const uint item_runs)
{
    const uint first = (uint)get_global_id(0) * item_runs;
    if (first >= count)
        return;
    const uint end = min(first + item_runs, count);
    uint most = 0;
    for (uint part = first; part < end; ++part) {
        const size_t begin = runs[2 * (size_t)part];
        const uint words = runs[2 * (size_t)part + 1];
        for (uint word = 0; word < words; ++word)
            most = max(most, values[begin + word] & MAGNITUDE);
    }
    largest[get_global_id(0)] = most;
}

// An item takes 1 run, or FAN_IN, which it merges.
__kernel void squares_of_runs(
    __global const float *values,
    __global const uint *runs,
    __global const uint *largest,
    __global float8 *sums,
    const uint count,
    const uint item_runs)
{
    const float scale = power_of_two(-exponent_of(largest[0]));
    const uint first = (uint)get_global_id(0) * item_runs;
    if (first >= count)
        return;
    const uint end = min(first + item_runs, count);
    float8 sum = 0.0f;
    for (uint part = first; part < end; ++part) {
        const size_t begin = runs[2 * (size_t)part];
        sum += squares_of_run(values, begin, begin + runs[2 * (size_t)part + 1], scale);
    }
    sums[get_global_id(0)] = sum;
}

__kernel void scale_to_norm(
    __global float *values,
    __global const float *record,
    const uint count,
    const uint run,
    const int word,
    const float maximum)
{
    const float factor = maximum / (record[word] + 1e-6f);
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    if (!(factor < 1.0f))
        return;
    for (; at + WIDTH <= end; at += WIDTH)
        STOREV(LOADV(values + at) * factor, values + at);
    for (; at < end; ++at)
        values[at] = values[at] * factor;
}
