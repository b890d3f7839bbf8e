// Erases rectangles of pictures: what lies in one becomes 0.
//
// Layout: values [T·samples][height][width][stride] floats; rectangles [samples][count][4]: first row, row behind the last, first
// column, column behind the last. All images of a sample have the same.
// Mapping: an item takes an image and a run of its rows.
// Sizes: what of a rectangle lies outside is left out.
#include "common/layout.cl"

__kernel void erase(
    __global float *values,
    __global const uint *rectangles,
    const int samples,
    const int count,
    const int height,
    const int width,
    const int stride,
    const int run)
{
    const int runs = (height + run - 1) / run;
    const int image = OUTER_ITEM(runs);
    const int begin = INNER_ITEM(runs) * run;
    const int end = begin + min(run, height - begin);
    __global const uint *rectangle = rectangles + 4 * (size_t)(image % samples) * count;
    for (int at = 0; at < count; ++at, rectangle += 4) {
        const int last = (int)min(rectangle[1], (uint)end);
        const int right = (int)min(rectangle[3], (uint)width);
        for (int h = (int)min(max(rectangle[0], (uint)begin), (uint)end); h < last; ++h)
            for (int w = (int)min(rectangle[2], (uint)width); w < right; ++w) {
                __global float *pixel = values + (((size_t)image * height + h) * width + w) * stride;
                for (int c = 0; c < stride; c += WIDTH)
                    STOREV((FLOATV)(0.0f), pixel + c);
            }
    }
}
