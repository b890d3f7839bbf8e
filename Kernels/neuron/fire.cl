// Batch norm, neuron over all time steps, and packing of its spikes, in one pass: Y of neuron/dynamics.cl. A neuron of
// several levels leaves the number of those that fire instead.
//
// Layout: input is [T·N or, static, N][pixels][stride] floats, spikes [T·N][pixels][words] words, numbers
// [T·N][pixels][stride] floats; `pixels` counts those of one time step (N·height·width).
// Mapping: an item takes a word of 32 channels and a run of pixels. CHUNKS (-D) vectors make a word; the last word of a
// pixel may have fewer. Membrane potentials stay in registers.
// Sizes: any T. The input is read once, each word of spikes is written once.
// Numerics: see neuron/dynamics.cl. Spare bits and channels are masked, whatever the threshold.
#include "neuron/dynamics.cl"

#if LEVELS > 1
#define OUTPUT float
#define OUTPUT_STRIDE stride
#define OUTPUT_WIDTH 32
#else
#define OUTPUT uint
#define OUTPUT_STRIDE words
#define OUTPUT_WIDTH 1
#endif

__kernel void fire(
    __global const float *input,
#if NORMALIZED
    __global const float *statistics,
    __global const float *weight,
    __global const float *bias,
    const float gain,
#endif
    __global OUTPUT *output,
    const int pixels,
    const int stride,
    const int words,
    const int channels,
    const int run,
    LEAK_PARAMETER,
    THRESHOLD_PARAMETERS)
{
    const float leak = LEAK;
    const float thresholds[] = THRESHOLDS;
    const int word = INNER_ITEM(words);
    const int channel = word * 32;
    const int begin = OUTER_ITEM(words) * run;
    const int end = begin + min(run, pixels - begin);
    const int chunks = min(CHUNKS, (stride - channel) / WIDTH);
    const uint counting = channels - channel < 32 ? (1u << (channels - channel)) - 1u : ~0u;

#if NORMALIZED
    Affine affine[CHUNKS];
#pragma unroll
    for (int chunk = 0; chunk < CHUNKS; ++chunk)
        if (chunk < chunks)
            affine[chunk] = load_affine(statistics, weight, bias, stride, channel + chunk * WIDTH, gain);
#endif

    for (int pixel = begin; pixel < end; ++pixel) {
        __global const float *x = input + (size_t)pixel * stride + channel;
        __global OUTPUT *y = output + (size_t)pixel * OUTPUT_STRIDE + word * OUTPUT_WIDTH;
        FLOATV membrane[CHUNKS][LEVELS];
#pragma unroll
        for (int chunk = 0; chunk < CHUNKS; ++chunk)
#pragma unroll
            for (int level = 0; level < LEVELS; ++level)
                membrane[chunk][level] = 0.0f;
#if TIME_STEPS <= 16
#pragma unroll
#endif
        for (int t = 0; t < TIME_STEPS; ++t) {
#if LEVELS == 1
            UINTV bits = 0u;
#endif
#pragma unroll
            for (int chunk = 0; chunk < CHUNKS; ++chunk) {
                if (chunk < chunks) {
#if NORMALIZED
                    const FLOATV drive = apply_affine(affine[chunk], LOADV(x + chunk * WIDTH));
#else
                    const FLOATV drive = LOADV(x + chunk * WIDTH);
#endif
#if LEVELS > 1
                    FLOATV count = 0.0f;
#endif
#pragma unroll
                    for (int level = 0; level < LEVELS; ++level) {
                        const FLOATV potential = fma((FLOATV)(leak), membrane[chunk][level], drive);
                        const INTV fired = potential >= (FLOATV)(thresholds[level]);
                        membrane[chunk][level] = reset_potential(potential, fired, thresholds[level]);
#if LEVELS > 1
                        count += MASKED(fired, (FLOATV)(1.0f));
#else
                        bits |= AS_UINTV(fired) & (LANE_BITS << (UINTV)(chunk * WIDTH));
#endif
                    }
#if LEVELS > 1
                    STOREV(MASKED(counting_lanes(channel + chunk * WIDTH, channels), count), y + chunk * WIDTH);
#endif
                }
            }
#if LEVELS == 1
            *y = or_lanes(bits) & counting;
#endif
            y += (size_t)pixels * OUTPUT_STRIDE;
#if !STATIC_INPUT
            x += (size_t)pixels * stride;
#endif
        }
    }
}
