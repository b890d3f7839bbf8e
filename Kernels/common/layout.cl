// Vectors of channels, and spikes in words: what kernels on tensors include first.
//
// Layout. Real tensors are [images][height][width][stride] floats: `stride` is the number of channels rounded up to 8,
// spare channels hold 0. Spikes are [images][height][width][words] words of 32 bits: channel 32w + i in bit i of word w,
// spare bits are 0. Time is outermost: image t·N + n is step t of sample n. Kernels keep spare channels and bits at 0.
//
// Mapping. An item owns a run of pixels, and of each of them one vector of WIDTH channels (a "chunk"), or at most MOST_CHUNKS
// chunks that lie side by side, or one word of spikes. Only convolution/simt uses barriers and local memory. In the SIMD
// mapping (CPUs) a work-group has one item, runs are long, and -DWIDTH=16 where the stride is a multiple of 16, else 8; in the
// SIMT mapping (GPUs) runs are short, -DWIDTH=4, and the items of a work-group take what lies side by side in memory.
//
// Sizes. Pixels of a tensor, and as many more as fill the last run, tile or work-group, fit 31 bits; words of it may not, so
// offsets are size_t.
//
// Numerics. Products and sums are fused only where fma() says so: then the backward pass recomputes exactly the
// potentials of the forward pass, and results do not depend on what a compiler likes to fuse.
#ifndef LAYOUT_CL
#define LAYOUT_CL

#pragma OPENCL FP_CONTRACT OFF

#ifndef WIDTH
#define WIDTH 16
#endif
// The constants of an item's chunks stand in private memory while its pixels, each some hundred bytes in one piece, pass by:
// memory that does not fit caches is read and written twice as fast as by single chunks. -DMOST_CHUNKS=1 where a pixel is
// one chunk.
#ifndef MOST_CHUNKS
#define MOST_CHUNKS 16
#endif
// The chunks from channel `first` on that an item takes of a pixel, `most` where there are so many.
#define CHUNKS_FROM(first, most, stride) (MOST_CHUNKS == 1 ? 1 : min(most, ((stride) - (first)) / WIDTH))

// The item's place in a range of runs of `inner` parts each, which stands in dimension 0, a run's parts side by side: some
// drivers limit the work-groups of the other dimensions to 65,535.
#define INNER_ITEM(inner) ((int)((uint)get_global_id(0) % (uint)(inner)))
#define OUTER_ITEM(inner) ((int)((uint)get_global_id(0) / (uint)(inner)))

#define JOIN_NOW(a, b) a##b
#define JOIN(a, b) JOIN_NOW(a, b)

#define FLOATV JOIN(float, WIDTH)
#define INTV JOIN(int, WIDTH)
#define UINTV JOIN(uint, WIDTH)
#define AS_FLOATV JOIN(as_float, WIDTH)
#define AS_INTV JOIN(as_int, WIDTH)
#define AS_UINTV JOIN(as_uint, WIDTH)

// A vector at a pointer to its first word, and back. Chunks lie aligned to their size: buffers do, pixels are whole chunks
// apart. (vload and vstore, which ask for less, cost several times as much with PoCL 3.1: they fall into pieces of 8
// bytes.)
#define LOADV(pointer) (*(__global const FLOATV *)(pointer))
#define STOREV(vector, pointer) (*(__global FLOATV *)(pointer) = (vector))
#define LOAD_WORDS(pointer) (*(__global const UINTV *)(pointer))
#define STORE_WORDS(vector, pointer) (*(__global UINTV *)(pointer) = (vector))

#if WIDTH == 16
#define LANES ((INTV)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#elif WIDTH == 8
#define LANES ((INTV)(0, 1, 2, 3, 4, 5, 6, 7))
#elif WIDTH == 4
#define LANES ((INTV)(0, 1, 2, 3))
#elif WIDTH == 2
#define LANES ((INTV)(0, 1))
#else
#error "WIDTH is 2, 4, 8 or 16"
#endif

#define LANE_BITS ((UINTV)(1u) << AS_UINTV(LANES))

// `vector` where the mask is all ones, 0 where it is 0.
#define MASKED(mask, vector) AS_FLOATV(AS_INTV(vector) & (mask))

// Comparing vectors gives all ones where it holds: masks of the lowest WIDTH bits of a word.
INTV expand_spikes(uint bits)
{
    return (LANE_BITS & (UINTV)(bits)) != (UINTV)(0u);
}

// 1.0 where a bit is set, else 0.
FLOATV spikes_as_floats(uint bits)
{
    return MASKED(expand_spikes(bits), (FLOATV)(1.0f));
}

// All lanes joined by an operator, halves first, in a fixed order.
#define JOIN_FOUR(four, operator) (((four).x operator (four).z) operator ((four).y operator (four).w))
#define JOIN_EIGHT(eight, operator) JOIN_FOUR((eight).lo operator (eight).hi, operator)
#if WIDTH == 16
#define JOIN_LANES(lanes, operator) JOIN_EIGHT((lanes).lo operator (lanes).hi, operator)
#elif WIDTH == 8
#define JOIN_LANES(lanes, operator) JOIN_EIGHT(lanes, operator)
#elif WIDTH == 4
#define JOIN_LANES(lanes, operator) JOIN_FOUR(lanes, operator)
#else
#define JOIN_LANES(lanes, operator) ((lanes).x operator (lanes).y)
#endif

// The OR of all lanes.
uint or_lanes(UINTV lanes)
{
    return JOIN_LANES(lanes, |);
}

// The bits of the chunk that starts at channel `channel` of `pixel`, in the lowest WIDTH bits (others above them).
uint load_spikes(__global const uint *spikes, size_t pixel, int words, int channel)
{
    return spikes[pixel * (size_t)words + (channel >> 5)] >> (channel & 31);
}

// All ones in the lanes of a chunk whose channels count.
INTV counting_lanes(int channel, int channels)
{
    return LANES < (INTV)(channels - channel);
}

#endif
