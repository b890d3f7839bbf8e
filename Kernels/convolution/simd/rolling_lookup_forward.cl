// Convolution of spikes by look-up table, stride 1: a nibble selects one of the 16 sums of its four channels' weights. The
// cost is the same at any firing rate. See rolling_rows.cl, and lookup_forward.cl for other strides.
#define SPARSE 0
#define ENTRIES (NIBBLES * ROWS)
// Where an entry is three vectors, a fourth lets a shift find it.
#define ENTRY_VECTORS (KW * PACKED_VECTORS == 3 ? 4 : KW * PACKED_VECTORS)
#include "convolution/simd/rolling_rows.cl"

static inline void add_selected(INTV rolling[KW][PACKED_VECTORS], __global const INTV *entries, uint spikes)
{
    ROW_LOOP(nibble, NIBBLES) {
        __global const INTV *entry = entries + selected_row(spikes, nibble) * ENTRY_VECTORS;
        ROW_LOOP(k, KW)
            ROW_LOOP(v, PACKED_VECTORS)
                rolling[k][v] += entry[(KW - 1 - k) * PACKED_VECTORS + v];
    }
}

// A work-item packs the sums of one word, window row and packed vector; global as packing_item() says.
__kernel void pack_subset_sums(
    __global const float *filter, __global const float *grid, __global int *entries CHOICE_PARAMETERS)
{
    LEAVE_TO_THE_OTHER
    const PackingItem item = packing_item();
    __global int *packed = packed_entries(entries, item);
    for (int kx = 0; kx < KW; kx++)
        for (int nibble = 0; nibble < NIBBLES; nibble++) {
            INTV sums[ROWS];
            sums[0] = (INTV)(0);
            for (int i = 0; i < 4; i++) {
                const INTV weight = packed_weights_of(filter, grid, item, kx, nibble * 4 + i);
                for (int j = 0; j < 1 << i; j++)
                    sums[(1 << i) + j] = sums[j] + weight;
            }
            for (int row = 0; row < ROWS; row++)
                STORE_QUANTIZED(sums[row], packed + ((size_t)(nibble * ROWS + row) * ENTRY_VECTORS + kx * PACKED_VECTORS) * WIDTH);
        }
}

__kernel void rolling_lookup_forward(
    __global const uint *spikes, __global const int *entries, __global const float *grid, __global float *output, int height,
    int width, int out_height, int rows MOMENTS_PARAMETER CHOICE_PARAMETERS)
{
    LEAVE_TO_THE_OTHER
    roll_rows(spikes, entries, grid, output, height, width, out_height, rows MOMENTS_ARGUMENT);
}
