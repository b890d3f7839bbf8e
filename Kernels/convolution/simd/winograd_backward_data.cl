// The gradient of the input of a 3x3 convolution of stride 1, by Winograd's minimal filtering F(4x4, 3x3): as the result
// of dense_backward_data.cl, with a quarter of its multiplications.
//
// dL/dx is a correlation of dL/dy with the turned filter g: dL/dx[y, x] = sum of dL/dy[y + PAD - 2 + a, x + PAD - 2 + b] *
// g[a, b]. A tile of 4x4 pixels of it is Y = A'[U * V]A with the filter transform U = G g G' and the input transform
// V = B' d B of the 6x6 input pixels d (here, of dL/dy), where * multiplies element by element and is summed over outputs;
// A'[.]A is the output transform (Lavin and Gray, Fast algorithms for convolutional neural networks, 2016). The
// polynomials are evaluated at 0, +-sqrt(1/2), +-sqrt(2) and infinity: rounding errors are a fifth of those of the usual
// points 0, +-1, +-2, and as small as those of the direct sum.
//
// winograd_filter_transform makes U for every pair of channels: [channel slice][36][output][SLICE_CHANNELS]. Then, with the
// same bits as result, either
//
// - winograd_backward_data does all in one: a work-item takes blocks of BLOCK tiles in turn; it writes their input transforms
//   to `scratch` ([36][BLOCK][OUT_STRIDE] floats), and makes of them, for one slice of TILE_VECTORS * WIDTH input channels
//   after the other, the 36 products ([36][BLOCK][SLICE_CHANNELS] behind the input transforms) and the output transforms.
//   Scratch is as large as the caches nearest to a core; a work-item's part of it is its own. The weights pass by once for
//   each block; or
// - winograd_input_transform, winograd_multiply and winograd_output_transform do one after the other for all tiles, BLOCK of
//   them a work-item but for the products, of which one makes a position and a slice for all tiles. So large weights pass by
//   only once, and input transforms and products twice.
//
// Specialised by: CHANNELS, OUTPUTS, IN_STRIDE, OUT_STRIDE, PAD (0 to 2), WIDTH, TILE_VECTORS, TILES (tiles held in
// registers; BLOCK is a multiple of it), BLOCK.
// Numerics: sums over outputs in their order, fused; 1-2e-6 of the largest value.
#include "common/layout.cl"

#define SLICE_CHANNELS (TILE_VECTORS * WIDTH)
#define SLICES (IN_STRIDE / SLICE_CHANNELS)
#define SQRT_HALF 0.707106781186547524f
#define SQRT_TWO 1.414213562373095049f
#define SCRATCH_INPUT (36 * BLOCK * OUT_STRIDE)
#define SCRATCH (SCRATCH_INPUT + 36 * BLOCK * SLICE_CHANNELS)

#if OUT_STRIDE % 16 == 0
#define INPUT_WIDTH 16
#else
#define INPUT_WIDTH 8
#endif
#define INPUTV JOIN(float, INPUT_WIDTH)

// to[0..5] = G applied to three values.
#define TRANSFORM_FILTER(to, g0, g1, g2)                                                                               \
    do {                                                                                                               \
        const FLOATV near_even = fma((FLOATV)(0.5f), g2, g0), near_odd = SQRT_HALF * (g1);                             \
        const FLOATV far_even = fma((FLOATV)(2.0f), g2, g0), far_odd = SQRT_TWO * (g1);                                \
        (to)[0] = (g0);                                                                                                \
        (to)[1] = (near_even + near_odd) * (-2.0f / 3.0f);                                                             \
        (to)[2] = (near_even - near_odd) * (-2.0f / 3.0f);                                                             \
        (to)[3] = (far_even + far_odd) * (1.0f / 6.0f);                                                                \
        (to)[4] = (far_even - far_odd) * (1.0f / 6.0f);                                                                \
        (to)[5] = (g2);                                                                                                \
    } while (0)

// A work-item transforms 16 outputs of WIDTH channels: global (IN_STRIDE / WIDTH, outputs in 16s).
__kernel void winograd_filter_transform(__global const float *filter, __global float *transformed_filter)
{
    const int channel = get_global_id(0) * WIDTH;
    const int end = min((int)get_global_id(1) * 16 + 16, OUTPUTS);
    __global float *slice = transformed_filter
        + (size_t)(channel / SLICE_CHANNELS) * 36 * OUTPUTS * SLICE_CHANNELS + channel % SLICE_CHANNELS;
    for (int output = get_global_id(1) * 16; output < end; output++) {
        FLOATV rows[6][3];
#pragma unroll
        for (int b = 0; b < 3; b++) {
            float gathered[3][WIDTH];
            for (int a = 0; a < 3; a++)
                for (int i = 0; i < WIDTH; i++)
                    gathered[a][i] = channel + i < CHANNELS
                        ? filter[((size_t)((2 - a) * 3 + 2 - b) * CHANNELS + channel + i) * OUT_STRIDE + output]
                        : 0.0f;
            FLOATV column[3], made[6];
#pragma unroll
            for (int a = 0; a < 3; a++)
                column[a] = JOIN(vload, WIDTH)(0, gathered[a]);
            TRANSFORM_FILTER(made, column[0], column[1], column[2]);
#pragma unroll
            for (int a = 0; a < 6; a++)
                rows[a][b] = made[a];
        }
#pragma unroll
        for (int a = 0; a < 6; a++) {
            FLOATV made[6];
            TRANSFORM_FILTER(made, rows[a][0], rows[a][1], rows[a][2]);
#pragma unroll
            for (int b = 0; b < 6; b++)
                STOREV(made[b], slice + ((size_t)(a * 6 + b) * OUTPUTS + output) * SLICE_CHANNELS);
        }
    }
}

