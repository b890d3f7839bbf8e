// What gradients of weights are sums of: floats; or, with -D INTEGERS=1 (portable numerics, input spikes), integers of the grid of
// their output channel, which portable/quantize_gradient.cl makes of ∂L/∂y, so that the sums have no rounding and no order.
// See Sources/LSNTensors/GradientGrid.swift.
#ifndef GRADIENT_TERMS_CL
#define GRADIENT_TERMS_CL

#include "common/layout.cl"

#if INTEGERS
#define TERM int
#else
#define TERM float
#endif
#define TERMV JOIN(TERM, WIDTH)

#define LOAD_TERMS(pointer) (*(__global const TERMV *)(pointer))
#define STORE_TERMS(vector, pointer) (*(__global TERMV *)(pointer) = (vector))

#endif
