// A batch norm applied, where no neuron follows it: y of normalization/affine.cl.
//
// Mapping: an item takes a few chunks and a run of pixels.
#include "normalization/affine.cl"

__kernel void normalize_pixels(
    __global const float *input,
    __global const float *statistics,
    __global const float *weight,
    __global const float *bias,
    __global float *output,
    const int pixels,
    const int stride,
    const int run,
    const int item_chunks,
    const float gain)
{
    const int items = (stride / WIDTH + MOST_CHUNKS - 1) / MOST_CHUNKS;
    const int first = INNER_ITEM(items) * item_chunks * WIDTH;
    const int chunks = CHUNKS_FROM(first, item_chunks, stride);
    const int begin = OUTER_ITEM(items) * run;
    const int end = begin + min(run, pixels - begin);
    Affine affine[MOST_CHUNKS];
    for (int chunk = 0; chunk < chunks; ++chunk)
        affine[chunk] = load_affine(statistics, weight, bias, stride, first + chunk * WIDTH, gain);
    for (int pixel = begin; pixel < end; ++pixel) {
        size_t at = (size_t)pixel * stride + first;
        for (int chunk = 0; chunk < chunks; ++chunk, at += WIDTH)
            STOREV(apply_affine(affine[chunk], LOADV(input + at)), output + at);
    }
}
