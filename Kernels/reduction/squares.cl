// Sums of squares of words in a row, whatever their size: values are scaled by a power of two before, which brings the largest
// magnitude to 1…2, exact both ways.
#ifndef SQUARES_CL
#define SQUARES_CL

#include "reduction/sums.cl"

#define WORD_RUN 256

#define MAGNITUDE 0x7fffffffu
#define EXPONENT 0x7f800000u

// The exponent by which values are scaled: that of the largest, kept where both 2^e and 2^−e are normal numbers.
static inline int exponent_of(uint magnitude)
{
    return clamp((int)(magnitude >> 23) - 127, -126, 126);
}

static inline float power_of_two(int exponent)
{
    return as_float((uint)(exponent + 127) << 23);
}

// The squares of words begin … end − 1, a multiple of 8, by eight lanes that take turns.
static inline float8 squares_of_run(__global const float *values, size_t begin, size_t end, float scale)
{
    float8 lanes = 0.0f;
    for (size_t at = begin; at < end; at += 8) {
        const float8 scaled = *(__global const float8 *)(values + at) * scale;
        lanes = fma(scaled, scaled, lanes);
    }
    return lanes;
}

#endif
