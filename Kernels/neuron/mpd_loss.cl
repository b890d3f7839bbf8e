// The MPD loss, on the distribution of a layer's membrane potentials, and its derivative. With m and v the mean and
// variance of Û over time, images and pixels, M of them a channel, C channels, s = √(v + ε), μ = threshold / 2:
//
//     L = weight / C · Σ_c ((m − μ)² + (s − μ)²) / threshold²
//     ∂L/∂Û = offset + slope·(Û − μ),    slope = 2·weight·(s − μ) / (C·M·threshold²·s),
//                                        offset = 2·weight·(m − μ) / (C·M·threshold²) − slope·(m − μ)
//
// Three passes: sums over runs of pixels, the lines of every channel, and their loss, which is added to the record's.
//
// Layout: as neuron/fire.cl; partial sums [runs][2][stride]: Σ (Û − μ), Σ (Û − μ)²; lines [2][stride]: offsets, slopes;
// losses [stride].
// Mapping: mpd_sums takes a chunk and some runs of pixels, mpd_lines a chunk, mpd_loss is one item.
// Numerics: sums in the order of reduction/sums.cl, of a run's pixels one after the other, each from its first step to its
// last; losses of channels are added by eight lanes that take turns, and these as pairs. Spare channels hold 0.
#include "neuron/dynamics.cl"
#include "reduction/sums.cl"

__kernel void mpd_sums(
    __global const float *input,
#if NORMALIZED
    __global const float *statistics,
    __global const float *weight,
    __global const float *bias,
    const float gain,
#endif
    __global float *partials,
    const int pixels,
    const int stride,
    const int item_runs,
    LEAK_PARAMETER,
    const float threshold)
{
    const float leak = LEAK;
    const int channel = INNER_ITEM(stride / WIDTH) * WIDTH;
    const int first = OUTER_ITEM(stride / WIDTH) * item_runs;
    const int end = min(first + item_runs, (pixels + RUN - 1) / RUN);
    const FLOATV aim = 0.5f * threshold;
#if NORMALIZED
    const Affine affine = load_affine(statistics, weight, bias, stride, channel, gain);
#endif
    for (int part = first; part < end; ++part) {
        const int begin = part * RUN;
        const int stop = begin + min(RUN, pixels - begin);
        FLOATV sum = 0.0f, squares = 0.0f;
        for (int pixel = begin; pixel < stop; ++pixel) {
            __global const float *x = input + (size_t)pixel * stride + channel;
            FLOATV membrane = 0.0f;
            for (int t = 0; t < TIME_STEPS; ++t) {
                FLOATV drive = LOADV(x);
#if NORMALIZED
                drive = apply_affine(affine, drive);
#endif
                const FLOATV potential = fma((FLOATV)(leak), membrane, drive);
                membrane = reset_potential(potential, potential >= (FLOATV)(threshold), threshold);
                const FLOATV distance = potential - aim;
                sum += distance;
                squares = fma(distance, distance, squares);
#if !STATIC_INPUT
                x += (size_t)pixels * stride;
#endif
            }
        }
        __global float *result = partials + (size_t)part * 2 * stride + channel;
        STOREV(sum, result);
        STOREV(squares, result + stride);
    }
}

__kernel void mpd_lines(
    __global float *partials,
    __global float *lines,
    __global float *losses,
    const int stride,
    const int channels,
    const int runs,
    const float count,
    const float aim,
    const float scale,
    const float epsilon)
{
    const int channel = (int)get_global_id(0) * WIDTH;
    const FLOATV sum = merged_sum(partials + channel, runs, 2 * (size_t)stride);
    const FLOATV squares = merged_sum(partials + stride + channel, runs, 2 * (size_t)stride);
    const FLOATV shift = sum / count;
    // Rounding may leave a little less than nothing. (A NaN stays one.)
    FLOATV variance = fma(-shift, shift, squares / count);
    variance = MASKED(~(variance < (FLOATV)(0.0f)), variance);
    const FLOATV deviation = sqrt(variance + epsilon);
    const FLOATV excess = deviation - aim;
    const FLOATV slope = 2.0f * scale / count * excess / deviation;
    const FLOATV offset = fma(-slope, shift, 2.0f * scale / count * shift);
    const INTV counting = counting_lanes(channel, channels);
    STOREV(MASKED(counting, offset), lines + channel);
    STOREV(MASKED(counting, slope), lines + stride + channel);
    STOREV(MASKED(counting, scale * fma(shift, shift, excess * excess)), losses + channel);
}

__kernel void mpd_loss(
    __global const float *losses, __global float *record, const int stride, const int loss_word)
{
    float8 sum = 0.0f;
    for (int channel = 0; channel < stride; channel += 8)
        sum += *(__global const float8 *)(losses + channel);
    record[loss_word] += joined_lanes(sum);
}
