// The power-of-two grid of each output channel's weights, on which a convolution of spikes adds up integers: how it is
// chosen, and why, says Sources/LSNTensors/WeightGrid.swift. weight_levels.cl has its layout; of a channel with a weight that is
// not finite it is 0 and NaN.
//
// A work-item has one chunk of the output channels, and of the `rows` rows of weights every PARTS-th; a work-group, CHUNKS
// by PARTS of them, whole channels: global (chunks, PARTS).
// Specialised by: CHUNKS, PARTS, OUT_STRIDE, WIDTH.
// Numerics: exact, for maxima and sums of integers have no order.
#include "convolution/weight_levels.cl"

#define ULONGV JOIN(ulong, WIDTH)
#define CONVERT_ULONGV JOIN(convert_ulong, WIDTH)
#define CONVERT_INTV JOIN(convert_int, WIDTH)
// Exponents as floats hold them.
#define BIAS 127
#define MANTISSA_BITS 23

// Bits by which the levels of `rows` weights that add up to `sums` have to become smaller, so that no sum of them leaves 32
// bits: 0, or the least k for which ⌈(2·sum + rows) / 2^(k+1)⌉ + ⌈rows/2⌉ < 2³¹.
static inline INTV bits_to_drop(ULONGV sums, uint rows)
{
    const ULONGV limit = (ULONGV)(1ul << 31);
    INTV bits = (INTV)(0);
    if (!any(sums >= limit))
        return bits;
    for (int k = 24; k >= 1; k--) {
        const ULONGV bound = ((2 * sums + (ULONGV)((ulong)rows - 1)) >> (ULONGV)(k + 1)) + 1 + (rows + 1) / 2;
        bits = select(bits, (INTV)(k), CONVERT_INTV((sums >= limit) & (bound < limit)));
    }
    return bits;
}

__kernel __attribute__((reqd_work_group_size(CHUNKS, PARTS, 1))) void weight_grid(
    __global const float *filter, __global float *grid, int rows)
{
    __local UINTV maxima[PARTS * CHUNKS];
    __local ULONGV sums[PARTS * CHUNKS];
    const int column = get_local_id(0);
    const int part = get_local_id(1);
    const int channel = get_global_id(0) * WIDTH;
    // Floats without their sign are in the order of their bits, what is not finite at the end.
    UINTV largest = (UINTV)(0u);
    for (int row = part; row < rows; row += PARTS)
        largest = max(largest, AS_UINTV(LOADV(filter + (size_t)row * OUT_STRIDE + channel)) & (UINTV)(0x7fffffffu));
    maxima[part * CHUNKS + column] = largest;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int other = 0; other < PARTS; other++)
        largest = max(largest, maxima[other * CHUNKS + column]);
    const INTV finite = largest < (UINTV)(0x7f800000u);
    const INTV finest = min(
        (INTV)(126 + BIAS), (INTV)(19 + 2 * BIAS) - AS_INTV(largest >> (UINTV)(MANTISSA_BITS)));
    ULONGV sum = (ULONGV)(0ul);
    for (int row = part; row < rows; row += PARTS)
        sum += CONVERT_ULONGV(abs(weight_levels(
            LOADV(filter + (size_t)row * OUT_STRIDE + channel), AS_FLOATV(finest << (INTV)(MANTISSA_BITS)))));
    sums[part * CHUNKS + column] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (part > 0)
        return;
    for (int other = 1; other < PARTS; other++)
        sum += sums[other * CHUNKS + column];
    const INTV exponent = finest - bits_to_drop(sum, rows);
    STOREV(MASKED(finite, AS_FLOATV(exponent << (INTV)(MANTISSA_BITS))), grid + channel);
    const FLOATV unscale = AS_FLOATV(((INTV)(2 * BIAS) - exponent) << (INTV)(MANTISSA_BITS));
    STOREV(AS_FLOATV(select(AS_INTV((FLOATV)(NAN)), AS_INTV(unscale), finite)), grid + OUT_STRIDE + channel);
}
