// Batch norm, neuron over all time steps, and packing of its spikes, in one pass: Y of neuron/dynamics.cl.
//
// Layout: input is [T·N or, static, N][pixels][stride] floats, spikes [T·N][pixels][words] words; `pixels` counts those
// of one time step (N·height·width).
// Mapping: an item takes a word of 32 channels and a run of pixels. CHUNKS (-D) vectors make a word; the last word of a
// pixel may have fewer. Membrane potentials stay in registers.
// Sizes: any T. The input is read once, each word of spikes is written once.
// Numerics: see neuron/dynamics.cl. Spare bits are masked, whatever the threshold.
#include "neuron/dynamics.cl"

__kernel void fire(
    __global const float *input,
#if NORMALIZED
    __global const float *statistics,
    __global const float *weight,
    __global const float *bias,
    const float gain,
#endif
    __global uint *spikes,
    const int pixels,
    const int stride,
    const int words,
    const int channels,
    const int run,
    const float leak,
    const float threshold)
{
    const int word = get_global_id(0);
    const int channel = word * 32;
    const int begin = (int)get_global_id(1) * run;
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
        __global uint *y = spikes + (size_t)pixel * words + word;
        FLOATV membrane[CHUNKS];
#pragma unroll
        for (int chunk = 0; chunk < CHUNKS; ++chunk)
            membrane[chunk] = 0.0f;
#if TIME_STEPS <= 16
#pragma unroll
#endif
        for (int t = 0; t < TIME_STEPS; ++t) {
            UINTV bits = 0u;
#pragma unroll
            for (int chunk = 0; chunk < CHUNKS; ++chunk) {
                if (chunk < chunks) {
#if NORMALIZED
                    const FLOATV drive = apply_affine(affine[chunk], LOADV(x + chunk * WIDTH));
#else
                    const FLOATV drive = LOADV(x + chunk * WIDTH);
#endif
                    const FLOATV potential = fma((FLOATV)(leak), membrane[chunk], drive);
                    const INTV fired = potential >= (FLOATV)(threshold);
                    membrane[chunk] = reset_potential(potential, fired, threshold);
                    bits |= AS_UINTV(fired) & (LANE_BITS << (UINTV)(chunk * WIDTH));
                }
            }
            *y = or_lanes(bits) & counting;
            y += (size_t)pixels * words;
#if !STATIC_INPUT
            x += (size_t)pixels * stride;
#endif
        }
    }
}
