// neuron/fire.cl for GPUs: batch norm, neuron over all time steps, and packing of its spikes, in one pass, by lanes that share
// words.
//
// Layout: as neuron/fire.cl.
// Mapping: LANES_OF_WORD items, each of WIDTH (4) channels, make the words of as many pixels. Each finds out what its channels
// do in all of these pixels; then bits change places through local memory, and it has all channels of one pixel. Words of a
// pixel lie side by side in dimension 0, so that lanes read what is side by side; a work-group is of ITEMS (-D) items, all of
// which come to the barriers, those beyond the last too. Numbers of a neuron of several levels are stored as they are.
// Sizes: any T. Spikes of SEGMENT steps change places at once.
// Numerics: see neuron/dynamics.cl; the bits of neuron/fire.cl.
#include "neuron/dynamics.cl"

// Pixels of such a block, too.
#define LANES_OF_WORD (32 / WIDTH)

#if TIME_STEPS < 16
#define SEGMENT TIME_STEPS
#else
#define SEGMENT 16
#endif
#define SEGMENTS ((TIME_STEPS + SEGMENT - 1) / SEGMENT)

#if LEVELS > 1
#define OUTPUT float
#else
#define OUTPUT uint
#endif

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void fire_lanes(
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
    LEAK_PARAMETER,
    THRESHOLD_PARAMETERS)
{
    const float leak = LEAK;
    const float thresholds[] = THRESHOLDS;
    const int lane = get_local_id(0) % LANES_OF_WORD;
    const int word = (int)(get_global_id(0) / LANES_OF_WORD % (uint)words);
    const int begin = (int)(get_global_id(0) / LANES_OF_WORD / (uint)words) * LANES_OF_WORD;
    const int channel = word * 32 + lane * WIDTH;
    const int count = channel < stride ? clamp(pixels - begin, 0, LANES_OF_WORD) : 0;
    const size_t step = (size_t)pixels * stride;
#if NORMALIZED
    Affine affine;
    if (count > 0)
        affine = load_affine(statistics, weight, bias, stride, channel, gain);
#define DRIVE(x) apply_affine(affine, LOADV(x))
#else
#define DRIVE(x) LOADV(x)
#endif

#if LEVELS > 1
    const INTV counting = counting_lanes(channel, channels);
    for (int i = 0; i < count; ++i) {
        const size_t at = (size_t)(begin + i) * stride + channel;
        FLOATV membrane[LEVELS];
#pragma unroll
        for (int level = 0; level < LEVELS; ++level)
            membrane[level] = 0.0f;
        for (int t = 0; t < TIME_STEPS; ++t) {
            const FLOATV drive = DRIVE(input + at + (STATIC_INPUT ? 0 : t * step));
            FLOATV numbers = 0.0f;
#pragma unroll
            for (int level = 0; level < LEVELS; ++level) {
                const FLOATV potential = fma((FLOATV)(leak), membrane[level], drive);
                const INTV fired = potential >= (FLOATV)(thresholds[level]);
                membrane[level] = reset_potential(potential, fired, thresholds[level]);
                numbers += MASKED(fired, (FLOATV)(1.0f));
            }
            STOREV(MASKED(counting, numbers), output + at + t * step);
        }
    }
#else
    __local uint bits_of_lanes[SEGMENT][ITEMS];
    const uint counting = channels - word * 32 < 32 ? (1u << (channels - word * 32)) - 1u : ~0u;
#if SEGMENTS > 1
    FLOATV membranes[LANES_OF_WORD];
#pragma unroll
    for (int i = 0; i < LANES_OF_WORD; ++i)
        membranes[i] = 0.0f;
#endif
    for (int segment = 0; segment < SEGMENTS; ++segment) {
        const int steps = min(SEGMENT, TIME_STEPS - segment * SEGMENT);
        // Of each step, WIDTH bits a pixel.
        uint bits[SEGMENT];
#pragma unroll
        for (int k = 0; k < SEGMENT; ++k)
            bits[k] = 0u;
#if SEGMENTS > 1
#pragma unroll
#endif
        for (int i = 0; i < LANES_OF_WORD; ++i) {
            if (i < count) {
                __global const float *x = input + (size_t)(begin + i) * stride + channel;
#if STATIC_INPUT
                const FLOATV drive = DRIVE(x);
#else
                x += segment * SEGMENT * step;
#endif
#if SEGMENTS > 1
                FLOATV membrane = membranes[i];
#else
                FLOATV membrane = 0.0f;
#endif
#pragma unroll
                for (int k = 0; k < SEGMENT; ++k) {
                    if (TIME_STEPS % SEGMENT == 0 || k < steps) {
#if !STATIC_INPUT
                        const FLOATV drive = DRIVE(x + k * step);
#endif
                        const FLOATV potential = fma((FLOATV)(leak), membrane, drive);
                        const INTV fired = potential >= (FLOATV)(thresholds[0]);
                        membrane = reset_potential(potential, fired, thresholds[0]);
                        bits[k] |= or_lanes(AS_UINTV(fired) & LANE_BITS) << (i * WIDTH);
                    }
                }
#if SEGMENTS > 1
                membranes[i] = membrane;
#endif
            }
        }
#pragma unroll
        for (int k = 0; k < SEGMENT; ++k)
            bits_of_lanes[k][get_local_id(0)] = bits[k];
        barrier(CLK_LOCAL_MEM_FENCE);
        if (begin + lane < pixels) {
            __local const uint *of_word = &bits_of_lanes[0][0] + (get_local_id(0) - lane);
            __global uint *y =
                output + ((size_t)segment * SEGMENT * pixels + begin + lane) * words + word;
            for (int k = 0; k < steps; ++k, y += (size_t)pixels * words) {
                uint all = 0u;
#pragma unroll
                for (int i = 0; i < LANES_OF_WORD; ++i)
                    all |= (of_word[k * ITEMS + i] >> (lane * WIDTH) & ((1u << WIDTH) - 1u)) << (i * WIDTH);
                *y = all & counting;
            }
        }
#if SEGMENTS > 1
        barrier(CLK_LOCAL_MEM_FENCE);
#endif
    }
#endif
}
