// Convolutions as implicit GEMMs, for devices whose work-items are lanes (GPUs): a work-group makes a tile of a matrix
// product, TILE_ROWS by TILE_COLUMNS results, from operands that its items bring to local memory together, a step of the
// sum at a time; the matrix of windows exists nowhere else.
//
// Mapping. A work-group has SIDE × SIDE items; item (x, y) makes the rows y + SIDE·r, r < ROWS, and the columns
// x + SIDE·c, c < COLUMNS: neighbouring items read neighbouring words of local memory and write neighbouring words of the
// result. All items pass every barrier.
// Specialised by: ROWS, COLUMNS, and what every convolution is (CHANNELS, OUTPUTS, WORDS, IN_STRIDE, OUT_STRIDE, KH, KW,
// STRIDE, PAD).
// Numerics: fused multiply-adds, in the order of the sum, the same for every result.
#include "common/inlined.cl"
#include "convolution/order.cl"
#include "convolution/simt/window_pixels.cl"

#define SIDE 16
#define ITEMS (SIDE * SIDE)
#define TILE_ROWS (SIDE * ROWS)
#define TILE_COLUMNS (SIDE * COLUMNS)
// From one term of the left operand to the next: items that read a column of it hit different banks.
#define LEFT_STRIDE (TILE_ROWS + 1)
// Terms of the sum that stand in local memory at a time.
#define DEPTH 32
#define TAPS (KH * KW)
#define LOCAL_X ((int)get_local_id(0))
#define LOCAL_Y ((int)get_local_id(1))
#define ITEM (LOCAL_Y * SIDE + LOCAL_X)
// The work-group's tile of a result of so many columns: tiles of a row of them side by side, all in dimension 0, since some
// drivers limit the work-groups of the others to 65,535.
#define TILES_ACROSS(columns) (((columns) + TILE_COLUMNS - 1) / TILE_COLUMNS)
#define TILE_ACROSS(columns) ((int)get_group_id(0) % TILES_ACROSS(columns))
#define TILE_DOWN(columns) ((int)get_group_id(0) / TILES_ACROSS(columns))

static inline void clear_sums(float sums[ROWS][COLUMNS])
{
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            sums[r][c] = 0.0f;
}

// Adds `depth` terms of real operands, which stand term by term.
INLINED void add_products(
    float sums[ROWS][COLUMNS], __local const float *left, __local const float *right, int depth, int x, int y)
{
    for (int k = 0; k < depth; ++k) {
        float factors[COLUMNS];
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            factors[c] = right[k * TILE_COLUMNS + x + SIDE * c];
#pragma unroll
        for (int r = 0; r < ROWS; ++r) {
            const float value = left[k * LEFT_STRIDE + y + SIDE * r];
#pragma unroll
            for (int c = 0; c < COLUMNS; ++c)
                sums[r][c] = fma(value, factors[c], sums[r][c]);
        }
    }
}

// `depth` channels of the pixels that `sources` names, from `channel` on; 0 where there is no pixel.
INLINED void load_values(
    __global const float *values, __local float *left, __local const int *sources, int stride, int channel, int depth)
{
    for (int i = ITEM; i < DEPTH * TILE_ROWS; i += ITEMS) {
        const int k = i % DEPTH;
        const int row = i / DEPTH;
        if (k < depth)
            left[k * LEFT_STRIDE + row] =
                sources[row] >= 0 ? values[(size_t)sources[row] * stride + channel + k] : 0.0f;
    }
}
