// The gradient of weights from integer sums of its partitions: result[i] = float(sum of partial[partition][i]) * 2^-e, with the
// exponent e of the output channel, whose grid is [2][OUT_STRIDE] floats (convolution/quantized_weights.cl).
//
// A work-item makes 8 neighbouring values: global (count / 8). `count` is a multiple of OUT_STRIDE, and that of 8.
// Numerics: sums of 64 bits are exact; they are rounded once, ties to even. (By integers: what a device makes of a 64-bit
// conversion need not be known.)
static inline float nearest_float(long sum)
{
    const ulong magnitude = abs(sum);
    const int dropped = max(0, 40 - (int)clz(magnitude));
    const ulong kept = magnitude >> dropped;
    const ulong rest = magnitude - (kept << dropped);
    const ulong midway = dropped > 0 ? 1ul << (dropped - 1) : 1ul;
    const int up = rest > midway || (rest == midway && (kept & 1ul)) ? 1 : 0;
    const float value = (float)((int)kept + up) * as_float((127 + dropped) << 23);
    return sum < 0 ? -value : value;
}

__kernel void sum_integers(
    __global const int *partial, __global const float *grid, __global float *result, uint count, int partitions)
{
    const size_t first = (size_t)get_global_id(0) * 8;
    long sums[8];
    for (int i = 0; i < 8; i++)
        sums[i] = 0;
    for (int partition = 0; partition < partitions; partition++)
        for (int i = 0; i < 8; i++)
            sums[i] += partial[(size_t)partition * count + first + i];
    __global const float *unscale = grid + OUT_STRIDE + first % OUT_STRIDE;
    for (int i = 0; i < 8; i++)
        result[first + i] = nearest_float(sums[i]) * unscale[i];
}
