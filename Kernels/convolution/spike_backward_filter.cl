// The gradient of a convolution's weights when the input is spikes: dL/dweight[o, i, a, b] = the sum of dL/dy[n, o, h, w]
// over the pixels at which input i of window position (a, b) fired.
//
// The mirror image of spike_forward.cl: there the spikes of four channels select the row of a table that is added to
// the output pixel; here they select the bucket to which the pixel's gradient is added. At the end each channel's
// gradient is the sum of the 8 buckets whose number has its bit. No multiplication, one addition for four channels, at
// any firing rate.
//
// A work-item makes WIDTH output channels of one word of input channels and one window row, over one partition of the
// output pixels: global (chunks, words * KH, partitions). Its buckets stay in the first-level cache.
// Partial results: [partition][ky][kx][channel][OUT_STRIDE]; sum_partitions adds them in order.
// Numerics: float sums over the pixels of a partition in their order; bucket 0 (no spike) is not read.
#include "convolution/spike_lookup.cl"

__kernel void spike_backward_filter(
    __global const uint *spikes, __global const float *gradient, __global float *partial, int height, int width,
    int out_height, int out_width, int pixels, int partition_pixels) {
    const int chunk = get_global_id(0);
    const int ky = get_global_id(1) % KH;
    const int word = get_global_id(1) / KH;
    const int partition = get_global_id(2);
    const int first = partition * partition_pixels;
    const int end = min(first + partition_pixels, pixels);
    FLOATV buckets[SLICE_ROWS];
    for (int i = 0; i < SLICE_ROWS; i++)
        buckets[i] = (FLOATV)(0.0f);
    int column = first % out_width;
    int out_row = first / out_width % out_height;
    int image = first / (out_width * out_height);
    for (int p = first; p < end;) {
        const int run = min(out_width - column, end - p);
        const int row = out_row * STRIDE + ky - PAD;
        if (row >= 0 && row < height) {
            __global const uint *line = spikes + ((size_t)image * height + row) * width * WORDS + word;
            __global const float *pixel = gradient + (size_t)p * OUT_STRIDE + chunk * WIDTH;
            for (int r = 0; r < run; r++) {
                const FLOATV value = LOADV(pixel + (size_t)r * OUT_STRIDE);
                const int left = (column + r) * STRIDE - PAD;
#pragma unroll
                for (int kx = 0; kx < KW; kx++) {
                    const uint bits = spikes_at(line, left + kx, width);
#pragma unroll
                    for (int group = 0; group < GROUPS; group++)
                        *(FLOATV *)((char *)buckets + selected_row(bits, kx, group)) += value;
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
    for (int kx = 0; kx < KW; kx++)
        for (int group = 0; group < GROUPS; group++)
            for (int i = 0; i < 4; i++) {
                const int channel = word * 32 + group * 4 + i;
                if (channel >= CHANNELS)
                    continue;
                FLOATV sum = (FLOATV)(0.0f);
                for (int row = 1; row < ROWS; row++)
                    if (row >> i & 1)
                        sum += buckets[(kx * GROUPS + group) * ROWS + row];
                const size_t weight = (((size_t)partition * KH + ky) * KW + kx) * CHANNELS + channel;
                STOREV(sum, partial + weight * OUT_STRIDE + chunk * WIDTH);
            }
}
