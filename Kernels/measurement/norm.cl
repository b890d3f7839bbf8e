// The Euclidean norm of a tensor, whatever its size: gradients of deep networks vanish and explode, so values are scaled
// by a power of two before they are squared.
//
// Mapping. Two passes of partials over runs of words, a vector at a time, each followed by one item that combines them
// in their order: the largest magnitude, then the sum of squares. Spare channels are 0 and add nothing.
//
// Numerics. The scale is the power of two that brings the largest magnitude to 1…2, exact both ways. A tensor with a
// value that is infinite or not a number has that value for a norm. Sums are taken in float, lanes first.
#include "common/layout.cl"

#define MAGNITUDE 0x7fffffffu
#define EXPONENT 0x7f800000u

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

// The exponent by which values are scaled: that of the largest, kept where both 2^e and 2^−e are normal numbers.
int exponent_of(uint magnitude)
{
    return clamp((int)(magnitude >> 23) - 127, -126, 126);
}

float power_of_two(int exponent)
{
    return as_float((uint)(exponent + 127) << 23);
}

__kernel void squares_partial(
    __global const float *values, __global const uint *largest, __global float *sums, const uint count, const uint run)
{
    const float scale = power_of_two(-exponent_of(largest[0]));
    const size_t begin = get_global_id(0) * (size_t)run;
    const size_t end = min(begin + run, (size_t)count);
    FLOATV lanes = (FLOATV)(0.0f);
    float rest = 0.0f;
    size_t at = begin;
    for (; at + WIDTH <= end; at += WIDTH) {
        const FLOATV scaled = LOADV(values + at) * scale;
        lanes = fma(scaled, scaled, lanes);
    }
    for (; at < end; ++at) {
        const float scaled = values[at] * scale;
        rest = fma(scaled, scaled, rest);
    }
    sums[get_global_id(0)] = rest + sum_lanes(lanes);
}

__kernel void squares_combine(
    __global const float *sums, __global const uint *largest, __global uint *record, const int runs, const int word)
{
    float sum = 0.0f;
    for (int part = 0; part < runs; ++part)
        sum += sums[part];
    const uint most = largest[0];
    record[word] =
        (most & EXPONENT) == EXPONENT ? most : as_uint(sqrt(sum) * power_of_two(exponent_of(most)));
}
