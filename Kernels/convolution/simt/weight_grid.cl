// The power-of-two grid of each output channel's weights: see convolution/weight_grid_exponents.cl.
//
// A work-item has one chunk of the output channels, and of the `rows` rows of weights (or of their groups) every
// PARTS-th; a work-group, CHUNKS by PARTS of them, has whole channels: global (chunks, PARTS). Specialised by: CHUNKS, PARTS, GROUPED, OUT_STRIDE, WIDTH;
// KH, KW, INPUTS where GROUPED.
#include "convolution/weight_grid_exponents.cl"

__kernel __attribute__((reqd_work_group_size(CHUNKS, PARTS, 1))) void weight_grid(
    __global const float *filter, __global float *grid, int rows)
{
    __local UINTV maxima[PARTS * CHUNKS];
    __local ULONGV sums[PARTS * CHUNKS];
    const int column = get_local_id(0);
    const int part = get_local_id(1);
    const int channel = get_global_id(0) * WIDTH;
    UINTV largest = (UINTV)(0u);
    for (int row = part; row < rows; row += PARTS)
        largest = max(largest, magnitudes(filter + (size_t)row * OUT_STRIDE + channel));
    maxima[part * CHUNKS + column] = largest;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int other = 0; other < PARTS; other++)
        largest = max(largest, maxima[other * CHUNKS + column]);
    const INTV finest = finest_exponent(largest);
    ULONGV sum = sum_of_magnitudes(filter + channel, finest, part, rows, PARTS);
    sums[part * CHUNKS + column] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (part > 0)
        return;
    for (int other = 1; other < PARTS; other++)
        sum = JOIN_SUMS(sum, sums[other * CHUNKS + column]);
    store_grid(grid + channel, largest, finest, sum, rows);
}
