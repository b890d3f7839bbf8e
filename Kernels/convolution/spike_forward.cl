// Convolution of spikes by table look-up: y[n, o, h, w] = sum of weight[o, i, a, b] over the spikes of the window.
//
// subset_sums builds, for every window position and group of four input channels, the 16 sums of the weights that the
// four spikes can select; spike_forward then adds one row a group instead of multiplying four. The cost does not
// depend on the firing rate, and no multiplication is left ("the method of the four Russians": Arlazarov, Dinic,
// Kronrod, Faradzhev, 1970).
//
// Tables: [chunk of WIDTH outputs][word][ky][kx][group][16][WIDTH] floats.
// Numerics: float sums; within a row of the table in the order of its channels, then over words, window rows, window
// columns and groups, the same for every pixel.
#include "convolution/spike_lookup.cl"

// A work-item makes the 16 rows of one group: global (words * taps * groups, chunks).
__kernel void subset_sums(__global const float *filter, __global float *tables) {
    const int group = get_global_id(0) % GROUPS;
    const int tap = get_global_id(0) / GROUPS % (KH * KW);
    const int word = get_global_id(0) / (GROUPS * KH * KW);
    const int chunk = get_global_id(1);
    FLOATV rows[ROWS];
    rows[0] = (FLOATV)(0.0f);
    for (int i = 0; i < 4; i++) {
        const int channel = word * 32 + group * 4 + i;
        FLOATV weight = (FLOATV)(0.0f);
        if (channel < CHANNELS)
            weight = LOADV(filter + ((size_t)tap * CHANNELS + channel) * OUT_STRIDE + chunk * WIDTH);
        for (int j = 0; j < 1 << i; j++)
            rows[(1 << i) + j] = rows[j] + weight;
    }
    __global float *table =
        tables + ((((size_t)chunk * WORDS + word) * KH * KW + tap) * GROUPS + group) * ROWS * WIDTH;
    for (int i = 0; i < ROWS; i++)
        STOREV(rows[i], table + i * WIDTH);
}

// A work-item makes WIDTH output channels of BLOCK consecutive output pixels: global (blocks, chunks). The sums of the
// block stay in registers and the first-level cache while one slice of the table after the other passes.
__kernel void spike_forward(
    __global const uint *spikes, __global const float *tables, __global float *output, int height, int width,
    int out_height, int out_width, int pixels) {
    const int first = get_global_id(0) * BLOCK;
    const int count = min(BLOCK, pixels - first);
    const int chunk = get_global_id(1);
    FLOATV sums[BLOCK];
    for (int p = 0; p < BLOCK; p++)
        sums[p] = (FLOATV)(0.0f);
    __global const char *slice =
        (__global const char *)tables + (size_t)chunk * WORDS * KH * SLICE_ROWS * ROW_BYTES;
    for (int word = 0; word < WORDS; word++)
        for (int ky = 0; ky < KH; ky++, slice += (size_t)SLICE_ROWS * ROW_BYTES) {
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
                        FLOATV sum = sums[p + r];
                        const int left = (column + r) * STRIDE - PAD;
#pragma unroll
                        for (int kx = 0; kx < KW; kx++) {
                            const uint bits = spikes_at(line, left + kx, width);
#pragma unroll
                            for (int group = 0; group < GROUPS; group++)
                                sum += *(__global const FLOATV *)(slice + selected_row(bits, kx, group));
                        }
                        sums[p + r] = sum;
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
    for (int p = 0; p < count; p++)
        STOREV(sums[p], output + ((size_t)first + p) * OUT_STRIDE + chunk * WIDTH);
}
