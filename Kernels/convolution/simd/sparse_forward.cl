// Convolution of spikes, sparse, stride 1: each set bit selects the weights of its channel. The cost follows the firing rate.
// See rolling_rows.cl.
#define SPARSE 1
#define ENTRIES 32
#define ENTRY_VECTORS (KW * PACKED_VECTORS)
#include "convolution/simd/rolling_rows.cl"

static inline void add_selected(INTV rolling[KW][PACKED_VECTORS], __global const INTV *entries, uint spikes)
{
    while (spikes) {
        const int channel = popcount((spikes & -spikes) - 1u);
        spikes &= spikes - 1u;
        __global const INTV *entry = entries + channel * ENTRY_VECTORS;
        ROW_LOOP(k, KW)
            ROW_LOOP(v, PACKED_VECTORS)
                rolling[k][v] += entry[(KW - 1 - k) * PACKED_VECTORS + v];
    }
}

__kernel void pack_weights(
    __global const float *filter, __global const float *grid, __global int *entries CHOICE_PARAMETERS)
{
    LEAVE_TO_THE_OTHER
    const PackingItem item = packing_item();
    __global int *packed = packed_entries(entries, item);
    for (int kx = 0; kx < KW; kx++)
        for (int i = 0; i < ENTRIES; i++)
            STORE_QUANTIZED(
                packed_weights_of(filter, grid, item, kx, i),
                packed + ((size_t)i * ENTRY_VECTORS + kx * PACKED_VECTORS) * WIDTH);
}

__kernel void sparse_forward(
    __global const uint *spikes, __global const int *entries, __global const float *grid, __global float *output, int height,
    int width, int out_height, int rows MOMENTS_PARAMETER CHOICE_PARAMETERS)
{
    LEAVE_TO_THE_OTHER
    roll_rows(spikes, entries, grid, output, height, width, out_height, rows MOMENTS_ARGUMENT);
}
