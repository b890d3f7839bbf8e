// What the kernels weight_grid of both mappings share: the exponent of an output channel's grid, from the largest of its
// weights and the sum of what they are rounded to. How it is chosen, and why, says Sources/LSNTensors/WeightGrid.swift.
//
// Exponents are here as floats hold them, 127 more.
//
// `rows` rows of values have one value of each channel. With GROUPED they are a filter's KH·KW·INPUTS, and sums are those of
// groups, 32 input channels of one window row, of which a channel's largest counts; and the largest value has 13 bits, not 20.
// Numerics: exact, for maxima and sums of integers have no order.
#include "convolution/quantized_weights.cl"

#define ULONGV JOIN(ulong, WIDTH)
#define CONVERT_ULONGV JOIN(convert_ulong, WIDTH)
#define CONVERT_INTV JOIN(convert_int, WIDTH)
#define BIAS 127
#define MANTISSA_BITS 23

// 2^(exponent - BIAS).
static inline FLOATV power_of_two(INTV exponent)
{
    return AS_FLOATV(exponent << (INTV)(MANTISSA_BITS));
}

// |weights| as bits: floats without their sign are in the order of these, what is not finite at the end.
static inline UINTV magnitudes(__global const float *weights)
{
    return AS_UINTV(LOADV(weights)) & (UINTV)(0x7fffffffu);
}

#if GROUPED
#define MOST_BITS 13
#else
#define MOST_BITS 20
#endif

// The finest exponent, at which the largest value has MOST_BITS bits.
static inline INTV finest_exponent(UINTV largest)
{
    return min((INTV)(126 + BIAS), (INTV)(MOST_BITS - 1 + 2 * BIAS) - AS_INTV(largest >> (UINTV)(MANTISSA_BITS)));
}

#if GROUPED
#define GROUPS (KH * ((INPUTS + 31) / 32))
#define SUM_LIMIT (1ul << 15)
#define SUM_VALUES(rows) ((uint)(KW * min(32, INPUTS)))
#define JOIN_SUMS(a, b) max(a, b)

// The largest Σ|q| of a group at an exponent, of the groups from `first` on, every `step`-th.
static inline ULONGV sum_of_magnitudes(__global const float *weights, INTV exponent, int first, int rows, int step)
{
    const FLOATV scale = power_of_two(exponent);
    UINTV largest = (UINTV)(0u);
    for (int group = first; group < GROUPS; group += step) {
        const int channel = group / KH * 32;
        UINTV sum = (UINTV)(0u);
        for (int kx = 0; kx < KW; kx++)
            for (int i = channel; i < min(channel + 32, INPUTS); i++) {
                const size_t row = (group % KH * KW + kx) * INPUTS + i;
                sum += AS_UINTV(quantized_weights(AS_FLOATV(magnitudes(weights + row * OUT_STRIDE)), scale));
            }
        largest = max(largest, sum);
    }
    return CONVERT_ULONGV(largest);
}
#else
#define SUM_LIMIT (1ul << 31)
#define SUM_VALUES(rows) ((uint)(rows))
#define JOIN_SUMS(a, b) ((a) + (b))

// So many values of 20 bits may leave 32 bits when they are added up.
#define ROWS_OF_A_SUM 2048

// Σ|q| at an exponent, of the rows of values from the first on, `step` apart; 0 where there are so few that no sum of them
// leaves 32 bits, and nobody need know.
static inline ULONGV sum_of_magnitudes(__global const float *weights, INTV exponent, int first, int rows, int step)
{
    const FLOATV scale = power_of_two(exponent);
    ULONGV sum = (ULONGV)(0ul);
    if (rows < ROWS_OF_A_SUM)
        return sum;
    for (int start = first; start < rows; start += ROWS_OF_A_SUM * step) {
        const int end = min(rows, start + ROWS_OF_A_SUM * step);
        UINTV part = (UINTV)(0u);
        for (int row = start; row < end; row += step)
            part += AS_UINTV(quantized_weights(AS_FLOATV(magnitudes(weights + (size_t)row * OUT_STRIDE)), scale));
        sum += CONVERT_ULONGV(part);
    }
    return sum;
}
#endif

// Bits by which n = SUM_VALUES(rows) quantized values that add up to `sums` have to become smaller, so that no sum of them
// reaches SUM_LIMIT: 0, or the least k for which ⌈(2·sum + n) / 2^(k+1)⌉ + ⌈n/2⌉ < SUM_LIMIT.
static inline INTV bits_to_drop(ULONGV sums, uint rows)
{
    const ULONGV limit = (ULONGV)(SUM_LIMIT);
    const uint n = SUM_VALUES(rows);
    INTV bits = (INTV)(0);
    if (!any(sums >= limit))
        return bits;
    for (int k = 24; k >= 1; k--) {
        const ULONGV bound = ((2 * sums + (ULONGV)((ulong)n - 1)) >> (ULONGV)(k + 1)) + 1 + (n + 1) / 2;
        bits = select(bits, (INTV)(k), CONVERT_INTV((sums >= limit) & (bound < limit)));
    }
    return bits;
}

// Writes a chunk of the grid; where a weight is not finite, 0 and NaN.
static inline void store_grid(__global float *grid, UINTV largest, INTV finest, ULONGV sums, uint rows)
{
    const INTV exponent = finest - bits_to_drop(sums, rows);
    const INTV finite = largest < (UINTV)(0x7f800000u);
    STOREV(MASKED(finite, power_of_two(exponent)), grid);
    const FLOATV unscale = power_of_two((INTV)(2 * BIAS) - exponent);
    STOREV(AS_FLOATV(select(AS_INTV((FLOATV)(NAN)), AS_INTV(unscale), finite)), grid + OUT_STRIDE);
}
