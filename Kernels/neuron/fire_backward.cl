// Back through time and the surrogate, with the sums that the batch norm's gradients need. c[T−1] = 0, and for t = T−1 … 0
//
//     gY = g[t] − Û[t]·c[t]  (hard reset)       g[t] − threshold·c[t]  (soft)       g[t]  (reset detached)
//     ∂L/∂Û[t] = gY·S(Û[t] − threshold) + (1 − Y[t])·c[t]        (c[t] whole for the soft reset)
//     c[t−1] = leak·∂L/∂Û[t]
//
// ∂L/∂x = ∂L/∂Û, x the normalised input; of several levels their sum. It is written over g; of a static input its sum
// over t, over g of the first step. With a norm, normalization/backward.cl goes on from there; with a learned leak,
// neuron/leak_gradient.cl does. PENALIZED (-D) adds offset + slope·(Û[t] − threshold / 2) to ∂L/∂Û[t] of the first level.
//
// Layout: as neuron/fire.cl; partial sums [runs][2][stride]: Σ ∂L/∂x, Σ ∂L/∂x·(input − mean); those of a learned leak
// [runs][stride]: Σ ∂L/∂Û[t]·U[t−1]; the penalty [2][stride]: offsets, slopes.
// Mapping: an item takes a chunk and a run of pixels.
// Sizes: any T. Potentials are recomputed and kept in registers, SEGMENT steps at a time; where T is larger, a first pass
// keeps the potential at the start of each segment.
// Numerics: Û as in the forward pass, bit for bit. Sums of blocks of pixels join the run's.
#include "neuron/dynamics.cl"

#define BLOCK 64
#if TIME_STEPS < 16
#define SEGMENT TIME_STEPS
#else
#define SEGMENT 16
#endif
#define SEGMENTS ((TIME_STEPS + SEGMENT - 1) / SEGMENT)

#if STATIC_INPUT
#define INPUT_AT(t) input_at
#else
#define INPUT_AT(t) (input_at + (size_t)(t) * step)
#endif

#if NORMALIZED
#define DRIVE(x) apply_affine(affine, x)
#else
#define DRIVE(x) (x)
#endif

#define FIRED(potential, level) ((potential) >= (FLOATV)(thresholds[level]))

