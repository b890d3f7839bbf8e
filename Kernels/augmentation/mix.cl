// Mixes pictures of two samples: sample n of one tensor with sample samples − 1 − n of the other, which may be the same tensor.
//
//     mixup (blends is not 0):   y = share·x[n] + rest·x'[samples − 1 − n]
//     cutmix:                    y = x'[samples − 1 − n] in the box, x[n] elsewhere
//
// Layout: tensors [T·samples][height][width][stride] floats, time outermost; the box in rows top … bottom − 1 and columns left …
// right − 1.
// Mapping: an item takes an image and a run of its rows.
// Numerics: both products and their sum are rounded one by one.
#include "common/layout.cl"

__kernel void mix_samples(
    __global const float *own,
    __global const float *other,
    __global float *output,
    const int samples,
    const int height,
    const int width,
    const int stride,
    const int top,
    const int bottom,
    const int left,
    const int right,
    const float share,
    const float rest,
    const int blends,
    const int run)
{
    const int runs = (height + run - 1) / run;
    const int image = OUTER_ITEM(runs);
    const int sample = image % samples;
    const int partner = image - sample + (samples - 1 - sample);
    const int begin = INNER_ITEM(runs) * run;
    const int end = begin + min(run, height - begin);
    for (int h = begin; h < end; ++h)
        for (int w = 0; w < width; ++w) {
            const size_t at = (((size_t)image * height + h) * width + w) * stride;
            const size_t from = (((size_t)partner * height + h) * width + w) * stride;
            if (blends != 0) {
                for (int c = 0; c < stride; c += WIDTH)
                    STOREV(share * LOADV(own + at + c) + rest * LOADV(other + from + c), output + at + c);
            } else {
                const bool inside = h >= top && h < bottom && w >= left && w < right;
                __global const float *source = inside ? other + from : own + at;
                for (int c = 0; c < stride; c += WIDTH)
                    STOREV(LOADV(source + c), output + at + c);
            }
        }
}
