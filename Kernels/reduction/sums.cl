// The order in which kernels add floats: SumOrder (Sources/LSNTensors) is its specification, so that a sum has the same bits
// on every device.
//
// Pixels are cut into runs of RUN, whose terms are added one after the other; FAN_IN partial sums are merged at a time,
// again one after the other, until at most so many are left, which are merged in the same way. How many runs an item owns,
// and how many levels are merged in one kernel, is free.
//
// Layout: partial sums are [runs][words] floats.
#ifndef SUMS_CL
#define SUMS_CL

#include "common/inlined.cl"
#include "common/layout.cl"

// -DMERGING_ROWS: items of a work-group, side by side in dimension 1, that merge the runs of a vector together: with as many as
// FAN_IN, two levels. All of them come to the functions below that merge all runs, and all have the result.
#ifndef MERGING_ROWS
#define MERGING_ROWS 1
#endif

#define RUN 16
#define FAN_IN 64

// A scalar sum and one term more, for loops. Where they say `sum += term`, Intel's compiler vectorises the loop and so adds in
// another order, which OpenCL C does not allow; a chain of fma it leaves alone, and sums of vectors.
static inline float add_in_order(float sum, float term)
{
    return fma(term, 1.0f, sum);
}

// The vector at `partials` added up over runs first … end − 1.
static inline FLOATV sum_of_runs(__global const float *partials, int first, int end, size_t words)
{
    FLOATV sum = 0.0f;
    for (int part = first; part < end; ++part)
        sum += LOADV(partials + part * words);
    return sum;
}

// All runs merged: two levels at most, FAN_IN · FAN_IN runs; of more, merge_sums merges a level first. What items together leave
// of a level stands where its first runs stood.
INLINED FLOATV merged_sum(__global float *partials, int runs, size_t words)
{
#if MERGING_ROWS > 1
    const int row = get_local_id(1);
    const int parts = (runs + FAN_IN - 1) / FAN_IN;
    FLOATV part = 0.0f;
    if (row < parts)
        part = sum_of_runs(partials, row * FAN_IN, min(row * FAN_IN + FAN_IN, runs), words);
    barrier(CLK_GLOBAL_MEM_FENCE);
    if (row < parts)
        STOREV(part, partials + row * words);
    barrier(CLK_GLOBAL_MEM_FENCE);
    return sum_of_runs(partials, 0, parts, words);
#else
    FLOATV sum = 0.0f;
    for (int first = 0; first < runs; first += FAN_IN)
        sum += sum_of_runs(partials, first, min(first + FAN_IN, runs), words);
    return sum;
#endif
}

// Merges `count` partial sums of TYPE, `stride` apart at `sums`, by one item: level by level, in the place of what it has read,
// each in order as add_in_order. The sum is the first of them then.
#define MERGE_IN_PLACE(TYPE, sums, stride, count)                                                                       \
    do {                                                                                                                \
        int left = (count);                                                                                             \
        do {                                                                                                            \
            const int parts = (left + FAN_IN - 1) / FAN_IN;                                                             \
            for (int part = 0; part < parts; ++part) {                                                                  \
                const int first = part * FAN_IN;                                                                        \
                const int end = first + min(FAN_IN, left - first);                                                      \
                TYPE sum = 0.0f;                                                                                        \
                for (int at = first; at < end; ++at)                                                                    \
                    sum = fma((sums)[(size_t)at * (stride)], (TYPE)(1.0f), sum);                                        \
                (sums)[(size_t)part * (stride)] = sum;                                                                  \
            }                                                                                                           \
            left = parts;                                                                                               \
        } while (left > 1);                                                                                             \
    } while (0)

// Eight lanes that took turns, as pairs.
static inline float joined_lanes(float8 lanes)
{
    return ((lanes.s0 + lanes.s1) + (lanes.s2 + lanes.s3)) + ((lanes.s4 + lanes.s5) + (lanes.s6 + lanes.s7));
}

#endif
