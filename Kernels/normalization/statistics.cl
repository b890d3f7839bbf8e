// Statistics of a batch norm: mean and inverse deviation of every channel over images and pixels.
//
//     mean = Σ x / m      variance = Σ (x − mean)² / m      m = images·height·width
//     result = [2][stride]: mean, 1/√(variance + ε); 0 in spare channels
//     running mean += momentum·(mean − running mean)        running variance likewise, unbiased
//
// Layout: see common/layout.cl; moments of runs as in reduction/moments.cl.
// Mapping: run_moments takes a chunk and some runs of pixels; the others take a chunk, batch_statistics with MERGING_ROWS items.
// Numerics: see reduction/moments.cl.
#include "reduction/moments.cl"

__kernel void run_moments(
    __global const float *input,
    __global float *moments,
    const int pixels,
    const int stride,
    const int item_runs)
{
    const int channel = INNER_ITEM(stride / WIDTH) * WIDTH;
    const int first = OUTER_ITEM(stride / WIDTH) * item_runs;
    const int end = min(first + item_runs, (pixels + RUN - 1) / RUN);
    for (int part = first; part < end; ++part) {
        const int begin = part * RUN;
        const int count = min(RUN, pixels - begin);
        __global const float *x = input + (size_t)begin * stride + channel;
        // Registers, as every index is known.
        FLOATV values[RUN];
#pragma unroll
        for (int i = 0; i < RUN; ++i)
            values[i] = i < count ? LOADV(x + (size_t)i * stride) : (FLOATV)(0.0f);
        store_moments(
            count == RUN ? moments_of_run(values, 1) : moments_of_rest(values, 1, count),
            moments + (size_t)part * 2 * stride + channel, stride);
    }
}

// `runs` of `run` pixels each are left; what is merged of them is written over them.
__kernel void batch_statistics(
    __global float *moments,
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
    const Moments merged = merged_moments(moments + channel, runs, run, pixels, stride);
    if (get_local_id(1) != 0)
        return;
    const FLOATV mean = merged.mean;
    const FLOATV variance = merged.squares / (FLOATV)(pixels);

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
