// The measure of this device's multiply-add rate: chains of fma that do not wait for each other.
//
//     each item: 2·CHAINS·WIDTH·iterations floating-point operations, result [items][WIDTH]
//
// Mapping: an item runs CHAINS (-D) vectors of WIDTH.
// Numerics: factor below 1 keeps the numbers finite.
#include "common/layout.cl"

__kernel void multiply_add(__global float *result, const int iterations, const float factor, const float term)
{
    FLOATV chains[CHAINS];
#pragma unroll
    for (int k = 0; k < CHAINS; ++k)
        chains[k] = (FLOATV)(k);
    const FLOATV factors = factor, terms = term;
    for (int iteration = 0; iteration < iterations; ++iteration) {
#pragma unroll
        for (int k = 0; k < CHAINS; ++k)
            chains[k] = fma(chains[k], factors, terms);
    }
    FLOATV sum = 0.0f;
#pragma unroll
    for (int k = 0; k < CHAINS; ++k)
        sum += chains[k];
    STOREV(sum, result + get_global_id(0) * WIDTH);
}
