// The sum of partial results, partition after partition, so that the same run gives the same bits:
// result[i] = sum of partial[partition][i].
//
// A work-item adds 8 neighbouring values: global (count / 8). `count` is a multiple of 8.
__kernel void sum_partitions(__global const float *partial, __global float *result, uint count, int partitions)
{
    const size_t first = (size_t)get_global_id(0) * 8;
    float8 sum = *(__global const float8 *)(partial + first);
    for (int partition = 1; partition < partitions; partition++)
        sum += *(__global const float8 *)(partial + (size_t)partition * count + first);
    *(__global float8 *)(result + first) = sum;
}
