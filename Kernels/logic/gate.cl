// The logic gate, on packed words (eqs. 6, 8–10 of the LSN paper):
//
//     X' = E where E ≠ I, else X
//     ∂X'/∂X = 1 − E − I + 2EI     ∂X'/∂E = 1 − X − I + 2XI     ∂X'/∂I = 2XE − X − E
//
// For spikes the three derivatives are masks: [E = I], [X = I], −[X ≠ E].
//
// The gates of SEW-ResNet (Fang et al.), O the branch; -D NEGATED=1 is IAND, else AND:
//
//     AND:  X' = X·O          ∂X'/∂X = O         ∂X'/∂O = X
//     IAND: X' = X·(1 − O)    ∂X'/∂X = 1 − O     ∂X'/∂O = −X
//
// Layout: words as in common/layout.cl; gradients are [pixels][stride] floats. ∂L/∂X is written over ∂L/∂X'.
// Mapping: logic_gate and spike_gate take a run of words, a vector at a time; the backward kernels a run of pixels, `item_width`
// channels of each: on a CPU all, so that memory is gone through in its order.
// Numerics: exact. Spare bits and channels stay 0.
#include "common/layout.cl"

__kernel void logic_gate(
    __global const uint *input,
    __global const uint *excitatory,
    __global const uint *inhibitory,
    __global uint *output,
    const int count,
    const int run)
{
    const int begin = (int)get_global_id(0) * run;
    const int end = begin + min(run, count - begin);
    int at = begin;
    for (; at + WIDTH <= end; at += WIDTH) {
        const UINTV x = LOAD_WORDS(input + at);
        const UINTV e = LOAD_WORDS(excitatory + at);
        const UINTV i = LOAD_WORDS(inhibitory + at);
        STORE_WORDS(bitselect(x, e, e ^ i), output + at);
    }
    for (; at < end; ++at)
        output[at] = bitselect(input[at], excitatory[at], excitatory[at] ^ inhibitory[at]);
}

__kernel void logic_gate_backward(
    __global float *gradient,
    __global const uint *input,
    __global const uint *excitatory,
    __global const uint *inhibitory,
    __global float *excitatory_gradient,
    __global float *inhibitory_gradient,
    const int pixels,
    const int stride,
    const int words,
    const int item_width,
    const int run)
{
    const int items = stride / item_width;
    const int first = INNER_ITEM(items) * item_width;
    const int begin = OUTER_ITEM(items) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        for (int channel = first; channel < first + item_width; channel += WIDTH) {
            const uint x = load_spikes(input, pixel, words, channel);
            const uint e = load_spikes(excitatory, pixel, words, channel);
            const uint i = load_spikes(inhibitory, pixel, words, channel);
            const size_t at = (size_t)pixel * stride + channel;
            const FLOATV g = LOADV(gradient + at);
            STOREV(MASKED(expand_spikes(~(e ^ i)), g), gradient + at);
            STOREV(MASKED(expand_spikes(~(x ^ i)), g), excitatory_gradient + at);
            STOREV(MASKED(expand_spikes(x ^ e), -g), inhibitory_gradient + at);
        }
    }
}

#if NEGATED
#define PASSING(o) (~(o))
#define SIGNED(g) (-(g))
#else
#define PASSING(o) (o)
#define SIGNED(g) (g)
#endif

__kernel void spike_gate(
    __global const uint *input, __global const uint *branch, __global uint *output, const int count, const int run)
{
    const int begin = (int)get_global_id(0) * run;
    const int end = begin + min(run, count - begin);
    int at = begin;
    for (; at + WIDTH <= end; at += WIDTH)
        STORE_WORDS(LOAD_WORDS(input + at) & PASSING(LOAD_WORDS(branch + at)), output + at);
    for (; at < end; ++at)
        output[at] = input[at] & PASSING(branch[at]);
}

__kernel void spike_gate_backward(
    __global float *gradient,
    __global const uint *input,
    __global const uint *branch,
    __global float *branch_gradient,
    const int pixels,
    const int stride,
    const int words,
    const int item_width,
    const int run)
{
    const int items = stride / item_width;
    const int first = INNER_ITEM(items) * item_width;
    const int begin = OUTER_ITEM(items) * run;
    const int end = begin + min(run, pixels - begin);
    for (int pixel = begin; pixel < end; ++pixel) {
        for (int channel = first; channel < first + item_width; channel += WIDTH) {
            const uint x = load_spikes(input, pixel, words, channel);
            const uint o = load_spikes(branch, pixel, words, channel);
            const size_t at = (size_t)pixel * stride + channel;
            const FLOATV g = LOADV(gradient + at);
            STOREV(MASKED(expand_spikes(PASSING(o)), g), gradient + at);
            STOREV(MASKED(expand_spikes(x), SIGNED(g)), branch_gradient + at);
        }
    }
}
