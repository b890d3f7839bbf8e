// The Euclidean norm of a tensor, whatever its size: gradients of deep networks vanish and explode, so values are scaled
// by a power of two before they are squared.
//
// Mapping. Two passes of partials over runs of words, each followed by one item that combines them: the largest magnitude,
// then the sum of squares, whose partials are merged before where they are many. Spare channels are 0 and add nothing.
//
// Numerics. The scale is the power of two that brings the largest magnitude to 1…2, exact both ways. A tensor with a
// value that is infinite or not a number has that value's magnitude for a norm. The sum has the order of SumOrder
// (reduction/sums.cl): in runs of WORD_RUN words eight lanes take turns, which are merged FAN_IN runs at a time and joined at
// the end.
#include "reduction/squares.cl"

// The largest bits of a magnitude: floats of one sign are ordered as their bits are, and NaN comes after infinity.
__kernel void largest_magnitude_partial(
    __global const uint *values, __global uint *largest, const uint count, const uint run)
{
    const size_t begin = get_global_id(0) * (size_t)run;
    const size_t end = min(begin + run, (size_t)count);
    UINTV lanes = (UINTV)(0u);
    uint rest = 0;
    size_t at = begin;
    for (; at + WIDTH <= end; at += WIDTH)
        lanes = max(lanes, LOAD_WORDS(values + at) & (UINTV)(MAGNITUDE));
    for (; at < end; ++at)
        rest = max(rest, values[at] & MAGNITUDE);
    for (int lane = 0; lane < WIDTH; ++lane)
        rest = max(rest, ((const uint *)&lanes)[lane]);
    largest[get_global_id(0)] = rest;
}

__kernel void largest_magnitude_combine(__global const uint *largest, __global uint *result, const int runs)
{
    uint most = 0;
    for (int part = 0; part < runs; ++part)
        most = max(most, largest[part]);
    result[0] = most;
}

// An item takes `item_runs` runs: 1, or FAN_IN, which it merges.
__kernel void squares_partial(
    __global const float *values,
    __global const uint *largest,
    __global float8 *sums,
    const uint count,
    const uint item_runs)
{
    const float scale = power_of_two(-exponent_of(largest[0]));
    size_t at = get_global_id(0) * (size_t)(item_runs * WORD_RUN);
    const size_t end = min(at + item_runs * WORD_RUN, (size_t)count);
    float8 sum = 0.0f;
    while (at < end) {
        const size_t stop = min(at + WORD_RUN, end);
        sum += squares_of_run(values, at, stop, scale);
        at = stop;
    }
    if (get_global_id(0) * (size_t)(item_runs * WORD_RUN) < count)
        sums[get_global_id(0)] = sum;
}

__kernel void squares_combine(
    __global float8 *sums, __global const uint *largest, __global uint *record, const int runs, const int word)
{
    MERGE_IN_PLACE(float8, sums, 1, runs);
    const uint most = largest[0];
    const float norm = sqrt(joined_lanes(sums[0])) * power_of_two(exponent_of(most));
    record[word] = (most & EXPONENT) == EXPONENT ? most : as_uint(norm);
}
