// Bits of 32 words of 32 bits, exchanged so that bit i of word j becomes bit j of word i (Warren, Hacker's Delight, 7-3),
// all words at once in two vectors.
#ifndef TRANSPOSE_BITS_CL
#define TRANSPOSE_BITS_CL

// Words whose numbers differ in one bit exchange the half of their bits whose numbers differ in the same: `low` marks the
// half that a word with a 0 there keeps, `upper` the words with a 1.
static inline uint16 exchange_bits(uint16 words, uint16 others, uint shift, uint low, uint16 upper)
{
    return select((words & low) | ((others & low) << shift), (words & ~low) | ((others & ~low) >> shift), upper);
}

static inline uint16 transpose_halves(uint16 words)
{
#define U 0xffffffffu
    words = exchange_bits(
        words, words.s89abcdef01234567, 8, 0x00ff00ffu, (uint16)(0, 0, 0, 0, 0, 0, 0, 0, U, U, U, U, U, U, U, U));
    words = exchange_bits(
        words, words.s45670123cdef89ab, 4, 0x0f0f0f0fu, (uint16)(0, 0, 0, 0, U, U, U, U, 0, 0, 0, 0, U, U, U, U));
    words = exchange_bits(
        words, words.s23016745ab89efcd, 2, 0x33333333u, (uint16)(0, 0, U, U, 0, 0, U, U, 0, 0, U, U, 0, 0, U, U));
    return exchange_bits(
        words, words.s1032547698badcfe, 1, 0x55555555u, (uint16)(0, U, 0, U, 0, U, 0, U, 0, U, 0, U, 0, U, 0, U));
#undef U
}

static inline void transpose_bits(uint words[32])
{
    const uint16 low = vload16(0, words);
    const uint16 high = vload16(1, words);
    vstore16(transpose_halves((low & 0xffffu) | (high << 16)), 0, words);
    vstore16(transpose_halves((low >> 16) | (high & 0xffff0000u)), 1, words);
}

#endif