// to[0..5] = B' applied to six pixels.
static inline void transform_input(INPUTV to[6], const INPUTV d[6])
{
    const INPUTV near_even = fma((INPUTV)(-2.0f), d[2], d[4]);
    const INPUTV near_odd = SQRT_HALF * fma((INPUTV)(-2.0f), d[1], d[3]);
    const INPUTV far_even = fma((INPUTV)(-0.5f), d[2], d[4]);
    const INPUTV far_odd = SQRT_TWO * fma((INPUTV)(-0.5f), d[1], d[3]);
    to[0] = fma((INPUTV)(-2.5f), d[2], d[4]) + d[0];
    to[1] = near_even + near_odd;
    to[2] = near_even - near_odd;
    to[3] = far_even + far_odd;
    to[4] = far_even - far_odd;
    to[5] = fma((INPUTV)(-2.5f), d[3], d[5]) + d[1];
}

// to[0..3] = A' applied to six products.
static inline void transform_output(FLOATV to[4], const FLOATV m[6])
{
    const FLOATV near_even = m[1] + m[2], near_odd = SQRT_HALF * (m[1] - m[2]);
    const FLOATV far_even = m[3] + m[4], far_odd = SQRT_TWO * (m[3] - m[4]);
    to[0] = m[0] + near_even + far_even;
    to[1] = near_odd + far_odd;
    to[2] = fma((FLOATV)(2.0f), far_even, 0.5f * near_even);
    to[3] = fma((FLOATV)(2.0f), far_odd, 0.5f * near_odd) + m[5];
}

// Where a tile lies: its image, and the row and column of its first pixel.
static inline int3 place_of(int tile, int height, int width)
{
    const int columns = (width + 3) / 4;
    const int in_image = columns * ((height + 3) / 4);
    return (int3)(tile / in_image, tile % in_image / columns * 4, tile % columns * 4);
}

// The input transform of a tile: transformed_input[position][.][o], positions `apart` floats apart.
static void transform_input_tile(
    __global float *transformed_input, size_t apart, __global const float *gradient, int3 place, int out_height,
    int out_width)
{
    __global const float *image = gradient + (size_t)place.x * out_height * out_width * OUT_STRIDE;
    for (int output = 0; output < OUT_STRIDE; output += INPUT_WIDTH) {
        INPUTV rows[6][6];
#pragma unroll
        for (int a = 0; a < 6; a++) {
            const int y = place.y + PAD - 2 + a;
            INPUTV line[6];
#pragma unroll
            for (int b = 0; b < 6; b++) {
                const int x = place.z + PAD - 2 + b;
                line[b] = y >= 0 && y < out_height && x >= 0 && x < out_width
                    ? *(__global const INPUTV *)(image + ((size_t)y * out_width + x) * OUT_STRIDE + output)
                    : (INPUTV)(0.0f);
            }
            transform_input(rows[a], line);
        }
#pragma unroll
        for (int b = 0; b < 6; b++) {
            INPUTV column[6], made[6];
#pragma unroll
            for (int a = 0; a < 6; a++)
                column[a] = rows[a][b];
            transform_input(made, column);
#pragma unroll
            for (int a = 0; a < 6; a++)
                *(__global INPUTV *)(transformed_input + (a * 6 + b) * apart + output) = made[a];
        }
    }
}

// The products of TILES tiles at one position: products[p][.] = sum over outputs of transformed_input[p][o] *
// weights[o][.].
static inline void multiply_tiles(
    __global float *products, __global const float *transformed_input, __global const float *weights)
{
    FLOATV sums[TILES][TILE_VECTORS];
#pragma unroll
    for (int p = 0; p < TILES; p++)
#pragma unroll
        for (int v = 0; v < TILE_VECTORS; v++)
            sums[p][v] = (FLOATV)(0.0f);
    for (int output = 0; output < OUTPUTS; output++) {
        FLOATV weight[TILE_VECTORS];
#pragma unroll
        for (int v = 0; v < TILE_VECTORS; v++)
            weight[v] = LOADV(weights + (size_t)output * SLICE_CHANNELS + v * WIDTH);
#pragma unroll
        for (int p = 0; p < TILES; p++)
#pragma unroll
            for (int v = 0; v < TILE_VECTORS; v++)
                sums[p][v] = fma((FLOATV)(transformed_input[p * OUT_STRIDE + output]), weight[v], sums[p][v]);
    }
#pragma unroll
    for (int p = 0; p < TILES; p++)
#pragma unroll
        for (int v = 0; v < TILE_VECTORS; v++)
            STOREV(sums[p][v], products + p * SLICE_CHANNELS + v * WIDTH);
}

