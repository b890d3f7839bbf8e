// Back through time and the surrogate, with the sums that the batch norm's gradients need. c[T−1] = 0, and for t = T−1 … 0
//
//     gY = g[t] − Û[t]·c[t]  (hard reset)       g[t] − threshold·c[t]  (soft)       g[t]  (reset detached)
//     ∂L/∂Û[t] = gY·S(Û[t] − threshold) + (1 − Y[t])·c[t]        (c[t] whole for the soft reset)
//     c[t−1] = leak·∂L/∂Û[t]
//
// ∂L/∂x = ∂L/∂Û, x the normalised input; of several levels their sum. It is written over g; of a static input its sum
// over t, over g of the first step. With a norm, normalization/backward.cl goes on from there; with a learned leak,
// neuron/leak_gradient.cl does. MPD_LOSS (-D) adds offset + slope·(Û[t] − threshold / 2) to ∂L/∂Û[t] of the first level.
//
// Layout: as neuron/fire.cl; partial sums [runs][2][stride]: Σ ∂L/∂x, Σ ∂L/∂x·(input − mean); those of a learned leak
// [runs][stride]: Σ ∂L/∂Û[t]·U[t−1]; the MPD gradient [2][stride]: offsets, slopes.
// Mapping: an item takes a few chunks and some runs of pixels.
// Sizes: any T. Potentials are recomputed and kept in registers, SEGMENT steps at a time; where T is larger, a first pass
// keeps the potential at the start of each segment.
// Numerics: Û as in the forward pass, bit for bit. Sums in the order of reduction/sums.cl: of a run's pixels one after the
// other, each from its last step to its first, of several levels the first one's first.
#include "neuron/dynamics.cl"
#include "reduction/sums.cl"

#if TIME_STEPS < 16
#define SEGMENT TIME_STEPS
#else
#define SEGMENT 16
#endif
#define SEGMENTS ((TIME_STEPS + SEGMENT - 1) / SEGMENT)

#if STATIC_INPUT
#define INPUT_AT(t) input
#else
#define INPUT_AT(t) (input + (size_t)(t) * step)
#endif

#if NORMALIZED
#define DRIVE(x) apply_affine(chunk->affine, x)
#else
#define DRIVE(x) (x)
#endif

#define FIRED(potential, level) ((potential) >= (FLOATV)(neuron->thresholds[level]))

// What all channels share.
typedef struct {
    float leak;
    float thresholds[THRESHOLD_ROOM];
    float surrogate_scale;
    float surrogate_slope;
} NeuronNumbers;

// What differs from chunk to chunk.
typedef struct {
#if NORMALIZED
    Affine affine;
#endif
#if MPD_LOSS
    FLOATV mpd_offset, mpd_slope;
#endif
#if !NORMALIZED && !MPD_LOSS
    FLOATV nothing;
#endif
} ChunkNumbers;

// Over pixels: what the gradients of the norm and of the leak need.
typedef struct {
    FLOATV gradients;
    FLOATV products;
    FLOATV leaks;
} Sums;

static inline void add_gradient(Sums *sums, FLOATV gradient, FLOATV input, const ChunkNumbers *chunk)
{
#if NORMALIZED
    sums->gradients += gradient;
    sums->products = fma(gradient, input - chunk->affine.mean, sums->products);
#endif
}

// A chunk of one pixel: `gradient` and `input` at its first step, `step` floats from one to the next.
static inline void go_back(
    __global float *gradient,
    __global const float *input,
    size_t step,
    const NeuronNumbers *neuron,
    const ChunkNumbers *chunk,
    Sums *sums)
{
    const float leak = neuron->leak;
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
            membrane[level] = reset_potential(potential, FIRED(potential, level), neuron->thresholds[level]);
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
                    membrane[level] = reset_potential(potential, FIRED(potential, level), neuron->thresholds[level]);
                }
            }
        }
