// A batch norm applied, where no neuron follows it: y of normalization/affine.cl.
//
// Mapping: an item takes a chunk and a run of pixels.
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
    const float gain)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const int begin = (int)get_global_id(1) * run;
    const int end = begin + min(run, pixels - begin);
    const Affine affine = load_affine(statistics, weight, bias, stride, channel, gain);
    for (int pixel = begin; pixel < end; ++pixel) {
        const size_t at = (size_t)pixel * stride + channel;
        STOREV(apply_affine(affine, LOADV(input + at)), output + at);
    }
}
