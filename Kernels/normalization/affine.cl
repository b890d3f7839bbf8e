// A batch norm, given its statistics, as one multiplication and one addition:
//
//     y = (x − mean)·scale + bias,     scale = weight·gain·inverse deviation
//
// Numerics: the difference is rounded, then one fma. Statistics and parameters are 0 in spare channels, so y is too.
#ifndef AFFINE_CL
#define AFFINE_CL

#include "common/layout.cl"

typedef struct {
    FLOATV mean;
    FLOATV scale;
    FLOATV bias;
} Affine;

Affine load_affine(
    __global const float *statistics,
    __global const float *weight,
    __global const float *bias,
    int stride,
    int channel,
    float gain)
{
    Affine affine;
    affine.mean = LOADV(statistics + channel);
    affine.scale = LOADV(weight + channel) * gain * LOADV(statistics + stride + channel);
    affine.bias = LOADV(bias + channel);
    return affine;
}

FLOATV apply_affine(Affine affine, FLOATV x)
{
    return fma(x - affine.mean, affine.scale, affine.bias);
}

#endif
