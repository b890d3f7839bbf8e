// Sums of activations.
//
// sum_activations: c = a + b, each real or, with -D A_SPIKES or B_SPIKES, spikes that count as 0 and 1.
//   Mapping: an item takes a run of pixels, `item_width` channels of each: on a CPU all.
// accumulate: b += a on flat runs of words. Mapping: an item takes a run, a vector at a time.
#include "common/layout.cl"

#if A_SPIKES
#define A_TYPE uint
#define A_VALUE spikes_as_floats(load_spikes(a, pixel, words, channel))
#else
#define A_TYPE float
#define A_VALUE LOADV(a + at)
#endif
#if B_SPIKES
#define B_TYPE uint
#define B_VALUE spikes_as_floats(load_spikes(b, pixel, words, channel))
#else
#define B_TYPE float
#define B_VALUE LOADV(b + at)
#endif

__kernel void sum_activations(
    __global const A_TYPE *a,
    __global const B_TYPE *b,
    __global float *c,
    const int pixels,
    const int stride,
    const int words,
    const int item_width,
    const int run)
{
    const int items = stride / item_width;
    const int first = INNER_ITEM(items) * item_width;
    const int begin = OUTER_ITEM(items) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        for (int channel = first; channel < first + item_width; channel += WIDTH) {
            const size_t at = (size_t)pixel * stride + channel;
            STOREV(A_VALUE + B_VALUE, c + at);
        }
    }
}

__kernel void accumulate(__global const float *term, __global float *total, const uint count, const uint run)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + WIDTH <= end; at += WIDTH)
        STOREV(LOADV(total + at) + LOADV(term + at), total + at);
    for (; at < end; ++at)
        total[at] += term[at];
}
