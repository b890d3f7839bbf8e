// Convolutions by work-groups, forward and to the input's gradient:
//
//     y[n, o, h, w] = Σ x[n, i, h·s + a − p, w·s + b − p]·weight[o, i, a, b]                (group_spike_forward, group_forward)
//     ∂L/∂x[n, i, h·s + a − p, w·s + b − p] = Σ ∂L/∂y[n, o, h, w]·weight[o, i, a, b]                  (group_backward_data)
//
// Rows of the tile are pixels of the result, columns its channels, the sum goes over window positions and the channels of
// the operand.
//
// Spikes stay packed until they are in registers: a work-group reads one word for 32 terms of a pixel, each of which selects a
// weight, an integer of its output channel's grid (weight_grid.cl), or 0. Pixels of a gradient of the input are taken phase by phase (the same row and column modulo the
// stride), so that a work-group passes over the window positions that none of them meets.
//
// Mapping: see convolution/group_tile.cl; global (SIDE · column tiles, SIDE · pixel tiles[, phases]).
// Numerics: sums of spikes are of integers, without rounding or order, and rounded once, to a float; others go over window
// rows, window columns and channels.
#define LEFT_STRIDE (TILE_ROWS + 1)
#include "convolution/group_tile.cl"
#include "convolution/weight_levels.cl"

#define LOCAL_X ((int)get_local_id(0))
#define LOCAL_Y ((int)get_local_id(1))
#define ITEM (LOCAL_Y * SIDE + LOCAL_X)

// Weights of window position `tap` and `depth` input channels from `channel` on, for a tile of output channels.
static inline void load_weights(
    __global const float *filter, __local float *weights, int tap, int channel, int depth, int first)
{
    for (int i = ITEM; i < depth * TILE_COLUMNS; i += ITEMS) {
        const int column = first + i % TILE_COLUMNS;
        weights[i] = column < OUT_STRIDE
            ? filter[((size_t)tap * CHANNELS + channel + i / TILE_COLUMNS) * OUT_STRIDE + column] : 0.0f;
    }
}

// The same weights turned: `depth` output channels from `output` on, for a tile of input channels.
static inline void load_turned_weights(
    __global const float *filter, __local float *weights, int tap, int output, int depth, int first)
{
    for (int i = ITEM; i < DEPTH * TILE_COLUMNS; i += ITEMS) {
        const int k = i % DEPTH;
        const int column = i / DEPTH;
        if (k < depth)
            weights[k * TILE_COLUMNS + column] = first + column < CHANNELS
                ? filter[((size_t)tap * CHANNELS + first + column) * OUT_STRIDE + output + k] : 0.0f;
    }
}

// `depth` channels of the pixels that `sources` names, from `channel` on; 0 where there is no pixel.
static inline void load_values(
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

// Writes the tile's output pixels from `start` on, of `pixels` in all, and channels from `first` on.
static inline void store_pixels(
    float sums[ROWS][COLUMNS], __global float *output, int start, int pixels, int first)
{
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c) {
            const int pixel = start + LOCAL_Y + SIDE * r;
            const int column = first + LOCAL_X + SIDE * c;
            if (pixel < pixels && column < OUT_STRIDE)
                output[(size_t)pixel * OUT_STRIDE + column] = sums[r][c];
        }
}

// The weights of window position `tap` and `depth` input channels from `channel` on, as integers, for a tile of output
// channels.
static inline void load_levels(
    __global const float *filter, __global const float *grid, __local int *levels, int tap, int channel, int depth, int first)
{
    for (int i = ITEM; i < depth * TILE_COLUMNS; i += ITEMS) {
        const int column = first + i % TILE_COLUMNS;
        levels[i] = column < OUT_STRIDE
            ? weight_level(
                filter[((size_t)tap * CHANNELS + channel + i / TILE_COLUMNS) * OUT_STRIDE + column], grid[column]) : 0;
    }
}

