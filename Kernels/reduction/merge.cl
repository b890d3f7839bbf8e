// What many runs of pixels leave, merged FAN_IN runs at a time, so that few are left for the items that finish a reduction.
//
// Layout: see reduction/sums.cl and reduction/moments.cl.
// Mapping: an item takes a vector and FAN_IN runs.
#include "reduction/moments.cl"

__kernel void merge_sums(__global const float *partials, __global float *merged, const int words, const int runs)
{
    const int word = INNER_ITEM(words / WIDTH) * WIDTH;
    const int part = OUTER_ITEM(words / WIDTH);
    const int first = part * FAN_IN;
    if (first < runs)
        STOREV(
            sum_of_runs(partials + word, first, min(first + FAN_IN, runs), words), merged + (size_t)part * words + word);
}

__kernel void merge_moments(
    __global const float *partials,
    __global float *merged,
    const int pixels,
    const int stride,
    const int run,
    const int runs)
{
    const int channel = INNER_ITEM(stride / WIDTH) * WIDTH;
    const int part = OUTER_ITEM(stride / WIDTH);
    const int first = part * FAN_IN;
    if (first < runs)
        store_moments(
            merge_runs(partials + channel, first, min(first + FAN_IN, runs), run, pixels, stride),
            merged + (size_t)part * 2 * stride + channel, stride);
}
