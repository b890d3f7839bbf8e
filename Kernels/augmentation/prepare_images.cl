// Pictures from bytes: crop, flip, normalise.
//
//     x[n, c, h, w] = table[c][byte[n, c, h + dy, w' + dx]]       w' = width − 1 − w where flipped, else w
//
// A byte outside the picture is 0. The table holds (byte / 255 − mean) / deviation for every byte.
//
// Layout: bytes [images][channels][height][width], four to a word, the first in the lowest bits; transforms [images][3]:
// dy, dx, flipped; output [images][height][width][stride] floats.
// Mapping: an item takes an image and a run of its rows.
// Numerics: the table is rounded once, by the host.
#include "common/layout.cl"

__kernel void prepare_images(
    __global const uint *bytes,
    __global const int *transforms,
    __global const float *table,
    __global float *output,
    const int height,
    const int width,
    const int channels,
    const int stride,
    const int run)
{
    const int runs = (height + run - 1) / run;
    const int image = OUTER_ITEM(runs);
    const int begin = INNER_ITEM(runs) * run;
    const int end = begin + min(run, height - begin);
    // A shift by the whole picture leaves nothing of it, and neither do larger ones, which might overflow.
    const int dy = clamp(transforms[3 * (size_t)image], -height, height);
    const int dx = clamp(transforms[3 * (size_t)image + 1], -width, width);
    const bool flipped = transforms[3 * (size_t)image + 2] != 0;
    for (int h = begin; h < end; ++h) {
        const int y = h + dy;
        for (int w = 0; w < width; ++w) {
            const int x = (flipped ? width - 1 - w : w) + dx;
            const bool inside = y >= 0 && y < height && x >= 0 && x < width;
            __global float *pixel = output + (((size_t)image * height + h) * width + w) * stride;
            for (int c = 0; c < channels; ++c) {
                uint byte = 0u;
                if (inside) {
                    const size_t at = (((size_t)image * channels + c) * height + y) * width + x;
                    byte = bytes[at >> 2] >> (8 * (uint)(at & 3)) & 255u;
                }
                pixel[c] = table[c * 256 + byte];
            }
            for (int c = channels; c < stride; ++c)
                pixel[c] = 0.0f;
        }
    }
}
