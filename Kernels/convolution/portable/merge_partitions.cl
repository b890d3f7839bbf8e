// The sum of partial results, merged FAN_IN at a time in the order of SumOrder (reduction/sums.cl):
// result[i] = sum of partial[partition][i].
//
// A work-item adds 8 neighbouring values: global (count / 8). `count` is a multiple of 8.
// Numerics: sums from 0 on, each of up to FAN_IN terms; LEVELS levels are enough for 2^24 partitions.
#include "reduction/sums.cl"

#define LEVELS 4

__kernel void merge_partitions(__global const float *partial, __global float *result, uint count, int partitions)
{
    const size_t first = (size_t)get_global_id(0) * 8;
    float8 sums[LEVELS];
    for (int level = 0; level < LEVELS; level++)
        sums[level] = (float8)(0.0f);
    for (int partition = 0; partition < partitions; partition++) {
        sums[0] += *(__global const float8 *)(partial + (size_t)partition * count + first);
        int done = partition + 1;
        for (int level = 0; level + 1 < LEVELS && done % FAN_IN == 0; level++) {
            sums[level + 1] += sums[level];
            sums[level] = (float8)(0.0f);
            done /= FAN_IN;
        }
    }
    for (int level = 0; level + 1 < LEVELS; level++)
        sums[level + 1] += sums[level];
    *(__global float8 *)(result + first) = sums[LEVELS - 1];
}