// The output transform of a tile: its pixels from its products, positions `apart` floats apart, WIDTH channels of them.
static void transform_output_tile(
    __global float *result, __global const float *products, size_t apart, int3 place, int height, int width,
    int accumulate)
{
    FLOATV rows[4][6];
#pragma unroll
    for (int b = 0; b < 6; b++) {
        FLOATV column[6], made[4];
#pragma unroll
        for (int a = 0; a < 6; a++)
            column[a] = LOADV(products + (a * 6 + b) * apart);
        transform_output(made, column);
#pragma unroll
        for (int a = 0; a < 4; a++)
            rows[a][b] = made[a];
    }
#pragma unroll
    for (int a = 0; a < 4; a++) {
        if (place.y + a >= height)
            return;
        FLOATV made[4];
        transform_output(made, rows[a]);
        __global float *to = result + (((size_t)place.x * height + place.y + a) * width + place.z) * IN_STRIDE;
#pragma unroll
        for (int b = 0; b < 4; b++)
            if (place.z + b < width)
                STOREV(accumulate ? LOADV(to + b * IN_STRIDE) + made[b] : made[b], to + b * IN_STRIDE);
    }
}

__kernel void winograd_backward_data(
    __global const float *gradient, __global const float *transformed_filter, __global float *result,
    __global float *scratch, int height, int width, int out_height, int out_width, int tiles, int accumulate)
{
    __global float *transformed_input = scratch + (size_t)get_global_id(0) * SCRATCH;
    __global float *products = transformed_input + SCRATCH_INPUT;
    const int step = get_global_size(0) * BLOCK;
    for (int first = get_global_id(0) * BLOCK; first < tiles; first += step) {
        const int count = min(BLOCK, tiles - first);
        const int filled = (count + TILES - 1) / TILES * TILES;
        // What fills up the last registers is any tile's, and goes nowhere.
        for (int t = 0; t < filled; t++)
            transform_input_tile(
                transformed_input + t * OUT_STRIDE, BLOCK * OUT_STRIDE, gradient,
                place_of(first + min(t, count - 1), height, width), out_height, out_width);
        for (int slice = 0; slice < SLICES; slice++) {
            for (int position = 0; position < 36; position++)
                for (int t = 0; t < filled; t += TILES)
                    multiply_tiles(
                        products + (position * BLOCK + t) * SLICE_CHANNELS,
                        transformed_input + (position * BLOCK + t) * OUT_STRIDE,
                        transformed_filter + ((size_t)slice * 36 + position) * OUTPUTS * SLICE_CHANNELS);
            for (int t = 0; t < count; t++)
                for (int v = 0; v < TILE_VECTORS; v++)
                    transform_output_tile(
                        result + (slice * TILE_VECTORS + v) * WIDTH, products + t * SLICE_CHANNELS + v * WIDTH,
                        BLOCK * SLICE_CHANNELS, place_of(first + t, height, width), height, width, accumulate);
        }
    }
}

// Of all tiles, and of as many more as fill up the last registers: transformed_input[position][tile][OUT_STRIDE]; global
// (blocks).
__kernel void winograd_input_transform(
    __global const float *gradient, __global float *transformed_input, int height, int width, int out_height,
    int out_width, int tiles, int filled)
{
    const int first = get_global_id(0) * BLOCK;
    const int end = min(first + BLOCK, filled);
    for (int t = first; t < end; t++)
        transform_input_tile(
            transformed_input + (size_t)t * OUT_STRIDE, (size_t)filled * OUT_STRIDE, gradient,
            place_of(min(t, tiles - 1), height, width), out_height, out_width);
}

// products[position][slice][tile][SLICE_CHANNELS]; global (SLICES, 36).
__kernel void winograd_multiply(
    __global const float *transformed_input, __global const float *transformed_filter, __global float *products,
    int filled)
{
    const int slice = get_global_id(0);
    const int position = get_global_id(1);
    for (int t = 0; t < filled; t += TILES)
        multiply_tiles(
            products + (((size_t)position * SLICES + slice) * filled + t) * SLICE_CHANNELS,
            transformed_input + ((size_t)position * filled + t) * OUT_STRIDE,
            transformed_filter + ((size_t)slice * 36 + position) * OUTPUTS * SLICE_CHANNELS);
}

// Global (blocks, SLICES).
__kernel void winograd_output_transform(
    __global const float *products, __global float *result, int height, int width, int tiles, int filled,
    int accumulate)
{
    const int first = get_global_id(0) * BLOCK;
    const int end = min(first + BLOCK, tiles);
    const int slice = get_global_id(1);
    for (int t = first; t < end; t++)
        for (int v = 0; v < TILE_VECTORS; v++)
            transform_output_tile(
                result + (slice * TILE_VECTORS + v) * WIDTH,
                products + ((size_t)slice * filled + t) * SLICE_CHANNELS + v * WIDTH,
                (size_t)SLICES * filled * SLICE_CHANNELS, place_of(t, height, width), height, width, accumulate);
}
