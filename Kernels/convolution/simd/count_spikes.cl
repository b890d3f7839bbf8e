// How many spikes a tensor holds, in parts, for kernels that choose their way by it.
//
// A work-item counts its share of `pixels` pixels of `words` words: global (parts).
__kernel void count_spikes(__global const uint *spikes, __global ulong *counts, int pixels, int words)
{
    const ulong all = (ulong)pixels * words;
    const ulong share = (all + get_global_size(0) - 1) / get_global_size(0);
    const ulong first = min(get_global_id(0) * share, all);
    const ulong end = min(first + share, all);
    ulong count = 0;
    for (ulong i = first; i < end; i++)
        count += popcount(spikes[i]);
    counts[get_global_id(0)] = count;
}
