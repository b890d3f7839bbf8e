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
#include "pooling/window.cl"

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
    const int chunks = stride / WIDTH;
    const int channel = INNER_ITEM(chunks) * WIDTH;
    const int begin = OUTER_ITEM(chunks) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        const Place out = place_of(pixel, out_height, out_width);
        const Window inside = window_at(out.y, out.x, height, width, window, step, padding);
        FLOATV best = LOADV(input + (((size_t)out.image * height + inside.y0) * width + inside.x0) * stride + channel);
        for (int y = inside.y0; y < inside.y1; ++y)
            for (int x = inside.x0; x < inside.x1; ++x) {
                const FLOATV value = LOADV(input + (((size_t)out.image * height + y) * width + x) * stride + channel);
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
    const int chunks = stride / WIDTH;
    const int channel = INNER_ITEM(chunks) * WIDTH;
    const int begin = OUTER_ITEM(chunks) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        const Place here = place_of(pixel, height, width);
        const Windows over = windows_over(here, out_height, out_width, window, step, padding);
        FLOATV sum = 0.0f;
        for (int out_y = over.first_y; out_y <= over.last_y; ++out_y) {
            for (int out_x = over.first_x; out_x <= over.last_x; ++out_x) {
                const Window inside = window_at(out_y, out_x, height, width, window, step, padding);
                FLOATV best = LOADV(input + (((size_t)here.image * height + inside.y0) * width + inside.x0) * stride + channel);
                INTV is_best = (INTV)(here.y == inside.y0 && here.x == inside.x0 ? -1 : 0);
                for (int v = inside.y0; v < inside.y1; ++v)
                    for (int u = inside.x0; u < inside.x1; ++u) {
                        const FLOATV value =
                            LOADV(input + (((size_t)here.image * height + v) * width + u) * stride + channel);
                        const INTV taken = takes_over(value, best);
                        best = select(best, value, taken);
                        is_best = (v == here.y && u == here.x) ? is_best | taken : is_best & ~taken;
                    }
                const size_t from = ((size_t)here.image * out_height + out_y) * out_width + out_x;
                sum += MASKED(is_best, LOADV(gradient + from * stride + channel));
            }
        }
        STOREV(sum, result + (size_t)pixel * stride + channel);
    }
}
