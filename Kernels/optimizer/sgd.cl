// A step of SGD with momentum, as PyTorch's:
//
//     g ← g + decay·p        v ← g in the first step (-D FIRST=1), else momentum·v + g        p ← p − lr·v
//
// Layout: flat runs of words. Mapping: an item takes a run, a vector at a time.
#include "common/layout.cl"

#if FIRST
#define VELOCITY(LOAD) g
#else
#define VELOCITY(LOAD) share * LOAD(velocity) + g
#endif

#define STEP(TYPE, LOAD, STORE)                                                     \
    const TYPE p = LOAD(parameters);                                                \
    const TYPE g = LOAD(gradients) + decay * p;                                     \
    const TYPE v = VELOCITY(LOAD);                                                  \
    STORE(p - rate * v, parameters);                                                \
    STORE(v, velocity);

#define LOAD_VECTOR(array) LOADV(array + at)
#define STORE_VECTOR(value, array) STOREV(value, array + at)
#define LOAD_WORD(array) array[at]
#define STORE_WORD(value, array) array[at] = value

__kernel void sgd(
    __global float *parameters,
    __global const float *gradients,
    __global float *velocity,
    const uint count,
    const uint run,
    const float rate,
    const float share,
    const float decay)
{
    size_t at = get_global_id(0) * (size_t)run;
    const size_t end = min(at + run, (size_t)count);
    for (; at + WIDTH <= end; at += WIDTH) {
        STEP(FLOATV, LOAD_VECTOR, STORE_VECTOR)
    }
    for (; at < end; ++at) {
        STEP(float, LOAD_WORD, STORE_WORD)
    }
}
