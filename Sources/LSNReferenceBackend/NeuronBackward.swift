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
//
// In Float, with the sums of ``SumOrder`` and the roundings of Kernels/neuron: the same bits.
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
        let pixels = layer.batch * input.shape.area
        let runs = parallelMap(SumOrder.runs(of: pixels)) { run in
            let begin = run * SumOrder.run
            return layer.backward(begin..<min(begin + SumOrder.run, pixels), gradient: g, mpd: lines)
        }

        if let leak = operands.leak {
            var lanes = SIMD8<Float>()
            for channel in 0..<input.shape.channels {
                lanes[channel % SumOrder.lanes] += SumOrder.merged(runs.map { $0.leaks[channel] })
            }
            try store([-layer.leak * (1 - layer.leak) * SumOrder.joined(lanes)], in: leak.gradient)
        }
        // Time is outermost in a tensor, pixels are in a run.
        let delta = (0..<(time.isStatic ? 1 : time.steps)).flatMap { step in runs.flatMap { $0.input[step] } }
        let result = RealTensor(shape: input.shape, storage: gradient.storage)
        guard let norm = layer.norm, let gradients else { return try store(delta, in: result.storage) }
        try finishNormalizeBackward(
            delta,
            sums: (0..<input.shape.channels).map { channel in GradientSums(merging: runs.map { $0.sums[channel] }) },
            input: layer.input,
            shape: input.shape,
            norm: norm,
            gradients: gradients,
            result: result
        )
    }

    private func load(_ mpd: MPDGradient) throws(BackendError) -> MPDLines {
        let padded = roundUp(mpd.channels, toMultipleOf: ImageShape.channelAlignment)
        let words = try own(mpd.storage).floats(2 * padded)
        return MPDLines(offset: Array(words[..<padded]), slope: Array(words[padded...]))
    }
}

/// An MPD gradient loaded into host memory, one value a channel.
private struct MPDLines: Sendable {
    let offset, slope: [Float]
}

/// What the backward pass over a run of pixels leaves.
private struct RunGradients: Sendable {
    /// ∂L/∂x, `[T, or 1 of a static input]` of `[pixels of the run][channelStride]`.
    var input: [[Float]]
    /// What the norm's gradients need, one a channel.
    var sums: [GradientSums]
    /// Σ ∂L/∂Û[t]·U[t−1], one a channel.
    var leaks: [Float]
}

extension NeuronLayer {
    /// Pixels are those of a time step; each goes from its last step to its first, of several levels the first one first.
    fileprivate func backward(_ pixels: Range<Int>, gradient: [Float], mpd: MPDLines?) -> RunGradients {
        var result = RunGradients(
            input: [[Float]](
                repeating: [Float](repeating: 0, count: pixels.count * shape.channelStride),
                count: time.isStatic ? 1 : time.steps
            ),
            sums: [GradientSums](repeating: GradientSums(), count: shape.channels),
            leaks: [Float](repeating: 0, count: shape.channels)
        )
        let thresholds = neuron.thresholds
        var potentials = [Float](repeating: 0, count: thresholds.count * time.steps)
        var before = potentials
        for pixel in pixels {
            let (sample, place) = (pixel / shape.area, pixel % shape.area)
            for channel in 0..<shape.channels {
                for (level, threshold) in thresholds.enumerated() {
                    forEachStep(sample, place, channel, threshold: threshold) { step, potential, membrane in
                        potentials[level * time.steps + step] = potential
                        before[level * time.steps + step] = membrane
                    }
                }
                var carried = [Float](repeating: 0, count: thresholds.count)
                var total: Float = 0
                for step in (0..<time.steps).reversed() {
                    let at = ((step * batch + sample) * shape.area + place) * shape.channelStride + channel
                    var delta: Float = 0
                    for (level, threshold) in thresholds.enumerated() {
                        let potential = potentials[level * time.steps + step]
                        var share = self.delta(potential, gradient[at], carried[level], threshold: threshold)
                        if let mpd, level == 0 {
                            share += mpd.offset[channel].addingProduct(
                                mpd.slope[channel],
                                potential - 0.5 * threshold
                            )
                        }
                        result.leaks[channel].addProduct(share, before[level * time.steps + step])
                        carried[level] = leak * share
                        delta = thresholds.count > 1 ? delta + share : share
                    }
                    total += delta
                    if !time.isStatic {
                        put(delta, at: at, step: step, pixel: pixel - pixels.lowerBound, channel, &result)
                    }
                }
                if time.isStatic {
                    put(
                        total,
                        at: pixel * shape.channelStride + channel,
                        step: 0,
                        pixel: pixel - pixels.lowerBound,
                        channel,
                        &result
                    )
                }
            }
        }
        return result
    }

    /// Keeps ∂L/∂x of the input value `at`.
    private func put(
        _ gradient: Float,
        at: Int,
        step: Int,
        pixel: Int,
        _ channel: Int,
        _ result: inout RunGradients
    ) {
        result.input[step][pixel * shape.channelStride + channel] = gradient
        if let norm { result.sums[channel].add(gradient, input[at] - norm.mean[channel]) }
    }
}
