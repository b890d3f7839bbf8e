// The neuron's equations, for forward and backward alike:
//
//     Û[t] = leak·U[t−1] + x[t],  U[−1] = 0        Y[t] = Û[t] ≥ threshold
//     U[t] = (1 − Y[t])·Û[t]  (hard reset)         U[t] = Û[t] − threshold·Y[t]  (soft reset)
//
// and the surrogates S(x), x = Û − threshold, which stand in for ∂Y/∂Û. A neuron of several levels (Feng et al.) is LEVELS
// such neurons with thresholds of their own on one input. A learned leak is 1 − σ(w).
//
// Specialised by -D TIME_STEPS, NORMALIZED (a batch norm is applied to the input first), STATIC_INPUT (one picture
// stands at every step), SOFT_RESET, DETACH_RESET, SURROGATE, LEVELS (1 to 4), LEARNED_LEAK.
// Numerics: one fma a step; Û is bit for bit the same wherever it is computed.
#ifndef DYNAMICS_CL
#define DYNAMICS_CL

#include "common/math.cl"
#include "normalization/affine.cl"

#define TRIANGULAR 0
#define SIGMOID 1
#define ARCTAN 2
#define RECTANGLE 3
#define DSPIKE 4

#if LEVELS > 1
#define THRESHOLD_PARAMETERS \
    const float threshold0, const float threshold1, const float threshold2, const float threshold3
#define THRESHOLDS {threshold0, threshold1, threshold2, threshold3}
#define THRESHOLD_ROOM 4
#else
#define THRESHOLD_PARAMETERS const float threshold0
#define THRESHOLDS {threshold0}
#define THRESHOLD_ROOM 1
#endif

#if LEARNED_LEAK
#define LEAK_PARAMETER __global const float *leak_weight
#define LEAK (1.0f / (1.0f + portable_exp(leak_weight[0])))
#else
#define LEAK_PARAMETER const float fixed_leak
#define LEAK fixed_leak
#endif

FLOATV reset_potential(FLOATV potential, INTV fired, float threshold)
{
#if SOFT_RESET
    return potential - MASKED(fired, (FLOATV)(threshold));
#else
    return MASKED(~fired, potential);
#endif
}

#if SURROGATE == SIGMOID || SURROGATE == DSPIKE
// sech²(z/2), within 3·10⁻⁷ for every z, 0 for infinite ones, NaN for NaN: the reciprocal of an even polynomial whose
// coefficients make the largest error small; they are near those of (1 + cosh z)/2, and all positive, so that it falls to
// 0 beyond the range where sech² is more than its error. It takes half the operations of an exponential.
FLOATV bell(FLOATV z)
{
    const FLOATV square = z * z;
    FLOATV sum = (FLOATV)(6.7149411e-14f);
    sum = fma(sum, square, (FLOATV)(1.14203284e-13f));
    sum = fma(sum, square, (FLOATV)(1.3555912e-9f));
    sum = fma(sum, square, (FLOATV)(1.29470749e-7f));
    sum = fma(sum, square, (FLOATV)(1.25087481e-5f));
    sum = fma(sum, square, (FLOATV)(6.93798763e-4f));
    sum = fma(sum, square, (FLOATV)(2.08348781e-2f));
    sum = fma(sum, square, (FLOATV)(2.49998972e-1f));
    sum = fma(sum, square, (FLOATV)(1.0f));
    return 1.0f / sum;
}
#endif

// `scale` and `slope` are numbers of the surrogate, as computed by the host.
FLOATV surrogate(FLOATV x, float scale, float slope)
{
#if SURROGATE == TRIANGULAR
    // scale·max(0, 1 − |x|)
    const FLOATV y = 1.0f - fabs(x);
    return scale * MASKED(y > (FLOATV)(0.0f), y);
#elif SURROGATE == SIGMOID
    // scale·σ(slope·x)·(1 − σ(slope·x))
    return 0.25f * scale * bell(slope * x);
#elif SURROGATE == ARCTAN
    // scale / (1 + (slope·x)²)
    const FLOATV y = slope * x;
    return scale / fma(y, y, (FLOATV)(1.0f));
#elif SURROGATE == RECTANGLE
    // scale on |x| < slope
    return MASKED(fabs(x) < (FLOATV)(slope), (FLOATV)(scale));
#elif SURROGATE == DSPIKE
    // scale·sech²(slope·x) on |x| ≤ ½
    return MASKED(fabs(x) <= (FLOATV)(0.5f), scale * bell(2.0f * slope * x));
#else
#error "unknown SURROGATE"
#endif
}

#endif
