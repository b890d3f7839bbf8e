public import LSNTensors

// Backward through the equations of Neuron.swift, g[t] = ∂L/∂Y[t], c[t] = ∂L/∂U[t], c[T−1] = 0, S the surrogate:
//
//     gY = g[t] − Û[t]·c[t]                  hard reset
//        = g[t] − threshold·c[t]             soft reset
//        = g[t]                              reset detached
//     ∂L/∂x[t] = ∂L/∂Û[t] = gY·S(Û[t] − threshold) + (1 − Y[t])·c[t]        (c[t] whole for the soft reset)
//     c[t−1] = leak·∂L/∂Û[t]
//     ∂L/∂w = −leak·(1 − leak)·Σ ∂L/∂Û[t]·U[t−1]                            leak = 1 − σ(w)
//
// The MPD loss adds offset + slope·(Û[t] − V_th/2) to ∂L/∂Û[t] of the first threshold. With several thresholds, ∂L/∂x and
// ∂L/∂w are sums over them. A static input stands at every t: its gradient is the sum over t.
extension ReferenceBackend {
    /// ∂L/∂x of the formulas above, then through the norm, if there is one.
    public func fireBackward(
        _ operands: NeuronOperands,
        gradient: RealTensor,
        gradients: NormalizationGradients?,
        mpd: MPDGradient?
    ) throws(BackendError) {
        let layer = try NeuronLayer(self, operands)
        let (input, time) = (operands.input, operands.time)
        let g = try load(gradient)
        let lines = try mpd.map { (line) throws(BackendError) in try load(line) }
        let samples = parallelMap(layer.batch) { layer.backward($0, gradient: g, mpd: lines) }

        if let leak = operands.leak {
            let sum = samples.reduce(0) { $0 + $1.leak }
            try store([Float(-layer.leak * (1 - layer.leak) * sum)], in: leak.gradient)
        }
        let delta = layer.join(
            samples.map(\.input),
            steps: time.isStatic ? 1 : time.steps,
            imageLength: input.shape.area * input.shape.channelStride
        )
        guard let normalization = operands.normalization, let gradients else {
            return try store(delta.map { Float($0) }, in: gradient.storage)
        }
        let result = RealTensor(shape: input.shape, storage: gradient.storage)
        try normalizeBackward(
            delta,
            input: input,
            normalization: normalization,
            gradients: gradients,
            result: result
        )
    }

    private func load(_ mpd: MPDGradient) throws(BackendError) -> MPDLines {
        let padded = roundUp(mpd.channels, toMultipleOf: ImageShape.channelAlignment)
        let words = try own(mpd.storage).floats(2 * padded).map(Double.init)
        return MPDLines(offset: Array(words[..<padded]), slope: Array(words[padded...]))
    }
}

/// An MPD gradient loaded into host memory, one value a channel.
private struct MPDLines: Sendable {
    let offset, slope: [Double]
}

extension NeuronLayer {
    /// ∂L/∂x of one sample, `[T, or 1 of a static input][pixels][channelStride]`, and Σ ∂L/∂Û[t]·U[t−1].
    fileprivate func backward(
        _ sample: Int,
        gradient: [Float],
        mpd: MPDLines?
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
                        if let mpd, level == 0 {
                            delta +=
                                mpd.offset[channel] + mpd.slope[channel] * (potentials[step] - threshold / 2)
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
