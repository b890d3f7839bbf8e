// The gradient of a learned leak, leak = 1 − σ(w), from the sums that neuron/fire_backward.cl leaves:
//
//     ∂L/∂w = −leak·(1 − leak)·Σ ∂L/∂Û[t]·U[t−1]        over time, images, pixels, channels and levels
//
// Layout: partial sums [runs][stride]; w and its gradient are vectors of one channel and seven spare ones.
// Mapping: one item.
// Numerics: runs are added in their order, then chunks, then lanes.
#include "common/layout.cl"
#include "common/math.cl"

__kernel void leak_gradient(
    __global const float *partials,
    __global const float *leak_weight,
    __global float *result,
    const int stride,
    const int runs)
{
    FLOATV sum = 0.0f;
    for (int channel = 0; channel < stride; channel += WIDTH) {
        FLOATV chunk = 0.0f;
        for (int part = 0; part < runs; ++part)
            chunk += LOADV(partials + (size_t)part * stride + channel);
        sum += chunk;
    }
    const float leak = 1.0f / (1.0f + portable_exp(leak_weight[0]));
    result[0] = -leak * (1.0f - leak) * sum_lanes(sum);
    for (int spare = 1; spare < 8; ++spare)
        result[spare] = 0.0f;
}
