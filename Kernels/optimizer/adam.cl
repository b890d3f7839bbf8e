// A step of Adam (Kingma and Ba) or, with -D DECOUPLED=1, AdamW (Loshchilov and Hutter), as PyTorch's:
//
//     g ← g + decay·p  (Adam)                 p ← p − decay·p  (AdamW; the host folds lr into decay)
//     m ← m + (1 − β₁)·(g − m)                v ← β₂·v + (1 − β₂)·g²
//     p ← p − rate·m / (√v / correction + ε)      rate = lr / (1 − β₁ˢ), correction = √(1 − β₂ˢ)
//
// Layout: flat runs of words. Mapping: an item takes a run, a vector at a time.
// Numerics: the host computes rate, correction and the complements of β in double.
#include "common/layout.cl"

#if DECOUPLED
#define DECAY(p, g) p = p - decay * p
#else
#define DECAY(p, g) g = g + decay * p
#endif

#define STEP(TYPE, LOAD, STORE)                                                     \
    TYPE p = LOAD(parameters), g = LOAD(gradients);                                 \
    TYPE m = LOAD(first_moment), v = LOAD(second_moment);                           \
    DECAY(p, g);                                                                    \
    m = m + complement1 * (g - m);                                                  \
    v = beta2 * v + complement2 * g * g;                                            \
    p = p - rate * (m / (sqrt(v) / correction + epsilon));                          \
    STORE(p, parameters);                                                           \
    STORE(m, first_moment);                                                         \
    STORE(v, second_moment);

#define LOAD_VECTOR(array) LOADV(array + at)
#define STORE_VECTOR(value, array) STOREV(value, array + at)
#define LOAD_WORD(array) array[at]
#define STORE_WORD(value, array) array[at] = value

__kernel void adam(
    __global float *parameters,
    __global const float *gradients,
    __global float *first_moment,
    __global float *second_moment,
    const uint count,
    const uint run,
    const float rate,
    const float complement1,
    const float beta2,
    const float complement2,
    const float correction,
    const float epsilon,
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
