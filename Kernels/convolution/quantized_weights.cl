// Weights as integers of their output channel's grid, and sums of them as floats: see Sources/LSNTensors/WeightGrid.swift.
//
// A grid is [2][OUT_STRIDE] floats: 2^e, by which weights are multiplied, then 2^−e, by which sums are.
// Numerics: products with powers of two are exact; a weight is rounded once, ties to even, and a sum once.
#include "common/layout.cl"

#define STORE_QUANTIZED(vector, pointer) (*(__global INTV *)(pointer) = (vector))
#define CONVERT_FLOATV JOIN(convert_float, WIDTH)

// q = rint(weight · scale), which is at most 2^20: added to 1.5 · 2^23, it stands in the lowest bits of the sum. (rint and
// convert_int_rte cost several times as much with PoCL 3.1.)
static inline INTV quantized_weights(FLOATV weights, FLOATV scale)
{
    return AS_INTV(weights * scale + (FLOATV)(12582912.0f)) - (INTV)(0x4b400000);
}

static inline int quantized_weight(float weight, float scale)
{
    return as_int(weight * scale + 12582912.0f) - 0x4b400000;
}

// Makes values of sums in their place. `unscale` has the VECTORS vectors of a pixel's channels. (In a loop of its own, for
// the vectors of sums would not stay in registers where they are stored.)
#ifdef VECTORS
static inline FLOATV *values_of_sums(INTV *sums, int pixels, __global const float *unscale)
{
    FLOATV *values = (FLOATV *)sums;
    for (int p = 0; p < pixels; p++)
        for (int v = 0; v < VECTORS; v++)
            values[p * VECTORS + v] = CONVERT_FLOATV(sums[p * VECTORS + v]) * LOADV(unscale + v * WIDTH);
    return values;
}
#endif
