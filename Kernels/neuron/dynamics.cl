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
#else
#define THRESHOLD_PARAMETERS const float threshold0
#define THRESHOLDS {threshold0}
#endif

#if LEARNED_LEAK
#define LEAK_PARAMETER __global const float *leak_weight
#define LEAK (1.0f / (1.0f + exp(leak_weight[0])))
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
// e^y for y ≤ 0, within 2 units in the last place, NaN for NaN: 2^n·e^r with n = round(y / ln 2) and |r| ≤ ln 2 / 2, e^r by
// the polynomial of Cephes' expf. With the built-in function a backward pass took 8 % longer under PoCL 3.1.
FLOATV exp_of_negative(FLOATV y)
{
    // Below, the result is no normal number any more.
    y = select(y, (FLOATV)(-87.0f), y < (FLOATV)(-87.0f));
    // Adding 1.5·2²³ rounds to an integer, which then stands in the lowest bits.
    const FLOATV rounded = fma(y, (FLOATV)(1.44269504f), (FLOATV)(12582912.0f));
    const FLOATV n = rounded - 12582912.0f;
    const FLOATV r = fma(n, (FLOATV)(2.12194440e-4f), fma(n, (FLOATV)(-0.693359375f), y));
    FLOATV power = (FLOATV)(1.9875691500e-4f);
    power = fma(power, r, (FLOATV)(1.3981999507e-3f));
    power = fma(power, r, (FLOATV)(8.3334519073e-3f));
    power = fma(power, r, (FLOATV)(4.1665795894e-2f));
    power = fma(power, r, (FLOATV)(1.6666665459e-1f));
    power = fma(power, r, (FLOATV)(5.0000001201e-1f));
    power = fma(power, r * r, r + 1.0f);
    return power * AS_FLOATV((AS_INTV(rounded) - 0x4b400000 + 127) << 23);
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
    // scale·σ(slope·x)·(1 − σ(slope·x)), symmetric in x
    const FLOATV e = exp_of_negative(-slope * fabs(x));
    return scale * e / ((1.0f + e) * (1.0f + e));
#elif SURROGATE == ARCTAN
    // scale / (1 + (slope·x)²)
    const FLOATV y = slope * x;
    return scale / fma(y, y, (FLOATV)(1.0f));
#elif SURROGATE == RECTANGLE
    // scale on |x| < slope
    return MASKED(fabs(x) < (FLOATV)(slope), (FLOATV)(scale));
#elif SURROGATE == DSPIKE
    // scale·sech²(slope·x) on |x| ≤ ½
    const FLOATV e = exp_of_negative(-2.0f * slope * fabs(x));
    return MASKED(fabs(x) <= (FLOATV)(0.5f), scale * 4.0f * e / ((1.0f + e) * (1.0f + e)));
#else
#error "unknown SURROGATE"
#endif
}

#endif
