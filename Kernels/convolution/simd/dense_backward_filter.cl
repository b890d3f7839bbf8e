// The gradient of a convolution's weights when the input is real values:
// dL/dweight[o, i, a, b] = sum of x[n, i, h * s + a - p, w * s + b - p] * dL/dy[n, o, h, w].
//
// A work-item makes WIDTH output channels of TILE_CHANNELS input channels at one window position, over one partition of
// the output pixels: global (chunks, taps * blocks of channels, partitions).
// Partial results: [partition][ky][kx][channel][OUT_STRIDE]; sum_partitions adds them in order, or
// merge_partitions FAN_IN at a time (reduction/sums.cl).
// Specialised by: CHANNELS, IN_STRIDE, OUT_STRIDE, KH, KW, STRIDE, PAD, TILE_CHANNELS (at most IN_STRIDE), WIDTH.
// Numerics: fused multiply-adds over the pixels of a partition in their order.
#include "common/layout.cl"

__kernel void dense_backward_filter(
    __global const float *input, __global const float *gradient, __global float *partial, int height, int width,
    int out_height, int out_width, int pixels, int partition_pixels)
{
    const int chunk = get_global_id(0);
    const int tap = get_global_id(1) % (KH * KW);
    const int channel = get_global_id(1) / (KH * KW) * TILE_CHANNELS;
    const int ky = tap / KW;
    const int kx = tap % KW;
    const int partition = get_global_id(2);
    const int first = partition * partition_pixels;
    const int end = min(first + partition_pixels, pixels);
    FLOATV sums[TILE_CHANNELS];
#pragma unroll
    for (int i = 0; i < TILE_CHANNELS; i++)
        sums[i] = (FLOATV)(0.0f);
    int column = first % out_width;
    int out_row = first / out_width % out_height;
    int image = first / (out_width * out_height);
    for (int p = first; p < end;) {
        const int run = min(out_width - column, end - p);
        const int row = out_row * STRIDE + ky - PAD;
        if (row >= 0 && row < height) {
            __global const float *line = input + ((size_t)image * height + row) * width * IN_STRIDE + channel;
            __global const float *pixel = gradient + (size_t)p * OUT_STRIDE + chunk * WIDTH;
            for (int r = 0; r < run; r++) {
                const int x = (column + r) * STRIDE - PAD + kx;
                if (x < 0 || x >= width)
                    continue;
                const FLOATV value = LOADV(pixel + (size_t)r * OUT_STRIDE);
                __global const float *source = line + (size_t)x * IN_STRIDE;
#pragma unroll
                for (int i = 0; i < TILE_CHANNELS; i++)
                    sums[i] = fma((FLOATV)(source[i]), value, sums[i]);
            }
        }
        p += run;
        column = 0;
        if (++out_row == out_height) {
            out_row = 0;
            image++;
        }
    }
#pragma unroll
    for (int i = 0; i < TILE_CHANNELS; i++)
        if (channel + i < CHANNELS)
            STOREV(
                sums[i],
                partial + (((size_t)partition * KH * KW + tap) * CHANNELS + channel + i) * OUT_STRIDE + chunk * WIDTH);
}
