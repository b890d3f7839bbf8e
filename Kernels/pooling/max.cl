// Maximum of spikes over windows of window·window pixels, their OR, and its gradient. Pixels outside the image are silent.
//
//     ∂L/∂x: each window's gradient goes to its first maximum in row-major order among the pixels inside the image; in a
//     window of zeros, to its first pixel inside.
//
// Layout: words [images][height][width][words]; gradients [images][height][width][stride] floats.
// Mapping: max_pool takes a run of output pixels, all their words. max_pool_backward takes a chunk and a run of input
// pixels: each gathers from the windows that it lies in, in row-major order of the windows, so nothing is added from two
// sides and the order is fixed.
// Sizes: any window and stride; padding below the window, so that every window has a pixel.
// Numerics: a sum of at most ⌈window/step⌉² gradients.
#include "common/layout.cl"

__kernel void max_pool(
    __global const uint *input,
    __global uint *output,
    const int height,
    const int width,
    const int out_height,
    const int out_width,
    const int words,
    const int window,
    const int step,
    const int padding,
    const int pixels,
    const int run)
{
    const int begin = (int)get_global_id(0) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        const int row = pixel / out_width;
        const int image = row / out_height;
        const int top = (row - image * out_height) * step - padding;
        const int left = (pixel - row * out_width) * step - padding;
        const int y0 = max(top, 0), y1 = min(top + window, height);
        const int x0 = max(left, 0), x1 = min(left + window, width);
        for (int word = 0; word < words; ++word) {
            uint any = 0u;
            for (int y = y0; y < y1; ++y)
                for (int x = x0; x < x1; ++x)
                    any |= input[(((size_t)image * height + y) * width + x) * words + word];
            output[(size_t)pixel * words + word] = any;
        }
    }
}

__kernel void max_pool_backward(
    __global const float *gradient,
    __global const uint *input,
    __global float *result,
    const int height,
    const int width,
    const int out_height,
    const int out_width,
    const int stride,
    const int words,
    const int window,
    const int step,
    const int padding,
    const int pixels,
    const int run)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const int begin = (int)get_global_id(1) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        const int row = pixel / width;
        const int image = row / height;
        const int y = row - image * height;
        const int x = pixel - row * width;
        const uint mine = load_spikes(input, pixel, words, channel);
        // Windows that this pixel lies in: out·step − padding ≤ y < out·step − padding + window.
        const int first_y = max(0, (y + padding - window + step) / step);
        const int last_y = min(out_height - 1, (y + padding) / step);
        const int first_x = max(0, (x + padding - window + step) / step);
        const int last_x = min(out_width - 1, (x + padding) / step);
        FLOATV sum = 0.0f;
        for (int out_y = first_y; out_y <= last_y; ++out_y) {
            const int y0 = max(out_y * step - padding, 0);
            const int y1 = min(out_y * step - padding + window, height);
            for (int out_x = first_x; out_x <= last_x; ++out_x) {
                const int x0 = max(out_x * step - padding, 0);
                const int x1 = min(out_x * step - padding + window, width);
                uint earlier = 0u, any = 0u;
                for (int v = y0; v < y1; ++v) {
                    for (int u = x0; u < x1; ++u) {
                        if (v == y && u == x)
                            earlier = any;
                        any |= load_spikes(input, ((size_t)image * height + v) * width + u, words, channel);
                    }
                }
                const uint first = y == y0 && x == x0 ? ~any : 0u;
                const uint chosen = (mine & ~earlier) | first;
                const size_t from = ((size_t)image * out_height + out_y) * out_width + out_x;
                sum += MASKED(expand_spikes(chosen), LOADV(gradient + from * stride + channel));
            }
        }
        STOREV(sum, result + (size_t)pixel * stride + channel);
    }
}
