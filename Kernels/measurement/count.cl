// How many spikes a tensor holds, how many two tensors do not share, and how many real values are not 0 or neither 0
// nor 1.
//
// Mapping. count_spikes_partial and count_values_partial take a run of words, a vector at a time, and write what they
// counted in it; sum_counts is one item, which adds the runs. Spare bits and spare channels are 0, so they count nowhere.
//
// Sizes. A run holds fewer than 2³² spikes; sums over runs are 64 bits wide and stand in two words, the low one first.
//
// Numerics. Integers throughout; values are compared by their bits, so that no device takes a denormal for 0. The smaller
// of some bits and 1 says whether any is set: a comparison widened to a count is what simulators of devices get wrong.
#include "common/layout.cl"

#define MAGNITUDE 0x7fffffffu
#define ONE 0x3f800000u

// The sum of all lanes.
uint sum_counts_of_lanes(UINTV lanes)
{
    return JOIN_LANES(lanes, +);
}

// With -DPAIRED=1 the spikes that stand in exactly one of the tensors, else those of the first (`second` is not read).
__kernel void count_spikes_partial(
    __global const uint *first, __global const uint *second, __global uint *counts, const uint count, const uint run)
{
    const size_t begin = get_global_id(0) * (size_t)run;
    const size_t end = min(begin + run, (size_t)count);
    UINTV lanes = (UINTV)(0u);
    uint rest = 0;
    size_t at = begin;
    for (; at + WIDTH <= end; at += WIDTH) {
#if PAIRED
        lanes += popcount(LOAD_WORDS(first + at) ^ LOAD_WORDS(second + at));
#else
        lanes += popcount(LOAD_WORDS(first + at));
#endif
    }
    for (; at < end; ++at) {
#if PAIRED
        rest += popcount(first[at] ^ second[at]);
#else
        rest += popcount(first[at]);
#endif
    }
    counts[get_global_id(0)] = rest + sum_counts_of_lanes(lanes);
}

// Two counts a run: values that are not 0, and values that are neither 0 nor 1.
__kernel void count_values_partial(
    __global const uint *values, __global uint *counts, const uint count, const uint run)
{
    const size_t begin = get_global_id(0) * (size_t)run;
    const size_t end = min(begin + run, (size_t)count);
    UINTV nonzero = (UINTV)(0u);
    UINTV other = (UINTV)(0u);
    uint rest_nonzero = 0;
    uint rest_other = 0;
    size_t at = begin;
    for (; at + WIDTH <= end; at += WIDTH) {
        const UINTV words = LOAD_WORDS(values + at);
        const UINTV is_nonzero = min(words & (UINTV)(MAGNITUDE), (UINTV)(1u));
        nonzero += is_nonzero;
        other += is_nonzero & min(words ^ (UINTV)(ONE), (UINTV)(1u));
    }
    for (; at < end; ++at) {
        const uint is_nonzero = min(values[at] & MAGNITUDE, 1u);
        rest_nonzero += is_nonzero;
        rest_other += is_nonzero & min(values[at] ^ ONE, 1u);
    }
    counts[2 * get_global_id(0)] = rest_nonzero + sum_counts_of_lanes(nonzero);
    counts[2 * get_global_id(0) + 1] = rest_other + sum_counts_of_lanes(other);
}

// `columns` counts a run, each summed into two words of the record from word `word` on.
__kernel void sum_counts(
    __global const uint *counts, __global uint *record, const int runs, const int columns, const int word)
{
    for (int column = 0; column < columns; ++column) {
        ulong sum = 0;
        for (int part = 0; part < runs; ++part)
            sum += counts[part * (size_t)columns + column];
        record[word + 2 * column] = (uint)sum;
        record[word + 2 * column + 1] = (uint)(sum >> 32);
    }
}
