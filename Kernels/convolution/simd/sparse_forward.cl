// Convolution of spikes, sparse, stride 1: each set bit selects the weights of its channel. The cost follows the firing rate.
// See rolling_rows.cl.
#define SPARSE 1
#define ENTRIES 32
#define ENTRY_VECTORS (KW * VECTORS)
#include "convolution/simd/rolling_rows.cl"

static inline void add_selected(INTV rolling[KW][VECTORS], __global const INTV *entries, uint spikes)
{
    while (spikes) {
        const int channel = popcount((spikes & -spikes) - 1u);
        spikes &= spikes - 1u;
        __global const INTV *entry = entries + channel * ENTRY_VECTORS;
        ROW_LOOP(k, KW)
            ROW_LOOP(v, VECTORS)
                rolling[k][v] += entry[(KW - 1 - k) * VECTORS + v];
    }
}

// A work-item packs one word, window row and chunk; global (words * KH, chunks).
__kernel void pack_weights(
    __global const float *filter, __global const float *grid, __global int *entries CHOICE_PARAMETERS)
{
    LEAVE_TO_THE_OTHER
    const int ky = get_global_id(0) % KH;
    const int word = get_global_id(0) / KH;
    const int chunk = get_global_id(1);
    const FLOATV scale = LOADV(grid + chunk * WIDTH);
    __global int *packed = packed_entries(entries, word, ky, chunk);
    for (int kx = 0; kx < KW; kx++)
        for (int i = 0; i < ENTRIES; i++)
            STORE_QUANTIZED(
                quantized_weight_of(filter, scale, ky, kx, word * 32 + i, chunk),
                packed + ((size_t)i * ENTRY_VECTORS + kx * VECTORS) * WIDTH);
}

__kernel void sparse_forward(
    __global const uint *spikes, __global const int *entries, __global const float *grid, __global float *output, int height,
    int width, int out_height, int rows MOMENTS_PARAMETER CHOICE_PARAMETERS)
{
    LEAVE_TO_THE_OTHER
    roll_rows(spikes, entries, grid, output, height, width, out_height, rows MOMENTS_ARGUMENT);
}
