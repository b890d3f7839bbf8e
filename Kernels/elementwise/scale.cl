// x = x·factor, in place.
//
// Layout: flat runs of `count` words. Mapping: an item takes a run, a vector at a time.
// Numerics: every product is rounded once.
#include "common/layout.cl"

__kernel void scale(__global float *values, const uint count, const uint run, const float factor)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + WIDTH <= end; at += WIDTH)
        STOREV(LOADV(values + at) * factor, values + at);
    for (; at < end; ++at)
        values[at] *= factor;
}
