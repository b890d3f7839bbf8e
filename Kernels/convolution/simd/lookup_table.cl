// What the kernels by look-up table share: how the spikes of a pixel select rows of a table.
//
// The spikes of four neighbouring channels, a nibble of their word, form a number from 0 to 15. For a window position and
// a nibble a table holds one row of WIDTH output channels for each of the 16. A 32-channel word of spikes thus selects
// 8 rows, which stand for 32 multiply-adds a lane.
//
// Specialised by: CHANNELS (input channels), WORDS (words a pixel), KH, KW, STRIDE, PAD, OUT_STRIDE (floats from one
// output pixel to the next), WIDTH.
#include "common/layout.cl"

// Nibbles in a word. Spikes of channels that do not exist are 0, so they select row 0.
#define NIBBLES (WORDS == 1 ? (CHANNELS + 3) / 4 : 8)
#define ROWS 16

// The row that `spikes` select in the table of `nibble`.
static inline int selected_row(uint spikes, int nibble)
{
    return nibble * ROWS + (spikes >> 4 * nibble & 15);
}

// The word of input column `x`, or silence outside the image.
static inline uint spikes_at(__global const uint *line, int x, int width)
{
    return x >= 0 && x < width ? line[(size_t)x * WORDS] : 0;
}
