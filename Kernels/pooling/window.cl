// Where pooling windows lie: what max.cl and max_real.cl share. Windows have window·window pixels, `step` apart, of which
// those inside the image count.
#include "common/layout.cl"

// The pixels y0 ≤ y < y1, x0 ≤ x < x1 of an image.
typedef struct {
    int y0, y1, x0, x1;
} Window;

Window window_at(int out_y, int out_x, int height, int width, int window, int step, int padding)
{
    const int top = out_y * step - padding;
    const int left = out_x * step - padding;
    const Window inside = {max(top, 0), min(top + window, height), max(left, 0), min(left + window, width)};
    return inside;
}

// A pixel of a batch of images.
typedef struct {
    int image, y, x;
} Place;

Place place_of(int pixel, int height, int width)
{
    const int row = pixel / width;
    const int image = row / height;
    const Place place = {image, row - image * height, pixel - row * width};
    return place;
}

// The windows first_y … last_y, first_x … last_x that an input pixel lies in:
// out·step − padding ≤ y < out·step − padding + window.
typedef struct {
    int first_y, last_y, first_x, last_x;
} Windows;

Windows windows_over(Place place, int out_height, int out_width, int window, int step, int padding)
{
    const Windows windows = {
        max(0, (place.y + padding - window + step) / step), min(out_height - 1, (place.y + padding) / step),
        max(0, (place.x + padding - window + step) / step), min(out_width - 1, (place.x + padding) / step)};
    return windows;
}
