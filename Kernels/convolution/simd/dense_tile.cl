// What the convolutions of real values share (dense_forward.cl, dense_backward_data.cl): a tile of TILE_PIXELS pixels of a
// row times TILE_VECTORS vectors of WIDTH channels, held in registers, to which one window position after the other adds.
//
// The source row that a tile needs is first packed into a panel in private memory, PANEL_COLUMNS columns by PANEL_CHANNELS
// channels with zeros outside the image, so that the inner loop has no borders and constant distances. (Pixels start at
// multiples of 8 floats, so vectors of 8 lie aligned.)
//
// Specialised by: SOURCE_STRIDE (floats from one source pixel to the next), WEIGHT_STRIDE (floats from the weights of one
// source channel to those of the next), COLUMN_STEP (source columns from one pixel of the tile to the next),
// PANEL_COLUMNS, TILE_PIXELS, TILE_VECTORS, WIDTH.
#include "convolution/order.cl"

#define PANEL_CHANNELS (SOURCE_STRIDE < BLOCK ? SOURCE_STRIDE : BLOCK)

// Packs `channels` (a multiple of 8) channels from `channel` on of PANEL_COLUMNS columns from `left` on.
static inline void pack_row(
    float8 *panel, __global const float *line, int left, int width, int channel, int channels)
{
    for (int column = 0; column < PANEL_COLUMNS; column++) {
        const int x = left + column;
        float8 *to = panel + column * (PANEL_CHANNELS / 8);
        if (x >= 0 && x < width) {
            __global const float8 *from = (__global const float8 *)(line + (size_t)x * SOURCE_STRIDE + channel);
            for (int i = 0; i < channels / 8; i++)
                to[i] = from[i];
        } else {
            for (int i = 0; i < channels / 8; i++)
                to[i] = (float8)(0.0f);
        }
    }
}

// Adds the products of one window position: sums[p][v] += panel[p][c] * weights[c][v] over `channels` channels.
static inline void multiply_tap(
    FLOATV sums[TILE_PIXELS][TILE_VECTORS], const float *panel, __global const float *weights, int channels)
{
    for (int c = 0; c < channels; c++) {
        FLOATV weight[TILE_VECTORS];
#pragma unroll
        for (int v = 0; v < TILE_VECTORS; v++)
            weight[v] = LOADV(weights + (size_t)c * WEIGHT_STRIDE + v * WIDTH);
#pragma unroll
        for (int p = 0; p < TILE_PIXELS; p++)
#pragma unroll
            for (int v = 0; v < TILE_VECTORS; v++)
                sums[p][v] = fma((FLOATV)(panel[p * COLUMN_STEP * PANEL_CHANNELS + c]), weight[v], sums[p][v]);
    }
}
