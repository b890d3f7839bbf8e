// The loss of logits o[t, n, k] for labels y[n], how many samples are classified rightly, and ∂L/∂o. With the softmax
// cross-entropy CE(o, y) = log Σ_k exp(o_k) − Σ_k q_k·o_k, q_k = (1 − ε)·[k = y] + ε / K with label smoothing ε, and
// p = softmax(o):
//
//     mean cross-entropy:        L = mean over n of CE(mean over t of o[t, n], y[n])
//         ∂L/∂o[t, n, k] = (p_k − q_k) / (N·T)
//     temporal efficient (-D TEMPORAL=1, Deng et al.):
//         L = (1 − λ)·mean over t, n of CE(o[t, n], y[n]) + λ·mean((o − φ)²)
//         ∂L/∂o[t, n, k] = (1 − λ)·(p_k − q_k) / (N·T) + 2λ·(o − φ) / (N·T·K)
//
// Of samples that are mixed with others (-D MIXED=1), share·[k = y] + rest·[k = y'] stands in the place of [k = y], y' the label of
// the other.
//
// Of a micro-batch of `count` samples, N = `batch` is the whole batch's, so that what its micro-batches give adds up.
//
// A sample counts as right where its time-averaged logit is largest at the label (of two, that of the larger share), the first
// of equals counting.
//
// Layout: logits and gradient [T·count][stride] floats, labels and others [count] words, samples [count][2]: loss (float), 0 or 1
// (integer).
// Mapping: classification_loss takes a sample; classification_record is one item, which merges the samples'
// losses (reduction/sums.cl).
// Sizes: any T, N, K. A label that is no class makes the loss NaN.
// Numerics: the largest logit is taken off before exp. Sums over time and over classes are added one after the other. Not a
// number anywhere makes the loss NaN.
#include "common/math.cl"
#include "reduction/sums.cl"

// What labels say of a sample.
typedef struct {
    uint label;
    uint other;
    float share;
    float rest;
    float smoothing;
    int classes;
} Target;

// q_k.
float target(int k, Target truth)
{
#if MIXED
    const float shares = ((uint)k == truth.label ? truth.share : 0.0f) + ((uint)k == truth.other ? truth.rest : 0.0f);
    return truth.smoothing / (float)truth.classes + (1.0f - truth.smoothing) * shares;
#else
    return truth.smoothing / (float)truth.classes + ((uint)k == truth.label ? 1.0f - truth.smoothing : 0.0f);
#endif
}

// The logit at a label; not a number where it is no class.
float logit_at(__global const float *row, uint label, int classes)
{
    return label < (uint)classes ? row[label] : NAN;
}

// Writes exp(o_k − max o) of a row to `powers` and returns CE; `sum` becomes Σ exp(o_k − max o). `powers` may be the row
// itself.
float row_loss(__global const float *row, __global float *powers, Target truth, float *sum)
{
    const int classes = truth.classes;
    const float smoothing = truth.smoothing;
    const float at_label = logit_at(row, truth.label, classes);
#if MIXED
    const float at_other = logit_at(row, truth.other, classes);
#endif
    float largest = row[0];
    for (int k = 1; k < classes; ++k)
        largest = row[k] > largest ? row[k] : largest;
    float total = 0.0f, distances = 0.0f;
    for (int k = 0; k < classes; ++k) {
        const float distance = largest - row[k];
        const float power = portable_exp(-distance);
        powers[k] = power;
        total = add_in_order(total, power);
        distances = add_in_order(distances, distance);
    }
    *sum = total;
    // Where nothing is smoothed, a logit of −∞ does not count.
    const float smoothed = smoothing > 0.0f ? smoothing / (float)classes * distances : 0.0f;
#if MIXED
    const float own = truth.share * (largest - at_label);
    const float distance = fma(truth.rest, largest - at_other, own);
#else
    const float distance = largest - at_label;
#endif
    return portable_log(total) + fma(1.0f - smoothing, distance, smoothed);
}

__kernel void classification_loss(
    __global const float *logits,
    __global const uint *labels,
    __global float *gradient,
    __global uint *samples,
    const int steps,
    const int count,
    const int batch,
    const int classes,
    const int stride,
    const float lambda,
    const float phi,
    const float smoothing,
    __global const uint *others,
    const float share,
    const float rest)
{
    const int sample = get_global_id(0);
    const Target truth = {labels[sample], others[sample], share, rest, smoothing, classes};
#if MIXED
    const uint label = share < 0.5f ? truth.other : truth.label;
#else
    const uint label = truth.label;
#endif
    const size_t step = (size_t)count * stride;
    __global const float *o = logits + (size_t)sample * stride;
    __global float *result = gradient + (size_t)sample * stride;

    // Logits averaged over time, in the place of the first step's gradient.
    for (int k = 0; k < classes; ++k) {
        float sum = 0.0f;
        for (int t = 0; t < steps; ++t)
            sum = add_in_order(sum, o[t * step + k]);
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
        const float entropy = row_loss(row, row_result, truth, &sum);
        loss = add_in_order(loss, (1.0f - lambda) * entropy / (float)steps);
        float squares = 0.0f;
        for (int k = 0; k < classes; ++k) {
            const float excess = row[k] - phi;
            const float slope = row_result[k] / sum - target(k, truth);
            squares = fma(excess, excess, squares);
            row_result[k] = fma((1.0f - lambda) / images, slope, 2.0f * spread * excess);
        }
        loss = add_in_order(loss, lambda * squares / ((float)steps * (float)classes));
    }
#else
    float sum;
    loss = row_loss(result, result, truth, &sum);
    for (int k = 0; k < classes; ++k) {
        const float slope = (result[k] / sum - target(k, truth)) / images;
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
    __global uint *samples,
    __global uint *record,
    const int count,
    const int batch,
    const int loss_word,
    const int correct_word)
{
    uint correct = 0u;
    for (int sample = 0; sample < count; ++sample)
        correct += samples[2 * (size_t)sample + 1];
    __global float *losses = (__global float *)samples;
    MERGE_IN_PLACE(float, losses, 2, count);
    record[loss_word] = as_uint(losses[0] / (float)batch);
    record[correct_word] = correct;
}