__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void group_spike_forward(
    __global const uint *spikes, __global const float *filter, __global const float *grid, __global float *output,
    int height, int width, int out_height, int out_width, int pixels)
{
    __local uint words[TILE_ROWS];
    __local int levels[DEPTH * TILE_COLUMNS];
    const int first = TILE_ACROSS(OUT_STRIDE) * TILE_COLUMNS;
    const int start = TILE_DOWN(OUT_STRIDE) * TILE_ROWS;
    const Place mine = place_of(start + ITEM, pixels, out_height, out_width);
    int sums[ROWS][COLUMNS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            sums[r][c] = 0;
    for (int tap = 0; tap < TAPS; ++tap) {
        const int source = pixel_under(mine, tap / KW, tap % KW, height, width);
        for (int word = 0; word < WORDS; ++word) {
            const int depth = min(DEPTH, CHANNELS - word * DEPTH);
            if (ITEM < TILE_ROWS)
                words[ITEM] = source >= 0 ? spikes[(size_t)source * WORDS + word] : 0u;
            load_levels(filter, grid, levels, tap, word * DEPTH, depth, first);
            barrier(CLK_LOCAL_MEM_FENCE);
            uint bits[ROWS];
#pragma unroll
            for (int r = 0; r < ROWS; ++r)
                bits[r] = words[LOCAL_Y + SIDE * r];
            for (int k = 0; k < depth; ++k) {
                int selected[COLUMNS];
#pragma unroll
                for (int c = 0; c < COLUMNS; ++c)
                    selected[c] = levels[k * TILE_COLUMNS + LOCAL_X + SIDE * c];
#pragma unroll
                for (int r = 0; r < ROWS; ++r) {
                    const int mask = -(int)(bits[r] >> k & 1u);
#pragma unroll
                    for (int c = 0; c < COLUMNS; ++c)
                        sums[r][c] += selected[c] & mask;
                }
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }
    }
    float unscale[COLUMNS];
#pragma unroll
    for (int c = 0; c < COLUMNS; ++c) {
        const int column = first + LOCAL_X + SIDE * c;
        unscale[c] = column < OUT_STRIDE ? grid[OUT_STRIDE + column] : 0.0f;
    }
    float values[ROWS][COLUMNS];
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c)
            values[r][c] = convert_float(sums[r][c]) * unscale[c];
    store_pixels(values, output, start, pixels, first);
}

__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void group_forward(
    __global const float *input, __global const float *filter, __global float *output, int height, int width,
    int out_height, int out_width, int pixels)
{
    __local int sources[TILE_ROWS];
    __local float left[DEPTH * LEFT_STRIDE];
    __local float weights[DEPTH * TILE_COLUMNS];
    const int first = TILE_ACROSS(OUT_STRIDE) * TILE_COLUMNS;
    const int start = TILE_DOWN(OUT_STRIDE) * TILE_ROWS;
    const Place mine = place_of(start + ITEM, pixels, out_height, out_width);
    float sums[ROWS][COLUMNS];
    clear_sums(sums);
    for (int tap = 0; tap < TAPS; ++tap) {
        if (ITEM < TILE_ROWS)
            sources[ITEM] = pixel_under(mine, tap / KW, tap % KW, height, width);
        for (int channel = 0; channel < CHANNELS; channel += DEPTH) {
            const int depth = min(DEPTH, CHANNELS - channel);
            barrier(CLK_LOCAL_MEM_FENCE);
            load_values(input, left, sources, IN_STRIDE, channel, depth);
            load_weights(filter, weights, tap, channel, depth, first);
            barrier(CLK_LOCAL_MEM_FENCE);
            add_products(sums, left, weights, depth, LOCAL_X, LOCAL_Y);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    store_pixels(sums, output, start, pixels, first);
}

// The output pixel of which the input pixel lies under window position (ky, kx), or −1.
static inline int pixel_over(Place input, int ky, int kx, int out_height, int out_width)
{
    const int row = input.row + PAD - ky;
    const int column = input.column + PAD - kx;
    const bool exists = input.row >= 0 && row >= 0 && column >= 0 && row % STRIDE == 0 && column % STRIDE == 0
        && row / STRIDE < out_height && column / STRIDE < out_width;
    return exists ? (input.image * out_height + row / STRIDE) * out_width + column / STRIDE : -1;
}

// The pixel `index` of those of a phase.
static inline Place place_of_phase(int index, int phase, int images, int height, int width)
{
    const int top = phase / STRIDE;
    const int left = phase % STRIDE;
    const int rows = (height - top + STRIDE - 1) / STRIDE;
    const int columns = (width - left + STRIDE - 1) / STRIDE;
    const Place inside = place_of(index, images * rows * columns, max(rows, 1), max(columns, 1));
    const Place place = {
        inside.image, inside.row < 0 ? -1 : top + inside.row * STRIDE, left + inside.column * STRIDE};
    return place;
}

// With `accumulate` the result is added to what stands there.
__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void group_backward_data(
    __global const float *gradient, __global const float *filter, __global float *result, int height, int width,
    int out_height, int out_width, int images, int accumulate)
{
    __local int sources[TILE_ROWS];
    __local float left[DEPTH * LEFT_STRIDE];
    __local float weights[DEPTH * TILE_COLUMNS];
    const int first = TILE_ACROSS(IN_STRIDE) * TILE_COLUMNS;
    const int start = TILE_DOWN(IN_STRIDE) * TILE_ROWS;
    const int phase = get_group_id(2);
    const Place mine = place_of_phase(start + ITEM, phase, images, height, width);
    float sums[ROWS][COLUMNS];
    clear_sums(sums);
    // Only these window positions meet the pixels of the phase. (A loop over all, with a branch around the barriers, is
    // compiled wrongly by PoCL 3.1.)
    for (int ky = (phase / STRIDE + PAD) % STRIDE; ky < KH; ky += STRIDE)
        for (int kx = (phase % STRIDE + PAD) % STRIDE; kx < KW; kx += STRIDE) {
            if (ITEM < TILE_ROWS)
                sources[ITEM] = pixel_over(mine, ky, kx, out_height, out_width);
            for (int channel = 0; channel < OUTPUTS; channel += DEPTH) {
                const int depth = min(DEPTH, OUTPUTS - channel);
                barrier(CLK_LOCAL_MEM_FENCE);
                load_values(gradient, left, sources, OUT_STRIDE, channel, depth);
                load_turned_weights(filter, weights, ky * KW + kx, channel, depth, first);
                barrier(CLK_LOCAL_MEM_FENCE);
                add_products(sums, left, weights, depth, LOCAL_X, LOCAL_Y);
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
        const Place place = place_of_phase(start + LOCAL_Y + SIDE * r, phase, images, height, width);
        __global float *to = result + (((size_t)place.image * height + place.row) * width + place.column) * IN_STRIDE;
#pragma unroll
        for (int c = 0; c < COLUMNS; ++c) {
            const int column = first + LOCAL_X + SIDE * c;
            if (place.row >= 0 && column < IN_STRIDE)
                to[column] = accumulate ? to[column] + sums[r][c] : sums[r][c];
        }
    }
}
