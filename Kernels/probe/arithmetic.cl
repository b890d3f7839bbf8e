// Single operations, whose results the host compares with the bits that IEEE 754 asks for: what exact results rest on.
//
// Layout: operations and operands a, b, c, and the results, a word a case; WIDTH neighbouring cases have one operation.
// Mapping: an item of probe_scalars takes a case, one of probe_vectors takes WIDTH.
// Numerics: every operation is written as the other kernels write it.
#include "common/layout.cl"

#define SUM 0
#define PRODUCT 1
#define PRODUCT_PLUS 2
#define MINUS_PRODUCT 3
#define FUSED 4
#define QUOTIENT 5
#define ROOT 6
#define TO_FLOAT 7
#define TO_INTEGER 8
// Any other: whether a > b.

#define COMPUTE(NAME, FLOATS, INTS, AS_INTS, TO_FLOATS, TO_INTS)                    \
    INTS NAME(uint operation, FLOATS a, FLOATS b, FLOATS c)                         \
    {                                                                               \
        switch (operation) {                                                        \
        case SUM: return AS_INTS(a + b);                                            \
        case PRODUCT: return AS_INTS(a * b);                                        \
        case PRODUCT_PLUS: return AS_INTS(a * b + c);                               \
        case MINUS_PRODUCT: return AS_INTS(c - a * b);                              \
        case FUSED: return AS_INTS(fma(a, b, c));                                   \
        case QUOTIENT: return AS_INTS(a / b);                                       \
        case ROOT: return AS_INTS(sqrt(a));                                         \
        case TO_FLOAT: return AS_INTS(TO_FLOATS(AS_INTS(a)));                       \
        case TO_INTEGER: return TO_INTS(rint(a));                                   \
        default: return (a > b) & (INTS)(1);                                        \
        }                                                                           \
    }

COMPUTE(compute_scalar, float, int, as_int, convert_float, convert_int)
COMPUTE(compute_vector, FLOATV, INTV, AS_INTV, JOIN(convert_float, WIDTH), JOIN(convert_int, WIDTH))

__kernel void probe_scalars(
    __global const uint *operations,
    __global const float *a,
    __global const float *b,
    __global const float *c,
    __global int *results)
{
    const size_t at = get_global_id(0);
    results[at] = compute_scalar(operations[at], a[at], b[at], c[at]);
}

__kernel void probe_vectors(
    __global const uint *operations,
    __global const float *a,
    __global const float *b,
    __global const float *c,
    __global uint *results)
{
    const size_t at = get_global_id(0) * WIDTH;
    STORE_WORDS(AS_UINTV(compute_vector(operations[at], LOADV(a + at), LOADV(b + at), LOADV(c + at))), results + at);
}
