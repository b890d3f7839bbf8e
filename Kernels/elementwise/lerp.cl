// a += weight·(b − a), as torch.lerp.
//
// Layout: flat runs of `count` words. Mapping: an item takes a run, a vector at a time.
// Numerics: the difference, the product and the sum are rounded one by one.
#include "common/layout.cl"

__kernel void lerp(
    __global const float *target, __global float *values, const uint count, const uint run, const float weight)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + WIDTH <= end; at += WIDTH) {
        const FLOATV value = LOADV(values + at);
        STOREV(value + weight * (LOADV(target + at) - value), values + at);
    }
    for (; at < end; ++at)
        values[at] = values[at] + weight * (target[at] - values[at]);
}
