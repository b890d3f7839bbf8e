// Maximum of real values over windows of window·window pixels, and its gradient. Pixels outside the image do not count;
// not a number counts as the largest.
//
//     ∂L/∂x: each window's gradient goes to its first maximum in row-major order among the pixels inside the image
//
// Layout: see common/layout.cl.
// Mapping: an item takes a chunk and a run of output pixels (backward: of input pixels; each gathers from the windows
// that it lies in, in row-major order of the windows, so nothing is added from two sides and the order is fixed).
// Sizes: any stride, a padding below the window, so that every window has a pixel inside.
// Numerics: a sum of at most ⌈window/step⌉² gradients.
#include "common/layout.cl"

// Whether `value` takes the place of `best`, which stands before it.
INTV takes_over(FLOATV value, FLOATV best)
{
    return ~(value <= best) & (best == best);
}

__kernel void max_pool_real(
    __global const float *input,
    __global float *output,
    const int height,
    const int width,
    const int out_height,
    const int out_width,
    const int stride,
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
        const int row = pixel / out_width;
        const int image = row / out_height;
        const int top = (row - image * out_height) * step - padding;
        const int left = (pixel - row * out_width) * step - padding;
        const int y0 = max(top, 0), y1 = min(top + window, height);
        const int x0 = max(left, 0), x1 = min(left + window, width);
        FLOATV best = LOADV(input + (((size_t)image * height + y0) * width + x0) * stride + channel);
        for (int y = y0; y < y1; ++y)
            for (int x = x0; x < x1; ++x) {
                const FLOATV value = LOADV(input + (((size_t)image * height + y) * width + x) * stride + channel);
                best = select(best, value, takes_over(value, best));
            }
        STOREV(best, output + (size_t)pixel * stride + channel);
    }
}

__kernel void max_pool_real_backward(
    __global const float *gradient,
    __global const float *input,
    __global float *result,
    const int height,
    const int width,
    const int out_height,
    const int out_width,
    const int stride,
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
                FLOATV best = LOADV(input + (((size_t)image * height + y0) * width + x0) * stride + channel);
                INTV is_best = (INTV)(y == y0 && x == x0 ? -1 : 0);
                for (int v = y0; v < y1; ++v)
                    for (int u = x0; u < x1; ++u) {
                        const FLOATV value =
                            LOADV(input + (((size_t)image * height + v) * width + u) * stride + channel);
                        const INTV taken = takes_over(value, best);
                        best = select(best, value, taken);
                        is_best = (v == y && u == x) ? is_best | taken : is_best & ~taken;
                    }
                const size_t from = ((size_t)image * out_height + out_y) * out_width + out_x;
                sum += MASKED(is_best, LOADV(gradient + from * stride + channel));
            }
        }
        STOREV(sum, result + (size_t)pixel * stride + channel);
    }
}
