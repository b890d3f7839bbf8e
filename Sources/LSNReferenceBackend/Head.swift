public import LSNTensors

// Bias: y = x + bias.                                      ∂L/∂bias = Σ g over images and pixels.
//
// Softmax cross-entropy of logits o with label y: CE(o, y) = log Σ_k exp(o_k) − Σ_k q_k·o_k, p = softmax(o), and
// q_k = (1 − ε)·[k = y] + ε / K, ε the label smoothing:
//     ∂CE/∂o_k = p_k − q_k
// Of a sample that is mixed with one of label y', λ·[k = y] + (1 − λ)·[k = y'] stands in the place of [k = y].
// Mean cross-entropy, ō = mean over t of o[t]:  L = mean over n of CE(ō[n], y[n])
//     ∂L/∂o[t, n, k] = (p(ō[n])_k − q_k) / (N·T)
// Temporal efficient training (Deng et al.):  L = (1 − λ)·mean over t, n of CE(o[t, n], y[n]) + λ·mean((o − φ)²)
//     ∂L/∂o[t, n, k] = (1 − λ)·(p(o[t, n])_k − q_k) / (N·T) + 2λ·(o − φ) / (T·N·K)
// Of a micro-batch, N is the whole batch's, and the sums are over what is there.
//
// Rounded as Kernels/head rounds.
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
        let runs = SumOrder.runs(of: shape.pixels)
        let sums = (0..<shape.channels).map { channel in
            SumOrder.merged(
                (0..<runs).map { part in
                    let pixels = part * SumOrder.run..<min((part + 1) * SumOrder.run, shape.pixels)
                    return pixels.reduce(0) { $0 + g[$1 * shape.channelStride + channel] }
                }
            )
        }
        try store(sums, in: result)
    }

    /// L and ∂L/∂o of the formulas above. A label that is not a class is a mismatch.
    public func classificationLoss(
        _ logits: RealTensor,
        labels: any Storage,
        timeSteps: Int,
        loss: Loss,
        labelSmoothing: Float,
        mixed: MixedLabels?,
        batchSize: Int,
        record: any Storage,
        gradient: RealTensor
    ) throws(BackendError) {
        let shape = logits.shape
        let words = try load(logits)
        let (batch, classes) = (shape.images / timeSteps, shape.channels)
        let truth = try own(labels).words(batch).map(Int.init)
        var others: [Int]?
        if let mixed { others = try own(mixed.labels).words(batch).map(Int.init) }
        for (place, label) in (truth + (others ?? [])).enumerated() where label >= classes {
            throw .mismatch(
                operation: "classificationLoss",
                detail: "label \(label) of sample \(place % batch) is not below \(classes)"
            )
        }

        let o = (0..<shape.images).map { image in
            Array(words[image * shape.channelStride..<image * shape.channelStride + classes])
        }
        let means = (0..<batch).map { sample in
            (0..<classes).map { k in
                (0..<timeSteps).reduce(0) { $0 + o[$1 * batch + sample][k] } / Float(timeSteps)
            }
        }
        let counted = mixed.map(\.mix.countsOwn) ?? true ? truth : others ?? truth
        let correct = (0..<batch).count { isLargest(counted[$0], of: means[$0]) }

        var result = [Float](repeating: 0, count: shape.realWords)
        let (steps, images) = (Float(timeSteps), Float(timeSteps) * Float(batchSize))
        let losses = (0..<batch).map { sample in
            let entropy = CrossEntropy(
                label: truth[sample],
                other: mixed.flatMap { mixed in others.map { (label: $0[sample], share: mixed.mix.share) } },
                smoothing: labelSmoothing,
                classes: classes
            )
            let places = (0..<timeSteps).map { ($0 * batch + sample) * shape.channelStride }
            switch loss {
            case .meanCrossEntropy:
                let (value, slopes) = entropy.of(means[sample])
                for place in places {
                    for k in 0..<classes { result[place + k] = slopes[k] / images }
                }
                return value
            case .temporalEfficient(let lambda, let phi):
                let spread = lambda / (images * Float(classes))
                var total: Float = 0
                for (step, place) in places.enumerated() {
                    let row = o[step * batch + sample]
                    let (value, slopes) = entropy.of(row)
                    total += (1 - lambda) * value / steps
                    var squares: Float = 0
                    for k in 0..<classes {
                        let excess = row[k] - phi
                        squares = squares.addingProduct(excess, excess)
                        result[place + k] = (2 * spread * excess).addingProduct((1 - lambda) / images, slopes[k])
                    }
                    total += lambda * squares / (steps * Float(classes))
                }
                return total
            }
        }
        try store([(SumOrder.merged(losses) / Float(batchSize)).bitPattern], in: record, at: StepRecord.loss)
        try store([UInt32(correct)], in: record, at: StepRecord.correct)
        try store(result, in: gradient.storage)
    }
}

/// CE of a label, or of two that share a target.
private struct CrossEntropy {
    let label: Int
    /// The second, and the first one's share.
    let other: (label: Int, share: Double)?
    let smoothing: Float
    let classes: Int

    /// CE(logits, label) and its gradient.
    func of(_ logits: [Float]) -> (entropy: Float, gradient: [Float]) {
        let largest = logits.dropFirst().reduce(logits[0]) { $1 > $0 ? $1 : $0 }
        let distances = logits.map { largest - $0 }
        let powers = distances.map { PortableMath.exp(-$0) }
        let sum = powers.reduce(0, +)
        // Where nothing is smoothed, a logit of −∞ does not count.
        let smoothed = smoothing > 0 ? smoothing / Float(classes) * distances.reduce(0, +) : 0
        let gradient = powers.indices.map { k in
            powers[k] / sum - (smoothing / Float(classes) + share(of: k))
        }
        var distance = distances[label]
        if let other {
            let (share, rest) = (Float(other.share), Float(1 - other.share))
            distance = (share * distance).addingProduct(rest, distances[other.label])
        }
        return (PortableMath.log(sum) + smoothed.addingProduct(1 - smoothing, distance), gradient)
    }

    /// What labels give to a class, smoothing apart.
    private func share(of k: Int) -> Float {
        guard let other else { return k == label ? 1 - smoothing : 0 }
        let (share, rest) = (Float(other.share), Float(1 - other.share))
        return (1 - smoothing) * ((k == label ? share : 0) + (k == other.label ? rest : 0))
    }
}

/// Whether `values[label]` is the first of the largest; never where one of them is not a number.
private func isLargest(_ label: Int, of values: [Float]) -> Bool {
    values.indices.allSatisfy { $0 < label ? values[$0] < values[label] : values[$0] <= values[label] }
}
