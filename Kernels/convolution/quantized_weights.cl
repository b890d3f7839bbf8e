// Weights as integers of their output channel's grid, and sums of them as floats: see Sources/LSNTensors/WeightGrid.swift.
//
// A grid is [2][OUT_STRIDE] floats: 2^e, by which weights are multiplied, then 2^−e, by which sums are.
// With -DPACK=2 an integer holds two sums of 16 bits, low + 2^16·high, which plain additions add both: a register has twice as
// many. (On the grid of --precision high, what a word of spikes selects in a window row fits 15 bits and a sign.) Of a
// work-item's VECTORS vectors of output channels, 2·v is the low half of packed vector v, 2·v + 1 the high one, if there is
// one.
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
#define PACKED_VECTORS ((VECTORS + PACK - 1) / PACK)

// Adds packed sums to the VECTORS sums of a pixel.
static inline void add_packed(INTV *sums, const INTV packed[PACKED_VECTORS])
{
#pragma unroll
    for (int v = 0; v < PACKED_VECTORS; v++) {
#if PACK == 2
        const INTV low = (packed[v] << (INTV)(16)) >> (INTV)(16);
        sums[2 * v] += low;
        if (2 * v + 1 < VECTORS)
            sums[2 * v + 1] += (packed[v] - low) >> (INTV)(16);
#else
        sums[v] += packed[v];
#endif
    }
}

// A row of weights from output chunk `chunk` on, as packed vector `v` of a work-item.
static inline INTV packed_weights(__global const float *row, __global const float *grid, int chunk, int v)
{
    row += (chunk + PACK * v) * WIDTH;
    grid += (chunk + PACK * v) * WIDTH;
    const FLOATV scale = LOADV(grid);
    INTV packed = quantized_weights(LOADV(row), scale);
#if PACK == 2
    // What is not finite, whose scale is 0, must not reach the other half.
    packed &= scale > (FLOATV)(0.0f);
    if (2 * v + 1 < VECTORS)
        packed += quantized_weights(LOADV(row + WIDTH), LOADV(grid + WIDTH)) << (INTV)(16);
#endif
    return packed;
}

static inline FLOATV *values_of_sums(INTV *sums, int pixels, __global const float *unscale)
{
    FLOATV *values = (FLOATV *)sums;
    for (int p = 0; p < pixels; p++)
        for (int v = 0; v < VECTORS; v++)
            values[p * VECTORS + v] = CONVERT_FLOATV(sums[p * VECTORS + v]) * LOADV(unscale + v * WIDTH);
    return values;
}
#endif