#pragma unroll
        for (int k = SEGMENT - 1; k >= 0; --k) {
            if (TIME_STEPS % SEGMENT == 0 || start + k < TIME_STEPS) {
                __global float *at = gradient + (size_t)(start + k) * step;
                const FLOATV upstream = LOADV(at);
                FLOATV delta = 0.0f;
#pragma unroll
                for (int level = 0; level < LEVELS; ++level) {
                    const float threshold = neuron->thresholds[level];
                    const FLOATV potential = potentials[k][level];
                    const FLOATV slope =
                        surrogate(potential - threshold, neuron->surrogate_scale, neuron->surrogate_slope);
                    FLOATV spike = upstream;
#if SOFT_RESET
#if !DETACH_RESET
                    spike = fma((FLOATV)(-threshold), carried[level], spike);
#endif
                    const FLOATV kept = carried[level];
#else
#if !DETACH_RESET
                    spike = fma(-potential, carried[level], spike);
#endif
                    const FLOATV kept = MASKED(~FIRED(potential, level), carried[level]);
#endif
                    FLOATV share = fma(spike, slope, kept);
#if MPD_LOSS
                    if (level == 0)
                        share += fma(chunk->mpd_slope, potential - 0.5f * threshold, chunk->mpd_offset);
#endif
#if LEARNED_LEAK
                    const FLOATV earlier = potentials[max(k - 1, 0)][level];
                    const FLOATV before =
                        k == 0 ? entry[segment][level] : reset_potential(earlier, FIRED(earlier, level), threshold);
                    sums->leaks = fma(share, before, sums->leaks);
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
                add_gradient(sums, delta, LOADV(INPUT_AT(start + k)), chunk);
#endif
            }
        }
    }
#if STATIC_INPUT
    STOREV(total, gradient);
    add_gradient(sums, total, LOADV(input), chunk);
#endif
}

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
#if MPD_LOSS
    __global const float *mpd,
#endif
    const int pixels,
    const int stride,
    const int item_runs,
    const int item_chunks,
    LEAK_PARAMETER,
    THRESHOLD_PARAMETERS,
    const float surrogate_scale,
    const float surrogate_slope)
{
    const NeuronNumbers neuron = {LEAK, THRESHOLDS, surrogate_scale, surrogate_slope};
    const int items = (stride / WIDTH + MOST_CHUNKS - 1) / MOST_CHUNKS;
    const int first = INNER_ITEM(items) * item_chunks * WIDTH;
    const int chunks = CHUNKS_FROM(first, item_chunks, stride);
    const int first_run = OUTER_ITEM(items) * item_runs;
    const int end_run = min(first_run + item_runs, (pixels + RUN - 1) / RUN);
    const size_t step = (size_t)pixels * stride;

    ChunkNumbers numbers[MOST_CHUNKS];
    for (int chunk = 0; chunk < chunks; ++chunk) {
#if NORMALIZED
        numbers[chunk].affine = load_affine(statistics, weight, bias, stride, first + chunk * WIDTH, gain);
#endif
#if MPD_LOSS
        numbers[chunk].mpd_offset = LOADV(mpd + first + chunk * WIDTH);
        numbers[chunk].mpd_slope = LOADV(mpd + stride + first + chunk * WIDTH);
#endif
    }

    for (int part = first_run; part < end_run; ++part) {
        const int begin = part * RUN;
        const int end = begin + min(RUN, pixels - begin);
        Sums sums[MOST_CHUNKS];
        for (int chunk = 0; chunk < chunks; ++chunk)
            sums[chunk].gradients = sums[chunk].products = sums[chunk].leaks = 0.0f;
        for (int pixel = begin; pixel < end; ++pixel) {
            size_t at = (size_t)pixel * stride + first;
            for (int chunk = 0; chunk < chunks; ++chunk, at += WIDTH)
                go_back(gradient + at, input + at, step, &neuron, &numbers[chunk], &sums[chunk]);
        }
        for (int chunk = 0; chunk < chunks; ++chunk) {
            const int channel = first + chunk * WIDTH;
#if NORMALIZED
            __global float *result = partials + (size_t)part * 2 * stride + channel;
            STOREV(sums[chunk].gradients, result);
            STOREV(sums[chunk].products, result + stride);
#endif
#if LEARNED_LEAK
            STOREV(sums[chunk].leaks, leak_partials + (size_t)part * stride + channel);
#endif
        }
    }
}
