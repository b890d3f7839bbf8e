// Mean and sum of squared deviations of each channel over pixels, the moments that a batch norm's statistics are made of, in
// the order of SumOrder (Sources/LSNTensors): those of runs of RUN pixels are merged FAN_IN at a time.
//
// Layout: moments are [runs][2][stride] floats: mean, Σ (x − mean)² of a run; spare channels hold 0.
// Numerics: a run takes two passes over values that are near: the mean, then the squares of what differs from it. Pixels i and
// i + 8 of a run are added first, then what they leave, as pairs. Runs are merged by Chan, Golub and LeVeque's formula, means
// relative to the first one's. A NaN or an infinity anywhere reaches the result.
#ifndef MOMENTS_CL
#define MOMENTS_CL

#include "reduction/sums.cl"

typedef struct {
    FLOATV mean;
    FLOATV squares;
} Moments;

#define HALF_RUN (RUN / 2)

static inline FLOATV join_half(const FLOATV sums[HALF_RUN])
{
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// The moments of a whole run, its pixels `step` vectors apart.
static inline Moments moments_of_run(const FLOATV *values, int step)
{
    FLOATV sums[HALF_RUN];
#pragma unroll
    for (int i = 0; i < HALF_RUN; ++i)
        sums[i] = values[i * step] + values[(i + HALF_RUN) * step];
    Moments moments;
    moments.mean = join_half(sums) * (FLOATV)(1.0f / RUN);
#pragma unroll
    for (int i = 0; i < HALF_RUN; ++i) {
        const FLOATV low = values[i * step] - moments.mean;
        const FLOATV high = values[(i + HALF_RUN) * step] - moments.mean;
        sums[i] = fma(high, high, low * low);
    }
    moments.squares = join_half(sums);
    return moments;
}

// The same of the last run, of `count` pixels, in whose place missing ones add 0.
static inline Moments moments_of_rest(const FLOATV *values, int step, int count)
{
    FLOATV sums[HALF_RUN];
#pragma unroll
    for (int i = 0; i < HALF_RUN; ++i)
        sums[i] = (i < count ? values[i * step] : (FLOATV)(0.0f))
            + (i + HALF_RUN < count ? values[(i + HALF_RUN) * step] : (FLOATV)(0.0f));
    Moments moments;
    moments.mean = join_half(sums) / (FLOATV)(count);
#pragma unroll
    for (int i = 0; i < HALF_RUN; ++i) {
        const FLOATV low = i < count ? values[i * step] - moments.mean : (FLOATV)(0.0f);
        const FLOATV high = i + HALF_RUN < count ? values[(i + HALF_RUN) * step] - moments.mean : (FLOATV)(0.0f);
        sums[i] = fma(high, high, low * low);
    }
    moments.squares = join_half(sums);
    return moments;
}

static inline void store_moments(Moments moments, __global float *result, int stride)
{
    STOREV(moments.mean, result);
    STOREV(moments.squares, result + stride);
}

// The moments at `partials` merged over runs first … end − 1, each of `run` pixels, the last one of all of what is left of
// `pixels`.
static inline Moments merge_runs(
    __global const float *partials, int first, int end, int run, int pixels, int stride)
{
    const size_t step = 2 * (size_t)stride;
    const FLOATV total = (FLOATV)(min((uint)(end - first) * (uint)run, (uint)(pixels - first * run)));
    __global const float *partial = partials + first * step;
    const FLOATV origin = LOADV(partial);
    FLOATV excess = 0.0f;
    for (int part = first; part < end; ++part, partial += step)
        excess = fma((FLOATV)(min(run, pixels - part * run)), LOADV(partial) - origin, excess);
    Moments moments;
    moments.mean = origin + excess / total;
    moments.squares = 0.0f;
    partial = partials + first * step;
    for (int part = first; part < end; ++part, partial += step) {
        const FLOATV difference = LOADV(partial) - moments.mean;
        moments.squares +=
            fma((FLOATV)(min(run, pixels - part * run)) * difference, difference, LOADV(partial + stride));
    }
    return moments;
}

// All runs of `run` pixels each merged, level by level. What a level leaves stands where its first runs stood, which are read by
// then.
INLINED Moments merged_moments(__global float *partials, int runs, int run, int pixels, int stride)
{
#if MERGING_ROWS > 1
    if (runs > FAN_IN) {
        const int row = get_local_id(1);
        const int parts = (runs + FAN_IN - 1) / FAN_IN;
        Moments part;
        if (row < parts)
            part = merge_runs(partials, row * FAN_IN, min(row * FAN_IN + FAN_IN, runs), run, pixels, stride);
        barrier(CLK_GLOBAL_MEM_FENCE);
        if (row < parts)
            store_moments(part, partials + (size_t)row * 2 * stride, stride);
        barrier(CLK_GLOBAL_MEM_FENCE);
        runs = parts;
        run *= FAN_IN;
    }
#else
    for (; runs > FAN_IN; runs = (runs + FAN_IN - 1) / FAN_IN, run *= FAN_IN)
        for (int first = 0; first < runs; first += FAN_IN)
            store_moments(
                merge_runs(partials, first, min(first + FAN_IN, runs), run, pixels, stride),
                partials + (size_t)(first / FAN_IN) * 2 * stride, stride);
#endif
    return merge_runs(partials, 0, runs, run, pixels, stride);
}

#endif
