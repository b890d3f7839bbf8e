public import Tensors

// Backward through the equations of Neuron.swift, g[t] = ∂L/∂Y[t], c[t] = ∂L/∂U[t], c[T−1] = 0, S the surrogate:
//
//     gY = g[t] − Û[t]·c[t]                  hard reset
//        = g[t] − threshold·c[t]             soft reset
//        = g[t]                              reset detached
//     ∂L/∂x[t] = ∂L/∂Û[t] = gY·S(Û[t] − threshold) + (1 − Y[t])·c[t]        (c[t] whole for the soft reset)
//     c[t−1] = leak·∂L/∂Û[t]
//     ∂L/∂w = −leak·(1 − leak)·Σ ∂L/∂Û[t]·U[t−1]                            leak = 1 − σ(w)
//
// A penalty adds offset + slope·(Û[t] − V_th/2) to ∂L/∂Û[t] of the first threshold. With several thresholds, ∂L/∂x and
// ∂L/∂w are sums over them. A static input stands at every t: its gradient is the sum over t.
extension ReferenceBackend {
    /// ∂L/∂x of the formulas above, then through the norm, if there is one.
    public func fireBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis,
        gradients: NormalizationGradients?,
        penalty: PotentialPenalty?
    ) throws(BackendError) -> RealTensor {
        let operation = "fireBackward"
        let layer = try NeuronLayer(self, input, normalization, neuron, leak, time, operation)
        try requireEqual(gradient.shape, layer.outputShape, operation, "the gradient")
        try require(
            (normalization == nil) == (gradients == nil),
            operation,
            "the norm's gradients must be given exactly when there is a norm"
        )
        if let leak { try requireVector(leak.gradient, channels: 1, operation, "the gradient of the leak's w") }
        let g = try load(gradient, operation, "the gradient")
        let lines = try penalty.map { (line) throws(BackendError) in try load(line, input.shape.channels, operation) }
        let samples = parallelMap(layer.batch) { layer.backward($0, gradient: g, penalty: lines) }

        if let leak {
            let sum = samples.reduce(0) { $0 + $1.leak }
            let gradient = [Float(-layer.leak * (1 - layer.leak) * sum)]
            try store(gradient, in: leak.gradient, operation, "the gradient of the leak's w")
        }
        let delta = layer.join(
            samples.map(\.input),
            steps: time.isStatic ? 1 : time.steps,
            imageLength: input.shape.area * input.shape.channelStride
        )
        guard let normalization, let gradients else { return newTensor(delta.map { Float($0) }, shape: input.shape) }
        return try normalizeBackward(
            delta,
            input: input,
            normalization: normalization,
            gradients: gradients,
            operation
        )
    }

    private func load(
        _ penalty: PotentialPenalty,
        _ channels: Int,
        _ operation: String
    ) throws(BackendError) -> PenaltyLines {
        try require(
            penalty.channels == channels,
            operation,
            "the penalty has \(penalty.channels) channels, expected \(channels)"
        )
        let padded = roundUp(channels, toMultipleOf: ImageShape.channelGroup)
        let storage = try requireRoom(2 * padded, in: penalty.storage, operation, "the penalty")
        let words = storage.floats(2 * padded).map(Double.init)
        return PenaltyLines(offset: Array(words[..<padded]), slope: Array(words[padded...]))
    }
}

/// A penalty loaded into host memory, one value a channel.
private struct PenaltyLines: Sendable {
    let offset, slope: [Double]
}

extension NeuronLayer {
    /// ∂L/∂x of one sample, `[T, or 1 of a static input][pixels][channelStride]`, and Σ ∂L/∂Û[t]·U[t−1].
    fileprivate func backward(
        _ sample: Int,
        gradient: [Float],
        penalty: PenaltyLines?
    ) -> (input: [Double], leak: Double) {
        let imageLength = shape.area * shape.channelStride
        var result = [Double](repeating: 0, count: (time.isStatic ? 1 : time.steps) * imageLength)
        var leakSum = 0.0
        var potentials = [Double](repeating: 0, count: time.steps)
        var before = potentials
        for pixel in 0..<shape.area {
            for channel in 0..<shape.channels {
                for (level, threshold) in thresholds.enumerated() {
                    forEachStep(sample, pixel, channel, threshold: threshold) { step, potential, membrane in
                        potentials[step] = potential
                        before[step] = membrane
                    }
                    var carried = 0.0
                    for step in (0..<time.steps).reversed() {
                        let image = step * batch + sample
                        let upstream = Double(gradient[(image * shape.area + pixel) * shape.channelStride + channel])
                        var delta = delta(potentials[step], upstream, carried, threshold: threshold)
                        if let penalty, level == 0 {
                            delta +=
                                penalty.offset[channel] + penalty.slope[channel] * (potentials[step] - threshold / 2)
                        }
                        leakSum += delta * before[step]
                        carried = leak * delta
                        let kept = time.isStatic ? 0 : step
                        result[kept * imageLength + pixel * shape.channelStride + channel] += delta
                    }
                }
            }
        }
        return (result, leakSum)
    }
}
