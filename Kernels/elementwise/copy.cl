// Copies words: what ElementwiseOperations.copy runs, and the measure of this device's memory bandwidth (8 bytes a word).
//
// Mapping: an item takes a run of words, a vector at a time.
#include "common/layout.cl"

__kernel void copy_words(__global const uint *source, __global uint *target, const uint count, const uint run)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + WIDTH <= end; at += WIDTH)
        STORE_WORDS(LOAD_WORDS(source + at), target + at);
    for (; at < end; ++at)
        target[at] = source[at];
}