__kernel void fire_backward(
    __global float *gradient,
    __global const float *input,
#if NORMALIZED
    __global const float *statistics,
    __global const float *weight,
    __global const float *bias,
    __global float *partials,
    const float gain,
#endif
#if LEARNED_LEAK
    __global float *leak_partials,
#endif
#if PENALIZED
    __global const float *penalty,
#endif
    const int pixels,
    const int stride,
    const int run,
    LEAK_PARAMETER,
    THRESHOLD_PARAMETERS,
    const float surrogate_scale,
    const float surrogate_slope)
{
    const float leak = LEAK;
    const float thresholds[] = THRESHOLDS;
    const int channel = (int)get_global_id(0) * WIDTH;
    const int part = get_global_id(1);
    const int begin = part * run;
    const int end = begin + min(run, pixels - begin);
    const size_t step = (size_t)pixels * stride;
#if NORMALIZED
    const Affine affine = load_affine(statistics, weight, bias, stride, channel, gain);
    FLOATV sum = 0.0f, products = 0.0f;
#endif
#if LEARNED_LEAK
    FLOATV leak_sum = 0.0f;
#endif
#if PENALIZED
    const FLOATV penalty_offset = LOADV(penalty + channel), penalty_slope = LOADV(penalty + stride + channel);
#endif

    for (int block = begin; block < end; block += BLOCK) {
        const int stop = min(block + BLOCK, end);
#if NORMALIZED
        FLOATV block_sum = 0.0f, block_products = 0.0f;
#endif
#if LEARNED_LEAK
        FLOATV block_leak = 0.0f;
#endif
        for (int pixel = block; pixel < stop; ++pixel) {
            __global const float *input_at = input + (size_t)pixel * stride + channel;
            __global float *gradient_at = gradient + (size_t)pixel * stride + channel;
            FLOATV entry[SEGMENTS][LEVELS], membrane[LEVELS], carried[LEVELS];
#pragma unroll
            for (int level = 0; level < LEVELS; ++level) {
                membrane[level] = 0.0f;
                carried[level] = 0.0f;
                entry[0][level] = 0.0f;
            }
#if SEGMENTS > 1
            for (int t = 0; t < (SEGMENTS - 1) * SEGMENT; ++t) {
                const FLOATV drive = DRIVE(LOADV(INPUT_AT(t)));
#pragma unroll
                for (int level = 0; level < LEVELS; ++level) {
                    const FLOATV potential = fma((FLOATV)(leak), membrane[level], drive);
                    membrane[level] = reset_potential(potential, FIRED(potential, level), thresholds[level]);
                    if (t % SEGMENT == SEGMENT - 1)
                        entry[t / SEGMENT + 1][level] = membrane[level];
                }
            }
#endif
#if STATIC_INPUT
            FLOATV total = 0.0f;
#endif
            for (int segment = SEGMENTS - 1; segment >= 0; --segment) {
                const int start = segment * SEGMENT;
                FLOATV potentials[SEGMENT][LEVELS];
#pragma unroll
                for (int level = 0; level < LEVELS; ++level)
                    membrane[level] = entry[segment][level];
#pragma unroll
                for (int k = 0; k < SEGMENT; ++k) {
                    if (TIME_STEPS % SEGMENT == 0 || start + k < TIME_STEPS) {
                        const FLOATV drive = DRIVE(LOADV(INPUT_AT(start + k)));
#pragma unroll
                        for (int level = 0; level < LEVELS; ++level) {
                            const FLOATV potential = fma((FLOATV)(leak), membrane[level], drive);
                            potentials[k][level] = potential;
                            membrane[level] = reset_potential(potential, FIRED(potential, level), thresholds[level]);
                        }
                    }
                }
#pragma unroll
                for (int k = SEGMENT - 1; k >= 0; --k) {
                    if (TIME_STEPS % SEGMENT == 0 || start + k < TIME_STEPS) {
                        __global float *at = gradient_at + (size_t)(start + k) * step;
                        const FLOATV upstream = LOADV(at);
                        FLOATV delta = 0.0f;
#pragma unroll
                        for (int level = 0; level < LEVELS; ++level) {
                            const FLOATV potential = potentials[k][level];
                            const FLOATV slope =
                                surrogate(potential - thresholds[level], surrogate_scale, surrogate_slope);
                            FLOATV spike = upstream;
#if SOFT_RESET
#if !DETACH_RESET
                            spike = fma((FLOATV)(-thresholds[level]), carried[level], spike);
#endif
                            const FLOATV kept = carried[level];
#else
#if !DETACH_RESET
                            spike = fma(-potential, carried[level], spike);
#endif
                            const FLOATV kept = MASKED(~FIRED(potential, level), carried[level]);
#endif
                            FLOATV share = fma(spike, slope, kept);
#if PENALIZED
                            if (level == 0)
                                share += fma(penalty_slope, potential - 0.5f * thresholds[0], penalty_offset);
#endif
#if LEARNED_LEAK
                            const FLOATV before =
                                k == 0 ? entry[segment][level]
                                       : reset_potential(
                                             potentials[max(k - 1, 0)][level],
                                             FIRED(potentials[max(k - 1, 0)][level], level), thresholds[level]);
                            block_leak = fma(share, before, block_leak);
#endif
                            carried[level] = leak * share;
#if LEVELS > 1
                            delta += share;
#else
                            delta = share;
#endif
                        }
#if STATIC_INPUT
                        total += delta;
#else
                        STOREV(delta, at);
#if NORMALIZED
                        block_sum += delta;
                        block_products =
                            fma(delta, LOADV(INPUT_AT(start + k)) - affine.mean, block_products);
#endif
#endif
                    }
                }
            }
#if STATIC_INPUT
            STOREV(total, gradient_at);
#if NORMALIZED
            block_sum += total;
            block_products = fma(total, LOADV(input_at) - affine.mean, block_products);
#endif
#endif
        }
#if NORMALIZED
        sum += block_sum;
        products += block_products;
#endif
#if LEARNED_LEAK
        leak_sum += block_leak;
#endif
    }

#if NORMALIZED
    __global float *result = partials + (size_t)part * 2 * stride + channel;
    STOREV(sum, result);
    STOREV(products, result + stride);
#endif
#if LEARNED_LEAK
    STOREV(leak_sum, leak_partials + (size_t)part * stride + channel);
#endif
}
