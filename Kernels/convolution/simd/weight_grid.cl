// The power-of-two grid of each output channel's weights: see convolution/weight_grid_exponents.cl.
//
// A work-item has one chunk of the output channels, `rows` rows of weights: global (chunks). Specialised by: GROUPED,
// OUT_STRIDE, WIDTH; KH, KW, INPUTS where GROUPED.
#include "convolution/weight_grid_exponents.cl"

__kernel void weight_grid(__global const float *filter, __global float *grid, int rows)
{
    const int channel = get_global_id(0) * WIDTH;
    UINTV largest = (UINTV)(0u);
    for (int row = 0; row < rows; row++)
        largest = max(largest, magnitudes(filter + (size_t)row * OUT_STRIDE + channel));
    const INTV finest = finest_exponent(largest);
    const ULONGV sum = sum_of_magnitudes(filter + channel, finest, 0, rows, 1);
    store_grid(grid + channel, largest, finest, sum, rows);
}
