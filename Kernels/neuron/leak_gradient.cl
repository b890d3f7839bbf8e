// The gradient of a learned leak, leak = 1 − σ(w), from the sums that neuron/fire_backward.cl leaves:
//
//     ∂L/∂w = −leak·(1 − leak)·Σ ∂L/∂Û[t]·U[t−1]        over time, images, pixels, channels and levels
//
// Layout: partial sums [runs][stride]; w and its gradient are vectors of one channel and seven spare ones.
// Mapping: one item.
// Numerics: runs are merged as in reduction/sums.cl; then channels are added by eight lanes that take turns, and these as pairs.
#define WIDTH 8
#include "common/math.cl"
#include "reduction/sums.cl"

__kernel void leak_gradient(
    __global float *partials,
    __global const float *leak_weight,
    __global float *result,
    const int stride,
    const int runs)
{
    FLOATV sum = 0.0f;
    for (int channel = 0; channel < stride; channel += WIDTH)
        sum += merged_sum(partials + channel, runs, stride);
    const float leak = 1.0f / (1.0f + portable_exp(leak_weight[0]));
    result[0] = -leak * (1.0f - leak) * joined_lanes(sum);
    for (int spare = 1; spare < 8; ++spare)
        result[spare] = 0.0f;
}
