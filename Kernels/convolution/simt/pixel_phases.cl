// Pixels of a convolution's input, phase by phase (the same row and column modulo the stride), so that all of a phase lie under the
// same positions of windows: rows (phase / STRIDE + PAD) % STRIDE, + STRIDE, …, of the window, columns likewise. Specialised by
// STRIDE and PAD.
#include "convolution/simt/window_pixels.cl"

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
