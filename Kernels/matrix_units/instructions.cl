// Matrix instructions, D += A·B, on fragments that the 32 lanes of a warp hold together: one function each.
//
// A warp is 32 work-items with consecutive local ids, in one dimension. All items of a work-group call a function together, for
// where there is no such instruction (MATRIX_UNITS is 0) lanes exchange their fragments through local memory, with barriers: the
// same arithmetic in the same layout, so that kernels can be checked on every device. With MATRIX_UNITS 1 it is NVIDIA's, by
// inline PTX, from compute capability 8.0 on.
//
// multiply_bytes (PTX: mma.m16n8k32, u8 × s8, 32-bit sums, which wrap around): A has 16 rows of 32 terms, B 8 columns of them.
// Of lane 4·g + t:
//   a[r], byte j: row g + 8·(r % 2), term 4·t + 16·(r / 2) + j
//   b[r], byte j: column g, term 4·t + 16·r + j
//   d[r]: row g + 8·(r / 2), column 2·t + r % 2
//
// multiply_bfloats (PTX: mma.m16n8k16, bf16 × bf16, float sums, whose rounding and order are the device's): A has 16 rows of 16
// terms, B 8 columns of them; a register holds two terms, the first in the low half. Of lane 4·g + t:
//   a[r]: row g + 8·(r % 2), terms 2·t + 8·(r / 2) and the next
//   b[r]: column g, terms 2·t + 8·r and the next
//   d[r]: as above
// Source: PTX ISA, matrix fragments of mma.m16n8k32 and mma.m16n8k16.
//
// bfloat_pair (PTX: cvt.rn.bf16x2.f32): two floats as bfloats, rounded to nearest even; the first in the low half.
//
// of_lane (PTX: shfl.sync.bfly): the value that lane `lane ^ mask` of the warp gives.
#include "common/inlined.cl"

#define WARP_LANES 32

#if MATRIX_UNITS
// Fragments are registers only where loops over them are unrolled. (Those of the emulation have barriers, with which compilers
// for CPUs are slow.)
#define UNROLL_FRAGMENTS _Pragma("unroll")
#define FRAGMENT_EXCHANGE(warps) __local uint *const exchange = 0

INLINED void multiply_bytes(int d[4], const uint a[4], const uint b[2], __local uint *exchange)
{
    __asm__ volatile(
        "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

INLINED void multiply_bfloats(float d[4], const uint a[4], const uint b[2], __local uint *exchange)
{
    __asm__ volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

static inline uint bfloat_pair(float low, float high)
{
    uint pair;
    __asm__("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

INLINED float of_lane(float value, int mask, __local uint *exchange)
{
    uint found;
    __asm__ volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, 0xffffffff;" : "=r"(found) : "r"(as_uint(value)), "r"(mask));
    return as_float(found);
}

// Copies 16 bytes past the registers. After finish_copies() and a barrier they are there.
INLINED void copy_quad(__local uint4 *to, __global const uint4 *from)
{
    __asm__ volatile("cp.async.cg.shared.global [%0], [%1], 16;" : : "r"((uint)(size_t)to), "l"(from) : "memory");
}

static inline void finish_copies(void)
{
    __asm__ volatile("cp.async.wait_all;" : : : "memory");
}
#else
#define UNROLL_FRAGMENTS
#define FRAGMENT_REGISTERS 6
// Room for the fragments of A and B of each warp, [register][lane].
#define FRAGMENT_EXCHANGE(warps)                                        \
    __local uint fragments_of_warps[(warps) * FRAGMENT_REGISTERS * WARP_LANES]; \
    __local uint *const exchange =                                      \
        fragments_of_warps + get_local_id(0) / WARP_LANES * (FRAGMENT_REGISTERS * WARP_LANES)

INLINED void multiply_bytes(int d[4], const uint a[4], const uint b[2], __local uint *exchange)
{
    const int lane = get_local_id(0) % WARP_LANES;
    for (int r = 0; r < 4; ++r)
        exchange[r * WARP_LANES + lane] = a[r];
    for (int r = 0; r < 2; ++r)
        exchange[(4 + r) * WARP_LANES + lane] = b[r];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = 0; i < 4; ++i) {
        const int row = lane / 4 + i / 2 * 8;
        const int column = lane % 4 * 2 + i % 2;
        uint sum = as_uint(d[i]);
        for (int term = 0; term < 32; ++term) {
            const int t = term % 16 / 4;
            const uint x = exchange[(row / 8 + term / 16 * 2) * WARP_LANES + row % 8 * 4 + t];
            const uint y = exchange[(4 + term / 16) * WARP_LANES + column * 4 + t];
            const int shift = term % 4 * 8;
            sum += (x >> shift & 255u) * as_uint((int)as_char((uchar)(y >> shift & 255u)));
        }
        d[i] = as_int(sum);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}

INLINED void multiply_bfloats(float d[4], const uint a[4], const uint b[2], __local uint *exchange)
{
    const int lane = get_local_id(0) % WARP_LANES;
    for (int r = 0; r < 4; ++r)
        exchange[r * WARP_LANES + lane] = a[r];
    for (int r = 0; r < 2; ++r)
        exchange[(4 + r) * WARP_LANES + lane] = b[r];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = 0; i < 4; ++i) {
        const int row = lane / 4 + i / 2 * 8;
        const int column = lane % 4 * 2 + i % 2;
        float total = d[i];
        for (int term = 0; term < 16; ++term) {
            const int t = term % 8 / 2;
            const uint x = exchange[(row / 8 + term / 8 * 2) * WARP_LANES + row % 8 * 4 + t];
            const uint y = exchange[(4 + term / 8) * WARP_LANES + column * 4 + t];
            total = fma(as_float(term % 2 == 0 ? x << 16 : x & 0xffff0000u), as_float(term % 2 == 0 ? y << 16 : y & 0xffff0000u), total);
        }
        d[i] = total;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}

static inline uint bfloat_of(float value)
{
    const uint bits = as_uint(value);
    return isnan(value) ? 0x7fffu : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
}

static inline uint bfloat_pair(float low, float high)
{
    return bfloat_of(low) | bfloat_of(high) << 16;
}

INLINED float of_lane(float value, int mask, __local uint *exchange)
{
    const int lane = get_local_id(0) % WARP_LANES;
    exchange[lane] = as_uint(value);
    barrier(CLK_LOCAL_MEM_FENCE);
    const float found = as_float(exchange[lane ^ mask]);
    barrier(CLK_LOCAL_MEM_FENCE);
    return found;
}

INLINED void copy_quad(__local uint4 *to, __global const uint4 *from)
{
    *to = *from;
}

static inline void finish_copies(void)
{
}
#endif

// Two floats as bfloats, and as bfloats what that leaves of them: together 16 bits of each.
static inline uint2 bfloat_limbs(float low, float high)
{
    const uint pair = bfloat_pair(low, high);
    return (uint2)(pair, bfloat_pair(low - as_float(pair << 16), high - as_float(pair & 0xffff0000u)));
}
