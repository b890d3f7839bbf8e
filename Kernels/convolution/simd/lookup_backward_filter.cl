// The gradient of a convolution's weights when the input is spikes: dL/dweight[o, i, a, b] = the sum of dL/dy[n, o, h, w]
// over the pixels at which input i of window position (a, b) fired.
//
// The look-up table's mirror image: in lookup_forward.cl the spikes of four channels select the row of a table that is added
// to the output pixel; here they select the bucket to which the pixel's gradient is added. At the end each channel's
// gradient is the sum of the 8 buckets whose number has its bit. No multiplication, one addition for four channels, at
// any firing rate.
//
// A work-item makes VECTORS vectors of output channels of one word of input channels and COLUMNS window columns of one
// window row, over one partition of the output pixels: global (chunks / VECTORS, words * KH * KW / COLUMNS, partitions).
// Its buckets stay in the first-level cache. COLUMNS divides KW.
// Partial results: [partition][ky][kx][channel][OUT_STRIDE]; sum_partitions adds them in order, or sum_integers exactly.
// Specialised further by: INTEGERS (convolution/gradient_terms.cl).
// Numerics: sums over the pixels of a partition in their order, exact with INTEGERS; bucket 0 (no spike) is not read.
#include "convolution/gradient_terms.cl"
#include "convolution/simd/lookup_table.cl"

__kernel void lookup_backward_filter(
    __global const uint *spikes, __global const TERM *gradient, __global TERM *partial, int height, int width,
    int out_height, int out_width, int pixels, int partition_pixels)
{
    const int chunk = get_global_id(0) * VECTORS;
    const int kx = get_global_id(1) % (KW / COLUMNS) * COLUMNS;
    const int ky = get_global_id(1) / (KW / COLUMNS) % KH;
    const int word = get_global_id(1) / (KW / COLUMNS * KH);
    const int partition = get_global_id(2);
    const int first = partition * partition_pixels;
    const int end = min(first + partition_pixels, pixels);
    TERMV buckets[COLUMNS * NIBBLES * ROWS][VECTORS];
    for (int i = 0; i < COLUMNS * NIBBLES * ROWS; i++)
        for (int v = 0; v < VECTORS; v++)
            buckets[i][v] = (TERMV)(0);
    int column = first % out_width;
    int out_row = first / out_width % out_height;
    int image = first / (out_width * out_height);
    for (int p = first; p < end;) {
        const int run = min(out_width - column, end - p);
        const int row = out_row * STRIDE + ky - PAD;
        if (row >= 0 && row < height) {
            __global const uint *line = spikes + ((size_t)image * height + row) * width * WORDS + word;
            __global const TERM *pixel = gradient + (size_t)p * OUT_STRIDE + chunk * WIDTH;
            for (int r = 0; r < run; r++) {
                TERMV value[VECTORS];
#pragma unroll
                for (int v = 0; v < VECTORS; v++)
                    value[v] = LOAD_TERMS(pixel + (size_t)r * OUT_STRIDE + v * WIDTH);
                const int left = (column + r) * STRIDE - PAD + kx;
#pragma unroll
                for (int c = 0; c < COLUMNS; c++) {
                    const uint bits = spikes_at(line, left + c, width);
#pragma unroll
                    for (int nibble = 0; nibble < NIBBLES; nibble++) {
                        TERMV *bucket = buckets[c * NIBBLES * ROWS + selected_row(bits, nibble)];
#pragma unroll
                        for (int v = 0; v < VECTORS; v++)
                            bucket[v] += value[v];
                    }
                }
            }
        }
        p += run;
        column = 0;
        if (++out_row == out_height) {
            out_row = 0;
            image++;
        }
    }
    for (int c = 0; c < COLUMNS; c++)
        for (int nibble = 0; nibble < NIBBLES; nibble++)
            for (int i = 0; i < 4; i++) {
                const int channel = word * 32 + nibble * 4 + i;
                if (channel >= CHANNELS)
                    continue;
                const size_t weight = (((size_t)partition * KH + ky) * KW + kx + c) * CHANNELS + channel;
                for (int v = 0; v < VECTORS; v++) {
                    TERMV sum = (TERMV)(0);
                    for (int row = 1; row < ROWS; row++)
                        if (row >> i & 1)
                            sum += buckets[(c * NIBBLES + nibble) * ROWS + row][v];
                    STORE_TERMS(sum, partial + weight * OUT_STRIDE + (chunk + v) * WIDTH);
                }
            }
}
