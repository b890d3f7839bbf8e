// Pixels under windows, of kernels that make some output pixels each. Specialised by STRIDE and PAD.
#ifndef WINDOW_PIXELS_CL
#define WINDOW_PIXELS_CL

// A pixel of a batch of pictures; a row of −1 is none.
typedef struct {
    int image, row, column;
} Place;

static inline Place place_of(int pixel, int count, int height, int width)
{
    const Place place = {pixel / (height * width), pixel < count ? pixel / width % height : -1, pixel % width};
    return place;
}

// The input pixel under position (ky, kx) of the window of an output pixel, or −1.
static inline int pixel_under(Place output, int ky, int kx, int height, int width)
{
    const int row = output.row * STRIDE + ky - PAD;
    const int column = output.column * STRIDE + kx - PAD;
    const bool exists = output.row >= 0 && row >= 0 && row < height && column >= 0 && column < width;
    return exists ? (output.image * height + row) * width + column : -1;
}

#endif
