// The gradient of a convolution's weights when the input is spikes, stride 1: dL/dweight[o, i, a, b] = the sum of
// dL/dy[n, o, h, w] over the pixels at which input i of window position (a, b) fired.
//
// Sparse: channel by channel, the sums of all window positions stay in registers while every spike of the channel in a tile
// of pixels adds the KH * KW gradients around it. Nothing but spikes costs time, each one load and add for a vector.
//
// A tile is TILE_IMAGES images by TILE_ROWS rows by TILE_COLUMNS columns of input pixels. Its part of the gradient, with a
// border of zeros where the output ends, lies in private memory that stays in the first-level cache; its spikes are
// transposed so that a channel's stand side by side.
// A work-item makes VECTORS vectors of output channels of all window positions and input channels, over one partition of
// the tiles: global (chunks / VECTORS, partitions).
// Partial results: [partition][ky][kx][channel][OUT_STRIDE]; sum_partitions adds them in order, or sum_integers exactly.
// Specialised further by: WIDTH, VECTORS, TILE_IMAGES, TILE_ROWS, TILE_COLUMNS, INTEGERS (convolution/gradient_terms.cl).
// Numerics: sums over the tiles of a partition in their order, within a tile over images, rows and columns; exact with INTEGERS.
#include "common/transpose_bits.cl"
#include "convolution/gradient_terms.cl"

#define TAPS (KH * KW)
#define TILE (TILE_IMAGES * TILE_ROWS * TILE_COLUMNS)
#define LOCAL_ROWS (TILE_ROWS + KH - 1)
#define LOCAL_COLUMNS (TILE_COLUMNS + KW - 1)
#define LONGS ((TILE + 63) / 64)

// Where a tile lies.
typedef struct {
    int image, row, column;
} Place;

// Output rows and columns that the tile's spikes add to, at their places relative to the tile; 0 beyond the output.
static inline void load_gradient(
    __global const TERM *gradient, Place at, int images, int out_height, int out_width,
    TERMV local_gradient[TILE_IMAGES * LOCAL_ROWS * LOCAL_COLUMNS * VECTORS])
{
    for (int n = 0; n < TILE_IMAGES; n++)
        for (int r = 0; r < LOCAL_ROWS; r++) {
            const int row = at.row + PAD - (KH - 1) + r;
            const bool is_row = at.image + n < images && row >= 0 && row < out_height;
            const size_t line = ((size_t)(at.image + n) * out_height + row) * out_width;
            TERMV *to = local_gradient + (n * LOCAL_ROWS + r) * LOCAL_COLUMNS * VECTORS;
            for (int c = 0; c < LOCAL_COLUMNS; c++) {
                const int column = at.column + PAD - (KW - 1) + c;
                if (is_row && column >= 0 && column < out_width)
                    for (int v = 0; v < VECTORS; v++)
                        to[c * VECTORS + v] = LOAD_TERMS(gradient + (line + column) * OUT_STRIDE + v * WIDTH);
                else
                    for (int v = 0; v < VECTORS; v++)
                        to[c * VECTORS + v] = (TERMV)(0);
            }
        }
}

// The spikes of the tile's pixels 32·part … 32·part + 31, a word for each channel of `word`.
static inline void load_spikes_by_channel(
    __global const uint *spikes, Place at, int images, int height, int width, int word, int part, uint words[32])
{
    for (int i = 0; i < 32; i++) {
        const int p = part * 32 + i;
        const int column = at.column + p % TILE_COLUMNS;
        const int row = at.row + p / TILE_COLUMNS % TILE_ROWS;
        const int image = at.image + p / (TILE_COLUMNS * TILE_ROWS);
        const bool exists = p < TILE && column < width && row < height && image < images;
        words[i] = exists ? spikes[(((size_t)image * height + row) * width + column) * WORDS + word] : 0u;
    }
    transpose_bits(words);
}

__kernel void sparse_backward_filter(
    __global const uint *spikes, __global const TERM *gradient, __global TERM *partial, int height, int width,
    int out_height, int out_width, int images, int tiles, int partition_tiles)
{
    const int chunk = get_global_id(0) * VECTORS;
    const int first = get_global_id(1) * partition_tiles;
    const int end = min(first + partition_tiles, tiles);
    const int across = (width + TILE_COLUMNS - 1) / TILE_COLUMNS;
    const int down = (height + TILE_ROWS - 1) / TILE_ROWS;
    const size_t tap_floats = (size_t)CHANNELS * OUT_STRIDE;
    __global TERM *result = partial + get_global_id(1) * TAPS * tap_floats + chunk * WIDTH;

    TERMV local_gradient[TILE_IMAGES * LOCAL_ROWS * LOCAL_COLUMNS * VECTORS];
    ulong fired[32][LONGS];
    // Of a pixel of the tile, the place of the first gradient that its spikes add.
    int places[LONGS * 64];
    for (int p = 0; p < LONGS * 64; p++)
        places[p] = (p / (TILE_COLUMNS * TILE_ROWS) * LOCAL_ROWS + p / TILE_COLUMNS % TILE_ROWS) * LOCAL_COLUMNS
            + p % TILE_COLUMNS;

    for (int tile = first; tile < end; tile++) {
        const Place at = {
            tile / (across * down) * TILE_IMAGES, tile / across % down * TILE_ROWS, tile % across * TILE_COLUMNS};
        load_gradient(gradient + chunk * WIDTH, at, images, out_height, out_width, local_gradient);
        for (int word = 0; word < WORDS; word++) {
            for (int i = 0; i < LONGS; i++) {
                uint lower[32], upper[32];
                load_spikes_by_channel(spikes, at, images, height, width, word, 2 * i, lower);
                load_spikes_by_channel(spikes, at, images, height, width, word, 2 * i + 1, upper);
                for (int c = 0; c < 32; c++)
                    fired[c][i] = lower[c] | (ulong)upper[c] << 32;
            }
            for (int c = 0; c < min(32, CHANNELS - word * 32); c++) {
                __global TERM *weight = result + (size_t)(word * 32 + c) * OUT_STRIDE;
                TERMV sums[TAPS][VECTORS];
#pragma unroll
                for (int tap = 0; tap < TAPS; tap++)
#pragma unroll
                    for (int v = 0; v < VECTORS; v++)
                        sums[tap][v] = tile == first ? (TERMV)(0) : LOAD_TERMS(weight + tap * tap_floats + v * WIDTH);
                for (int i = 0; i < LONGS; i++)
                    for (ulong bits = fired[c][i]; bits; bits &= bits - 1) {
                        const int pixel = i * 64 + (int)popcount((bits & -bits) - 1);
                        const TERMV *around = local_gradient + places[pixel] * VECTORS;
#pragma unroll
                        for (int ky = 0; ky < KH; ky++)
#pragma unroll
                            for (int kx = 0; kx < KW; kx++)
#pragma unroll
                                for (int v = 0; v < VECTORS; v++)
                                    sums[ky * KW + kx][v] +=
                                        around[((KH - 1 - ky) * LOCAL_COLUMNS + KW - 1 - kx) * VECTORS + v];
                    }
#pragma unroll
                for (int tap = 0; tap < TAPS; tap++)
#pragma unroll
                    for (int v = 0; v < VECTORS; v++)
                        STORE_TERMS(sums[tap][v], weight + tap * tap_floats + v * WIDTH);
            }
        }
    }
}
