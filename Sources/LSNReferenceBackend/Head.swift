import Foundation
public import LSNTensors

// Bias: y = x + bias.                                      ∂L/∂bias = Σ g over images and pixels.
//
// Softmax cross-entropy of logits o with label y: CE(o, y) = log Σ_k exp(o_k) − Σ_k q_k·o_k, p = softmax(o), and
// q_k = (1 − ε)·[k = y] + ε / K, ε the label smoothing:
//     ∂CE/∂o_k = p_k − q_k
// Mean cross-entropy, ō = mean over t of o[t]:  L = mean over n of CE(ō[n], y[n])
//     ∂L/∂o[t, n, k] = (p(ō[n])_k − q_k) / (N·T)
// Temporal efficient training (Deng et al.):  L = (1 − λ)·mean over t, n of CE(o[t, n], y[n]) + λ·mean((o − φ)²)
//     ∂L/∂o[t, n, k] = (1 − λ)·(p(o[t, n])_k − q_k) / (N·T) + 2λ·(o − φ) / (T·N·K)
extension ReferenceBackend {
    /// y of the formulas above, in place.
    public func addBias(_ bias: ChannelVector, to tensor: RealTensor) throws(BackendError) {
        let shape = tensor.shape
        var values = try load(tensor)
        let bias = try load(bias)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels { values[pixel * shape.channelStride + channel] += bias[channel] }
        }
        try store(values, in: tensor.storage)
    }

    /// ∂L/∂bias of the formulas above.
    public func biasGradient(of gradient: RealTensor, result: ChannelVector) throws(BackendError) {
        let shape = gradient.shape
        let g = try load(gradient)
        var sums = [Double](repeating: 0, count: shape.channels)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels { sums[channel] += Double(g[pixel * shape.channelStride + channel]) }
        }
        try store(sums.map { Float($0) }, in: result)
    }

    /// L and ∂L/∂o of the formulas above. A label that is not a class is a mismatch.
    public func classificationLoss(
        _ logits: RealTensor,
        labels: any Storage,
        timeSteps: Int,
        loss: Loss,
        labelSmoothing: Float,
        record: any Storage,
        gradient: RealTensor
    ) throws(BackendError) {
        let shape = logits.shape
        let words = try load(logits)
        let smoothing = Double(labelSmoothing)
        let (batch, classes) = (shape.images / timeSteps, shape.channels)
        let truth = try own(labels).words(batch).map(Int.init)
        for (sample, label) in truth.enumerated() where label >= classes {
            throw .mismatch(
                operation: "classificationLoss",
                detail: "label \(label) of sample \(sample) is not below \(classes)"
            )
        }

        let o = (0..<shape.images).map { image in
            words[image * shape.channelStride..<image * shape.channelStride + classes].map(Double.init)
        }
        let means = (0..<batch).map { sample in
            (0..<classes).map { k in
                (0..<timeSteps).reduce(0.0) { $0 + o[$1 * batch + sample][k] } / Double(timeSteps)
            }
        }
        let correct = (0..<batch).count { isLargest(truth[$0], of: means[$0]) }

        var total = 0.0
        var result = [Float](repeating: 0, count: shape.realWords)
        let images = Double(shape.images)
        for image in 0..<shape.images {
            let sample = image % batch
            switch loss {
            case .meanCrossEntropy:
                let (entropy, slope) = crossEntropy(means[sample], truth[sample], smoothing)
                total += entropy / images
                for k in 0..<classes { result[image * shape.channelStride + k] = Float(slope[k] / images) }
            case .temporalEfficient(let lambda, let phi):
                let (lambda, phi) = (Double(lambda), Double(phi))
                let (entropy, slope) = crossEntropy(o[image], truth[sample], smoothing)
                total += (1 - lambda) * entropy / images
                for k in 0..<classes {
                    let excess = o[image][k] - phi
                    total += lambda * excess * excess / (images * Double(classes))
                    result[image * shape.channelStride + k] = Float(
                        (1 - lambda) * slope[k] / images + 2 * lambda * excess / (images * Double(classes))
                    )
                }
            }
        }
        try store([Float(total).bitPattern], in: record, at: StepRecord.loss)
        try store([UInt32(correct)], in: record, at: StepRecord.correct)
        try store(result, in: gradient.storage)
    }
}

/// CE(logits, label) and its gradient.
private func crossEntropy(
    _ logits: [Double],
    _ label: Int,
    _ smoothing: Double
) -> (entropy: Double, gradient: [Double]) {
    let largest = logits.max() ?? 0
    let powers = logits.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    var entropy = log(sum) + largest
    var gradient = powers.map { $0 / sum }
    for k in logits.indices {
        let target = smoothing / Double(logits.count) + (k == label ? 1 - smoothing : 0)
        // A logit that does not count may be infinite.
        if target != 0 { entropy -= target * logits[k] }
        gradient[k] -= target
    }
    return (entropy, gradient)
}

/// Whether `values[label]` is the first of the largest; never where one of them is not a number.
private func isLargest(_ label: Int, of values: [Double]) -> Bool {
    values.indices.allSatisfy { $0 < label ? values[$0] < values[label] : values[$0] <= values[label] }
}
