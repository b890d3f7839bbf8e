// Convolution of spikes by table look-up: y[n, o, h, w] = sum of weight[o, i, a, b] over the spikes of the window.
//
// subset_sums builds, for every window position and nibble (four input channels), the 16 sums of the weights that their
// spikes can select; lookup_forward then adds one row a nibble instead of multiplying four. The cost does not
// depend on the firing rate, and no multiplication is left ("the method of the four Russians": Arlazarov, Dinic,
// Kronrod, Faradzhev, 1970).
//
// Tables: [outputs / (VECTORS * WIDTH)][word][ky][kx][nibble][16][PACKED_VECTORS][WIDTH] integers, for weights are first
// rounded to their grid (weight_grid).
// Specialised further by: BLOCK (output pixels of a work-item), VECTORS (vectors of output channels of a work-item: the
// row is found once for all of them), COLUMNS (window columns of one pass over the block; it divides KW), COLLECTS
// (run_moments.cl, of whose runs a block has one or more).
// Numerics: sums of integers, without rounding or order; each is rounded once, to a float.
#include "convolution/simd/lookup_table.cl"
#include "convolution/simd/run_moments.cl"
#include "convolution/quantized_weights.cl"

// A work-item makes the 16 rows of one nibble and packed vector: global (words * taps * nibbles, chunks / VECTORS *
// PACKED_VECTORS).
__kernel void subset_sums(__global const float *filter, __global const float *grid, __global int *tables)
{
    const int nibble = get_global_id(0) % NIBBLES;
    const int tap = get_global_id(0) / NIBBLES % (KH * KW);
    const int word = get_global_id(0) / (NIBBLES * KH * KW);
    const int item = get_global_id(1) / PACKED_VECTORS;
    const int v = get_global_id(1) % PACKED_VECTORS;
    INTV rows[ROWS];
    rows[0] = (INTV)(0);
    for (int i = 0; i < 4; i++) {
        const int channel = word * 32 + nibble * 4 + i;
        INTV weight = (INTV)(0);
        if (channel < CHANNELS)
            weight = packed_weights(filter + ((size_t)tap * CHANNELS + channel) * OUT_STRIDE, grid, item * VECTORS, v);
        for (int j = 0; j < 1 << i; j++)
            rows[(1 << i) + j] = rows[j] + weight;
    }
    __global int *table =
        tables
        + (((((size_t)item * WORDS + word) * KH * KW + tap) * NIBBLES + nibble) * ROWS * PACKED_VECTORS + v) * WIDTH;
    for (int i = 0; i < ROWS; i++)
        STORE_QUANTIZED(rows[i], table + i * PACKED_VECTORS * WIDTH);
}

// A work-item makes VECTORS vectors of output channels of BLOCK consecutive output pixels: global (blocks, chunks /
// VECTORS). The sums of the block stay in the first-level cache while one slice of the table after the other passes:
// COLUMNS window columns of one word, small enough to stay there too.
__kernel void lookup_forward(
    __global const uint *spikes, __global const int *tables, __global const float *grid, __global float *output, int height,
    int width, int out_height, int out_width, int pixels MOMENTS_PARAMETER)
{
    const int first = get_global_id(0) * BLOCK;
    const int count = min(BLOCK, pixels - first);
    const int chunk = get_global_id(1) * VECTORS;
    INTV sums[BLOCK * VECTORS];
    for (int i = 0; i < BLOCK * VECTORS; i++)
        sums[i] = (INTV)(0);
    __global const INTV *slice =
        (__global const INTV *)tables
        + (size_t)get_global_id(1) * WORDS * KH * KW * NIBBLES * ROWS * PACKED_VECTORS;
    for (int word = 0; word < WORDS; word++)
        for (int ky = 0; ky < KH; ky++)
            for (int kx = 0; kx < KW; kx += COLUMNS, slice += COLUMNS * NIBBLES * ROWS * PACKED_VECTORS) {
                int column = first % out_width;
                int out_row = first / out_width % out_height;
                int image = first / (out_width * out_height);
                // The block is a sequence of runs, each within one row of one image.
                for (int p = 0; p < count;) {
                    const int run = min(out_width - column, count - p);
                    const int row = out_row * STRIDE + ky - PAD;
                    if (row >= 0 && row < height) {
                        __global const uint *line = spikes + ((size_t)image * height + row) * width * WORDS + word;
                        for (int r = 0; r < run; r++) {
                            INTV sum[PACKED_VECTORS];
#pragma unroll
                            for (int v = 0; v < PACKED_VECTORS; v++)
                                sum[v] = (INTV)(0);
                            const int left = (column + r) * STRIDE - PAD + kx;
#pragma unroll
                            for (int c = 0; c < COLUMNS; c++) {
                                const uint bits = spikes_at(line, left + c, width);
#pragma unroll
                                for (int nibble = 0; nibble < NIBBLES; nibble++) {
                                    __global const INTV *selected =
                                        slice + (c * NIBBLES * ROWS + selected_row(bits, nibble)) * PACKED_VECTORS;
#pragma unroll
                                    for (int v = 0; v < PACKED_VECTORS; v++)
                                        sum[v] += selected[v];
                                }
                            }
                            add_packed(sums + (p + r) * VECTORS, sum);
                        }
                    }
                    p += run;
                    column = 0;
                    if (++out_row == out_height) {
                        out_row = 0;
                        image++;
                    }
                }
            }
    const FLOATV *values = values_of_sums(sums, count, grid + OUT_STRIDE + chunk * WIDTH);
    for (int p = 0; p < count; p++)
        for (int v = 0; v < VECTORS; v++)
            STOREV(values[p * VECTORS + v], output + ((size_t)first + p) * OUT_STRIDE + (chunk + v) * WIDTH);
#if COLLECTS
    collect_moments(values, first, count, moments + chunk * WIDTH);
#endif
}
