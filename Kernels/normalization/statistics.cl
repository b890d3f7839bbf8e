// Statistics of a batch norm: mean and inverse deviation of every channel over images and pixels.
//
//     mean = Σ x / m      variance = Σ (x − mean)² / m      m = images·height·width
//     result = [2][stride]: mean, 1/√(variance + ε); 0 in spare channels
//     running mean += momentum·(mean − running mean)        running variance likewise, unbiased
//
// Layout: see common/layout.cl; partial sums are [runs][2][stride]: mean, Σ (x − mean)² of a run.
// Mapping: batch_statistics_partial takes a chunk and a run of pixels; the others take a chunk.
// Numerics: a run is shifted by the mean of its first pixels and summed once (Σ d, Σ d²; what the shift leaves is small,
// so little cancels), in blocks, so that no sum grows long. Runs are merged in their order by Chan, Golub and LeVeque's
// formula. A NaN or an infinity anywhere reaches the channel's statistics.
#include "common/layout.cl"

// Pixels whose sums are added up before they join the run's.
#define BLOCK 64

__kernel void batch_statistics_partial(
    __global const float *input,
    __global float *partials,
    const int pixels,
    const int stride,
    const int run)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const int part = get_global_id(1);
    const int begin = part * run;
    const int count = min(run, pixels - begin);
    __global const float *x = input + (size_t)begin * stride + channel;

    const int first = min(count, BLOCK);
    FLOATV shift = 0.0f;
    for (int pixel = 0; pixel < first; ++pixel)
        shift += LOADV(x + (size_t)pixel * stride);
    shift /= (FLOATV)(first);

    FLOATV sum = 0.0f, squares = 0.0f;
    for (int block = 0; block < count; block += BLOCK) {
        const int stop = min(block + BLOCK, count);
        FLOATV s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
        FLOATV q0 = 0.0f, q1 = 0.0f, q2 = 0.0f, q3 = 0.0f;
        int pixel = block;
        for (; pixel + 4 <= stop; pixel += 4, x += 4 * (size_t)stride) {
            const FLOATV d0 = LOADV(x) - shift;
            const FLOATV d1 = LOADV(x + stride) - shift;
            const FLOATV d2 = LOADV(x + 2 * (size_t)stride) - shift;
            const FLOATV d3 = LOADV(x + 3 * (size_t)stride) - shift;
            s0 += d0;
            s1 += d1;
            s2 += d2;
            s3 += d3;
            q0 = fma(d0, d0, q0);
            q1 = fma(d1, d1, q1);
            q2 = fma(d2, d2, q2);
            q3 = fma(d3, d3, q3);
        }
        for (; pixel < stop; ++pixel, x += stride) {
            const FLOATV d = LOADV(x) - shift;
            s0 += d;
            q0 = fma(d, d, q0);
        }
        sum += (s0 + s1) + (s2 + s3);
        squares += (q0 + q1) + (q2 + q3);
    }

    const FLOATV excess = sum / (FLOATV)(count);
    // Rounding may leave a little less than nothing. (A NaN stays one.)
    FLOATV deviation = squares - sum * excess;
    deviation = MASKED(~(deviation < (FLOATV)(0.0f)), deviation);
    __global float *result = partials + (size_t)part * 2 * stride + channel;
    STOREV(shift + excess, result);
    STOREV(deviation, result + stride);
}

__kernel void batch_statistics_combine(
    __global const float *partials,
    __global float *statistics,
    __global float *running_mean,
    __global float *running_variance,
    const int pixels,
    const int stride,
    const int channels,
    const int run,
    const int runs,
    const float correction,
    const float epsilon,
    const float momentum)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const size_t step = 2 * (size_t)stride;
    const FLOATV m = (FLOATV)(pixels);

    // Means relative to the first run's.
    __global const float *partial = partials + channel;
    const FLOATV origin = LOADV(partial);
    FLOATV excess = 0.0f;
    for (int part = 0; part < runs; ++part, partial += step) {
        const FLOATV count = (FLOATV)(min(run, pixels - part * run));
        excess = fma(count, LOADV(partial) - origin, excess);
    }
    const FLOATV mean = origin + excess / m;

    partial = partials + channel;
    FLOATV squares = 0.0f;
    for (int part = 0; part < runs; ++part, partial += step) {
        const FLOATV count = (FLOATV)(min(run, pixels - part * run));
        const FLOATV difference = LOADV(partial) - mean;
        squares += fma(count * difference, difference, LOADV(partial + stride));
    }
    const FLOATV variance = squares / m;

    const INTV counting = counting_lanes(channel, channels);
    STOREV(MASKED(counting, mean), statistics + channel);
    STOREV(MASKED(counting, 1.0f / sqrt(variance + epsilon)), statistics + stride + channel);

    const FLOATV old_mean = LOADV(running_mean + channel);
    const FLOATV old_variance = LOADV(running_variance + channel);
    STOREV(MASKED(counting, fma((FLOATV)(momentum), mean - old_mean, old_mean)), running_mean + channel);
    STOREV(
        MASKED(counting, fma((FLOATV)(momentum), variance * correction - old_variance, old_variance)),
        running_variance + channel);
}

__kernel void running_statistics(
    __global const float *running_mean,
    __global const float *running_variance,
    __global float *statistics,
    const int stride,
    const int channels,
    const float epsilon)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const INTV counting = counting_lanes(channel, channels);
    const FLOATV inverse = 1.0f / sqrt(LOADV(running_variance + channel) + epsilon);
    STOREV(MASKED(counting, LOADV(running_mean + channel)), statistics + channel);
    STOREV(MASKED(counting, inverse), statistics + stride + channel);
}
