// exp and log made of IEEE operations: built-in functions may round differently on every device, these give the same bits
// wherever sums, products, fma and rint are IEEE's, and wherever PortableMath.swift runs, their twin on the host.
//
//     exp: x = n·ln 2 + r, n = rint(x / ln 2):  2ⁿ·(1 + r + r²·p(r))
//     log: x = 2ᵏ·(1 + f), ⅔ ≤ 1 + f < 4/3:     k·ln 2 + (f + f²·q(f))
//
// p and q make the largest error small; ln 2 is the sum of two floats.
//
// Numerics: errors below 1 unit in the last place. No denormal number enters or leaves the arithmetic, so that devices that
// flush them agree: exp(x) below the smallest normal number is 0; log takes denormal numbers apart as integers.
#ifndef MATH_CL
#define MATH_CL

#pragma OPENCL FP_CONTRACT OFF

#define LN2_HIGH 0x1.62e43p-1f
#define LN2_LOW -0x1.05c61p-29f

// eˣ: ∞ from 128·ln 2 on, 0 below −126·ln 2, not a number where x is not.
float portable_exp(float x)
{
    if (!(x < 0x1.62e43p+6f))
        return x >= 0x1.62e43p+6f ? INFINITY : NAN;
    if (x < -0x1.5d589ep+6f)
        return 0.0f;
    const float n = rint(x * 0x1.715476p+0f);
    const float r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
    float p = 0x1.6a2256p-10f;
    p = fma(p, r, 0x1.123b02p-7f);
    p = fma(p, r, 0x1.5558f8p-5f);
    p = fma(p, r, 0x1.55549p-3f);
    p = fma(p, r, 0x1.fffffcp-2f);
    const float power = 1.0f + fma(r * r, p, r);
    return as_float(as_uint(power) + ((uint)(int)n << 23));
}

// ln x: −∞ of both zeros, ∞ of ∞, not a number where x is negative or not a number.
float portable_log(float x)
{
    uint bits = as_uint(x);
    if ((bits & 0x7fffffffu) == 0u)
        return -INFINITY;
    if (bits == 0x7f800000u)
        return INFINITY;
    if (bits > 0x7f800000u)
        return NAN;
    int exponent = 0;
    if (bits < 0x00800000u) {
        const int shift = (int)clz(bits) - 8;
        bits <<= shift;
        exponent = -shift;
    }
    // From the bits of ⅔ on.
    const int k = ((int)bits - 0x3f2aaaab) >> 23;
    const float f = as_float(bits - ((uint)k << 23)) - 1.0f;
    const float twos = (float)(exponent + k);
    float q = -0x1.0e2ad4p-3f;
    q = fma(q, f, 0x1.1df33cp-3f);
    q = fma(q, f, -0x1.f03c1p-4f);
    q = fma(q, f, 0x1.1ef19cp-3f);
    q = fma(q, f, -0x1.55b7e8p-3f);
    q = fma(q, f, 0x1.99ce42p-3f);
    q = fma(q, f, -0x1.fffe5ep-3f);
    q = fma(q, f, 0x1.55550cp-2f);
    q = fma(q, f, -0.5f);
    return fma(twos, LN2_HIGH, f + fma(twos, LN2_LOW, q * (f * f)));
}

#endif
