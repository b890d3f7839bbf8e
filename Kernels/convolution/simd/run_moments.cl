// Mean and sum of squared deviations of each channel over the pixels that a work-item of a convolution has just made, for
// the batch norm that follows (normalization/statistics.cl combines them): partials [run][2][OUT_STRIDE].
//
// Specialised by: COLLECTS (whether it is done at all), WIDTH, VECTORS, OUT_STRIDE.
// Numerics: two passes over values that are still near: the mean, then the squares of what differs from it, each in four
// sums that take turns.
#if COLLECTS
#define MOMENTS_PARAMETER , __global float *moments
#define MOMENTS_ARGUMENT , moments

static inline void store_moments(const FLOATV *values, int pixels, __global float *partial)
{
    for (int v = 0; v < VECTORS; v++) {
        FLOATV sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        int p = 0;
        for (; p + 4 <= pixels; p += 4)
#pragma unroll
            for (int i = 0; i < 4; i++)
                sums[i] += values[(p + i) * VECTORS + v];
        for (; p < pixels; p++)
            sums[0] += values[p * VECTORS + v];
        const FLOATV mean = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (FLOATV)(pixels);
        FLOATV squares[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        for (p = 0; p + 4 <= pixels; p += 4)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const FLOATV deviation = values[(p + i) * VECTORS + v] - mean;
                squares[i] = fma(deviation, deviation, squares[i]);
            }
        for (; p < pixels; p++) {
            const FLOATV deviation = values[p * VECTORS + v] - mean;
            squares[0] = fma(deviation, deviation, squares[0]);
        }
        STOREV(mean, partial + v * WIDTH);
        STOREV((squares[0] + squares[1]) + (squares[2] + squares[3]), partial + OUT_STRIDE + v * WIDTH);
    }
}
#else
#define MOMENTS_PARAMETER
#define MOMENTS_ARGUMENT
#endif
