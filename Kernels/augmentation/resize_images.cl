// Pictures of any size, resized, cropped, flipped and normalised.
//
// Along each axis, of n pixels that become m, place i has the mean of the pixels j weighted by
//
//     weight(j) = max(0, 1 − |j + ½ − (i + ½)·n/m| / max(n/m, 1))
//
// and the part's pixel (h, w) is the resized picture's (h + top, w' + left), w' = width − 1 − w where flipped, else w.
//
// Layout: bytes [height][width][CHANNELS] of each picture, from a word of its own on; crops [images][8]: first word,
// rows, columns, rows and columns resized, top, left, flipped; constants [CHANNELS][2]: factor and summand that
// normalise a level; output [images][height][width][stride] floats.
// Mapping: an item takes an image and a run of its rows.
// Sizes: extents of pictures up to 2¹⁶, resized up to 2³⁰, so that positions in half pixels fit a long; the host has seen that
// pictures and parts fit.
// Numerics: whole and broken part of (i + ½)·n/m are kept apart, so that weights are as exact in wide pictures as in
// narrow ones.
#include "reduction/sums.cl"

#ifndef CHANNELS
#define CHANNELS 3
#endif

typedef struct {
    int first;    // pixels that may count
    int last;
    int whole;    // (place + ½)·n/m
    float broken;
    float reach;  // of the filter
    float total;  // of the weights
} Taps;

float tap_weight(Taps taps, int pixel)
{
    const float distance = (float)(pixel - taps.whole) + (0.5f - taps.broken);
    return fmax(0.0f, 1.0f - fabs(distance) / taps.reach);
}

Taps make_taps(int place, int extent, int resized)
{
    Taps taps;
    const long position = (2 * (long)place + 1) * extent;
    taps.whole = (int)(position / (2 * (long)resized));
    taps.broken = (float)(position % (2 * (long)resized)) / (2.0f * (float)resized);
    taps.reach = fmax((float)extent / (float)resized, 1.0f);
    const int reach = (int)ceil(taps.reach) + 1;
    taps.first = max(taps.whole - reach, 0);
    taps.last = min(taps.whole + reach, extent - 1);
    taps.total = 0.0f;
    for (int pixel = taps.first; pixel <= taps.last; ++pixel)
        taps.total = add_in_order(taps.total, tap_weight(taps, pixel));
    return taps;
}

__kernel void resize_images(
    __global const uchar *bytes,
    __global const int *crops,
    __global const float *constants,
    __global float *output,
    const int height,
    const int width,
    const int stride,
    const int run)
{
    const int runs = (height + run - 1) / run;
    const int image = OUTER_ITEM(runs);
    const int begin = INNER_ITEM(runs) * run;
    const int end = begin + min(run, height - begin);
    __global const int *crop = crops + 8 * (size_t)image;
    __global const uchar *picture = bytes + 4 * (size_t)(uint)crop[0];
    for (int h = begin; h < end; ++h) {
        const Taps down = make_taps(h + crop[5], crop[1], crop[3]);
        for (int w = 0; w < width; ++w) {
            const Taps across = make_taps((crop[7] != 0 ? width - 1 - w : w) + crop[6], crop[2], crop[4]);
            float sums[CHANNELS];
            for (int c = 0; c < CHANNELS; ++c)
                sums[c] = 0.0f;
            for (int y = down.first; y <= down.last; ++y) {
                const float row_weight = tap_weight(down, y);
                __global const uchar *row = picture + (size_t)y * crop[2] * CHANNELS;
                for (int x = across.first; x <= across.last; ++x) {
                    const float weight = row_weight * tap_weight(across, x);
                    for (int c = 0; c < CHANNELS; ++c)
                        sums[c] = fma(weight, (float)row[x * CHANNELS + c], sums[c]);
                }
            }
            __global float *pixel = output + (((size_t)image * height + h) * width + w) * stride;
            const float total = down.total * across.total;
            for (int c = 0; c < CHANNELS; ++c)
                pixel[c] = fma(sums[c] / total, constants[2 * c], constants[2 * c + 1]);
            for (int c = CHANNELS; c < stride; ++c)
                pixel[c] = 0.0f;
        }
    }
}
