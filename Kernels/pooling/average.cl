// Means over windows that touch each other, without padding, of spikes (-D SPIKES=1) or of real values; a window as large
// as the image is the global average. And their gradients:
//
//     y = Σ x / (rows·columns)        ∂L/∂x = ∂L/∂y / (rows·columns), 0 where no window fills
//
// Layout: see common/layout.cl.
// Mapping: an item takes a chunk and a run of output pixels (backward: of input pixels).
// Numerics: rows are summed and their sums added; the mean of spikes is exact but for the division.
#include "common/layout.cl"

#if SPIKES
#define INPUT_TYPE uint
#define INPUT_VALUE(pixel) spikes_as_floats(load_spikes(input, pixel, words, channel))
#else
#define INPUT_TYPE float
#define INPUT_VALUE(pixel) LOADV(input + (pixel) * stride + channel)
#endif

__kernel void average_pool(
    __global const INPUT_TYPE *input,
    __global float *output,
    const int height,
    const int width,
    const int out_height,
    const int out_width,
    const int stride,
    const int words,
    const int rows,
    const int columns,
    const int pixels,
    const int run)
{
    const int chunks = stride / WIDTH;
    const int channel = INNER_ITEM(chunks) * WIDTH;
    const int begin = OUTER_ITEM(chunks) * run;
    const int end = begin + min(run, pixels - begin);
    const FLOATV count = (FLOATV)((float)rows * (float)columns);
    for (int pixel = begin; pixel < end; ++pixel) {
        const int row = pixel / out_width;
        const int image = row / out_height;
        const int top = (row - image * out_height) * rows;
        const int left = (pixel - row * out_width) * columns;
        FLOATV sum = 0.0f;
        for (int y = top; y < top + rows; ++y) {
            const size_t from = ((size_t)image * height + y) * width + left;
            FLOATV part = 0.0f;
            for (int x = 0; x < columns; ++x)
                part += INPUT_VALUE(from + x);
            sum += part;
        }
        STOREV(sum / count, output + (size_t)pixel * stride + channel);
    }
}

__kernel void average_pool_backward(
    __global const float *gradient,
    __global float *result,
    const int height,
    const int width,
    const int out_height,
    const int out_width,
    const int stride,
    const int rows,
    const int columns,
    const int pixels,
    const int run)
{
    const int chunks = stride / WIDTH;
    const int channel = INNER_ITEM(chunks) * WIDTH;
    const int begin = OUTER_ITEM(chunks) * run;
    const int end = begin + min(run, pixels - begin);
    const FLOATV count = (FLOATV)((float)rows * (float)columns);
    for (int pixel = begin; pixel < end; ++pixel) {
        const int row = pixel / width;
        const int image = row / height;
        const int out_y = (row - image * height) / rows;
        const int out_x = (pixel - row * width) / columns;
        FLOATV value = 0.0f;
        if (out_y < out_height && out_x < out_width) {
            const size_t from = ((size_t)image * out_height + out_y) * out_width + out_x;
            value = LOADV(gradient + from * stride + channel) / count;
        }
        STOREV(value, result + (size_t)pixel * stride + channel);
    }
}
