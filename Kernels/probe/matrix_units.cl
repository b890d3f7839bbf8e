// The matrix instructions by themselves: the host makes fragments of matrices, and compares what comes out with their product;
// the copies that bring operands past the registers; and values that lanes give each other.
//
// Layout: fragments as matrix_units/instructions.cl has them, [case][lane] vectors of registers.
// Mapping: a work-group, one warp, takes a case: global (lanes · cases).
#include "matrix_units/instructions.cl"

// Multiplies `times` times.
__kernel __attribute__((reqd_work_group_size(WARP_LANES, 1, 1))) void probe_multiply_bytes(
    __global const uint *a, __global const uint *b, __global int *d, int times)
{
    FRAGMENT_EXCHANGE(1);
    const size_t at = get_global_id(0);
    uint rows[4], columns[2];
    int sums[4];
UNROLL_FRAGMENTS
    for (int r = 0; r < 4; ++r) {
        rows[r] = a[at * 4 + r];
        sums[r] = d[at * 4 + r];
    }
UNROLL_FRAGMENTS
    for (int r = 0; r < 2; ++r)
        columns[r] = b[at * 2 + r];
    for (int i = 0; i < times; ++i)
        multiply_bytes(sums, rows, columns, exchange);
UNROLL_FRAGMENTS
    for (int r = 0; r < 4; ++r)
        d[at * 4 + r] = sums[r];
}

__kernel __attribute__((reqd_work_group_size(WARP_LANES, 1, 1))) void probe_multiply_bfloats(
    __global const uint *a, __global const uint *b, __global float *d, int times)
{
    FRAGMENT_EXCHANGE(1);
    const size_t at = get_global_id(0);
    uint rows[4], columns[2];
    float sums[4];
UNROLL_FRAGMENTS
    for (int r = 0; r < 4; ++r) {
        rows[r] = a[at * 4 + r];
        sums[r] = d[at * 4 + r];
    }
UNROLL_FRAGMENTS
    for (int r = 0; r < 2; ++r)
        columns[r] = b[at * 2 + r];
    for (int i = 0; i < times; ++i)
        multiply_bfloats(sums, rows, columns, exchange);
UNROLL_FRAGMENTS
    for (int r = 0; r < 4; ++r)
        d[at * 4 + r] = sums[r];
}

// Pairs of floats as bfloats: an item a pair.
__kernel __attribute__((reqd_work_group_size(WARP_LANES, 1, 1))) void probe_bfloat_pair(
    __global const float2 *from, __global uint *to)
{
    const size_t at = get_global_id(0);
    to[at] = bfloat_pair(from[at].x, from[at].y);
}

// Copies vectors; of each work-group the last comes first.
__kernel __attribute__((reqd_work_group_size(WARP_LANES, 1, 1))) void probe_copy_quad(
    __global const uint4 *from, __global uint4 *to)
{
    __local uint4 quads[WARP_LANES];
    const int lane = get_local_id(0);
    copy_quad(quads + (WARP_LANES - 1 - lane), from + get_global_id(0));
    finish_copies();
    barrier(CLK_LOCAL_MEM_FENCE);
    to[get_global_id(0)] = quads[lane];
}

// What lanes whose numbers differ in one bit give: [bit][lane].
__kernel __attribute__((reqd_work_group_size(WARP_LANES, 1, 1))) void probe_of_lane(
    __global const float *from, __global float *to)
{
    FRAGMENT_EXCHANGE(1);
    const int lane = get_local_id(0);
    const float value = from[lane];
    for (int bit = 0; bit < 5; ++bit)
        to[bit * WARP_LANES + lane] = of_lane(value, 1 << bit, exchange);
}
