// The index of the first float that is infinite or not a number, or NONE.
//
// Mapping: find_non_finite_partial takes a run of words, a vector at a time, and writes the first index of its run;
// an item of find_non_finite_combine takes the smallest of `fan_in` runs.
// Numerics: an exponent of all ones, tested on the bits.
#include "common/layout.cl"

#define NONE 0xffffffffu
#define EXPONENT 0x7f800000u

__kernel void find_non_finite_partial(
    __global const uint *values, __global uint *firsts, const uint count, const uint run)
{
    const size_t begin = get_global_id(0) * (size_t)run;
    const size_t end = min(begin + run, (size_t)count);
    uint first = NONE;
    size_t at = begin;
    bool found = false;
    for (; !found && at + WIDTH <= end; at += WIDTH) {
        const UINTV exponents = LOAD_WORDS(values + at) & (UINTV)(EXPONENT);
        found = any(exponents == (UINTV)(EXPONENT));
    }
    if (found)
        at -= WIDTH;
    for (; first == NONE && at < end; ++at) {
        if ((values[at] & EXPONENT) == EXPONENT)
            first = (uint)at;
    }
    firsts[get_global_id(0)] = first;
}

__kernel void find_non_finite_combine(
    __global const uint *firsts, __global uint *record, const int runs, const int fan_in, const int word)
{
    const int begin = (int)get_global_id(0) * fan_in;
    const int end = begin + min(fan_in, runs - begin);
    uint first = NONE;
    for (int part = begin; part < end; ++part)
        first = min(first, firsts[part]);
    record[word + get_global_id(0)] = first;
}
