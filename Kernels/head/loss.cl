// The loss of logits o[t, n, k] for labels y[n], how many samples are classified rightly, and ∂L/∂o. With the softmax
// cross-entropy CE(o, y) = log Σ_k exp(o_k) − o_y and p = softmax(o):
//
//     mean cross-entropy:        L = mean over n of CE(mean over t of o[t, n], y[n])
//         ∂L/∂o[t, n, k] = (p_k − [k = y]) / (N·T)
//     temporal efficient (-D TEMPORAL=1, Deng et al.):
//         L = (1 − λ)·mean over t, n of CE(o[t, n], y[n]) + λ·mean((o − φ)²)
//         ∂L/∂o[t, n, k] = (1 − λ)·(p_k − [k = y]) / (N·T) + 2λ·(o − φ) / (N·T·K)
//
// A sample counts as right where its time-averaged logit is largest at the label, the first of equals counting.
//
// Layout: logits and gradient [T·N][stride] floats, labels [N] words, samples [N][2]: loss (float), 0 or 1 (integer).
// Mapping: classification_loss takes a sample; classification_record is one item, which adds the samples in their order.
// Sizes: any T, N, K. A label that is no class makes the loss NaN.
// Numerics: the largest logit is taken off before exp. Not a number anywhere makes the loss NaN.
#include "common/layout.cl"

#define BLOCK 64

// Writes exp(o_k − max o) of a row to `powers` and returns log Σ exp(o_k) − o_y; `sum` becomes Σ exp(o_k − max o).
// `powers` may be the row itself.
float row_loss(__global const float *row, __global float *powers, int classes, uint label, float *sum)
{
    const float at_label = label < (uint)classes ? row[label] : NAN;
    float largest = row[0];
    for (int k = 1; k < classes; ++k)
        largest = row[k] > largest ? row[k] : largest;
    float total = 0.0f;
    for (int k = 0; k < classes; ++k) {
        const float power = exp(row[k] - largest);
        powers[k] = power;
        total += power;
    }
    *sum = total;
    return log(total) + (largest - at_label);
}

__kernel void classification_loss(
    __global const float *logits,
    __global const uint *labels,
    __global float *gradient,
    __global uint *samples,
    const int steps,
    const int batch,
    const int classes,
    const int stride,
    const float lambda,
    const float phi)
{
    const int sample = get_global_id(0);
    const uint label = labels[sample];
    const size_t step = (size_t)batch * stride;
    __global const float *o = logits + (size_t)sample * stride;
    __global float *result = gradient + (size_t)sample * stride;

    // Logits averaged over time, in the place of the first step's gradient.
    for (int k = 0; k < classes; ++k) {
        float sum = 0.0f;
        for (int t = 0; t < steps; ++t)
            sum += o[t * step + k];
        result[k] = sum / (float)steps;
    }
    uint correct = label < (uint)classes;
    if (correct) {
        const float at_label = result[label];
        for (int k = 0; k < classes; ++k)
            correct &= (uint)k < label ? result[k] < at_label : result[k] <= at_label;
    }

    const float images = (float)steps * (float)batch;
    float loss = 0.0f;
#if TEMPORAL
    const float spread = lambda / (images * (float)classes);
    for (int t = 0; t < steps; ++t) {
        __global const float *row = o + t * step;
        __global float *row_result = result + t * step;
        float sum;
        loss += (1.0f - lambda) * row_loss(row, row_result, classes, label, &sum) / (float)steps;
        float squares = 0.0f;
        for (int k = 0; k < classes; ++k) {
            const float excess = row[k] - phi;
            const float slope = row_result[k] / sum - ((uint)k == label ? 1.0f : 0.0f);
            squares = fma(excess, excess, squares);
            row_result[k] = fma((1.0f - lambda) / images, slope, 2.0f * spread * excess);
        }
        loss += lambda * squares / ((float)steps * (float)classes);
    }
#else
    float sum;
    loss = row_loss(result, result, classes, label, &sum);
    for (int k = 0; k < classes; ++k) {
        const float slope = (result[k] / sum - ((uint)k == label ? 1.0f : 0.0f)) / images;
        for (int t = 0; t < steps; ++t)
            result[t * step + k] = slope;
    }
#endif
    for (int t = 0; t < steps; ++t)
        for (int k = classes; k < stride; ++k)
            result[t * step + k] = 0.0f;

    samples[2 * (size_t)sample] = as_uint(loss);
    samples[2 * (size_t)sample + 1] = correct;
}

__kernel void classification_record(
    __global const uint *samples, __global uint *record, const int batch, const int loss_word, const int correct_word)
{
    float loss = 0.0f;
    uint correct = 0u;
    for (int block = 0; block < batch; block += BLOCK) {
        const int stop = block + min(BLOCK, batch - block);
        float part = 0.0f;
        for (int sample = block; sample < stop; ++sample) {
            part += as_float(samples[2 * (size_t)sample]);
            correct += samples[2 * (size_t)sample + 1];
        }
        loss += part;
    }
    record[loss_word] = as_uint(loss / (float)batch);
    record[correct_word] = correct;
}
