// Frames from counts of events: roll, flip, time to the outside.
//
//     x[t·N + n, c, h, w] = count[n, t, c, (h + dy) mod height, (w' + dx) mod width]
//
// w' = width − 1 − w where flipped, else w.
//
// Layout: counts [N][T][channels][height][width] of 16 bits; transforms [N][3]: dy, dx, flipped; output
// [T·N][height][width][stride] floats.
// Mapping: an item takes an image and a run of its rows.
// Numerics: exact, counts fit a float.
#include "common/layout.cl"

int wrap(int place, int shift, int extent)
{
    // The shift is reduced first, so that no sum overflows.
    const int rest = (place + shift % extent) % extent;
    return rest < 0 ? rest + extent : rest;
}

__kernel void prepare_frames(
    __global const ushort *counts,
    __global const int *transforms,
    __global float *output,
    const int time_steps,
    const int samples,
    const int height,
    const int width,
    const int channels,
    const int stride,
    const int run)
{
    const int runs = (height + run - 1) / run;
    const int image = OUTER_ITEM(runs);
    const int step = image / samples;
    const int sample = image % samples;
    const int begin = INNER_ITEM(runs) * run;
    const int end = begin + min(run, height - begin);
    const int dy = transforms[3 * (size_t)sample];
    const int dx = transforms[3 * (size_t)sample + 1];
    const bool flipped = transforms[3 * (size_t)sample + 2] != 0;
    for (int h = begin; h < end; ++h) {
        const int y = wrap(h, dy, height);
        for (int w = 0; w < width; ++w) {
            const int x = wrap(flipped ? width - 1 - w : w, dx, width);
            __global float *pixel = output + (((size_t)image * height + h) * width + w) * stride;
            for (int c = 0; c < channels; ++c) {
                const size_t frame = ((size_t)sample * time_steps + step) * channels + c;
                pixel[c] = (float)counts[(frame * height + y) * width + x];
            }
            for (int c = channels; c < stride; ++c)
                pixel[c] = 0.0f;
        }
    }
}
