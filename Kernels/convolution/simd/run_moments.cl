// Moments of the pixels that a work-item of a convolution has just made (reduction/moments.cl), for the batch norm that
// follows.
//
// Specialised by: COLLECTS (whether it is done at all), WIDTH, VECTORS, OUT_STRIDE.
#if COLLECTS
#include "reduction/moments.cl"

#define MOMENTS_PARAMETER , __global float *moments
#define MOMENTS_ARGUMENT , moments

// Of `count` pixels from pixel `first` on, with which a run begins; `result` is of the item's first channel.
static inline void collect_moments(const FLOATV *values, int first, int count, __global float *result)
{
    result += (size_t)(first / RUN) * 2 * OUT_STRIDE;
    for (int p = 0; p < count; p += RUN, result += 2 * OUT_STRIDE)
        for (int v = 0; v < VECTORS; v++) {
            const FLOATV *run = values + p * VECTORS + v;
            store_moments(
                count - p >= RUN ? moments_of_run(run, VECTORS) : moments_of_rest(run, VECTORS, count - p),
                result + v * WIDTH, OUT_STRIDE);
        }
}
#else
#define MOMENTS_PARAMETER
#define MOMENTS_ARGUMENT
#endif
