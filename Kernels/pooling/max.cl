// Maximum of spikes over windows of window·window pixels, their OR, and its gradient. Pixels outside the image are silent.
//
//     ∂L/∂x: each window's gradient goes to its first maximum in row-major order among the pixels inside the image; in a
//     window of zeros, to its first pixel inside.
//
// Layout: words [images][height][width][words]; gradients [images][height][width][stride] floats.
// Mapping: max_pool takes a run of output pixels, `item_words` words of each: on a CPU all. max_pool_backward takes a chunk and a run of input
// pixels: each gathers from the windows that it lies in, in row-major order of the windows, so nothing is added from two
// sides and the order is fixed.
// Sizes: any window and stride; padding below the window, so that every window has a pixel.
// Numerics: a sum of at most ⌈window/step⌉² gradients.
#include "pooling/window.cl"

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
    const int item_words,
    const int run)
{
    const int items = words / item_words;
    const int first = INNER_ITEM(items) * item_words;
    const int begin = OUTER_ITEM(items) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        const Place out = place_of(pixel, out_height, out_width);
        const Window inside = window_at(out.y, out.x, height, width, window, step, padding);
        for (int word = first; word < first + item_words; ++word) {
            uint any = 0u;
            for (int y = inside.y0; y < inside.y1; ++y)
                for (int x = inside.x0; x < inside.x1; ++x)
                    any |= input[(((size_t)out.image * height + y) * width + x) * words + word];
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
    const int chunks = stride / WIDTH;
    const int channel = INNER_ITEM(chunks) * WIDTH;
    const int begin = OUTER_ITEM(chunks) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        const Place here = place_of(pixel, height, width);
        const uint mine = load_spikes(input, pixel, words, channel);
        const Windows over = windows_over(here, out_height, out_width, window, step, padding);
        FLOATV sum = 0.0f;
        for (int out_y = over.first_y; out_y <= over.last_y; ++out_y) {
            for (int out_x = over.first_x; out_x <= over.last_x; ++out_x) {
                const Window inside = window_at(out_y, out_x, height, width, window, step, padding);
                uint earlier = 0u, any = 0u;
                for (int v = inside.y0; v < inside.y1; ++v) {
                    for (int u = inside.x0; u < inside.x1; ++u) {
                        if (v == here.y && u == here.x)
                            earlier = any;
                        any |= load_spikes(input, (here.image * height + v) * width + u, words, channel);
                    }
                }
                const uint first = here.y == inside.y0 && here.x == inside.x0 ? ~any : 0u;
                const uint chosen = (mine & ~earlier) | first;
                const int from = (here.image * out_height + out_y) * out_width + out_x;
                sum += MASKED(expand_spikes(chosen), LOADV(gradient + (size_t)from * stride + channel));
            }
        }
        STOREV(sum, result + (size_t)pixel * stride + channel);
    }
}
