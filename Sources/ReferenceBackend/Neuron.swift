import Foundation
public import Tensors

// Leaky integrate-and-fire (eqs. 2–4 of the LSN paper), x the normalised input, U[−1] = 0:
//
//     Û[t] = leak·U[t−1] + x[t]
//     Y[t] = 1 if Û[t] ≥ threshold, else 0
//     U[t] = (1 − Y[t])·Û[t]                 hard reset
//     U[t] = Û[t] − threshold·Y[t]           soft reset
//
// Backward, g[t] = ∂L/∂Y[t], c[t] = ∂L/∂U[t], c[T−1] = 0, S the surrogate:
//
//     gY = g[t] − Û[t]·c[t]                  hard reset
//        = g[t] − threshold·c[t]             soft reset
//        = g[t]                              reset detached
//     ∂L/∂x[t] = ∂L/∂Û[t] = gY·S(Û[t] − threshold) + (1 − Y[t])·c[t]        (c[t] whole for the soft reset)
//     c[t−1] = leak·∂L/∂Û[t]
//
// A static input stands at every t: its gradient is the sum over t.
extension ReferenceBackend {
    /// Y of the formulas above, for all t.
    public func fire(
        _ input: RealTensor<Self>,
        normalization: Normalization<Self>?,
        neuron: Neuron,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor<Self> {
        let layer = try NeuronLayer(self, input, normalization, neuron, time, "fire")
        let outShape = layer.outputShape
        let imageWords = outShape.area * outShape.wordsPerPixel

        let samples = parallelMap(layer.batch) { sample in
            var words = [UInt32](repeating: 0, count: time.steps * imageWords)
            for pixel in 0..<outShape.area {
                for channel in 0..<outShape.channels {
                    layer.forEachStep(sample, pixel, channel) { step, potential in
                        guard layer.fires(potential) else { return }
                        words[step * imageWords + pixel * outShape.wordsPerPixel + channel / 32] |=
                            1 << UInt32(channel % 32)
                    }
                }
            }
            return words
        }
        var result = [UInt32](repeating: 0, count: outShape.spikeWords)
        for step in 0..<time.steps {
            for sample in 0..<layer.batch {
                let start = (step * layer.batch + sample) * imageWords
                for word in 0..<imageWords { result[start + word] = samples[sample][step * imageWords + word] }
            }
        }
        return newSpikes(result, shape: outShape)
    }

    /// ∂L/∂x of the formulas above, then through the norm, if there is one.
    public func fireBackward(
        _ gradient: RealTensor<Self>,
        input: RealTensor<Self>,
        normalization: Normalization<Self>?,
        neuron: Neuron,
        time: TimeAxis,
        gradients: NormalizationGradients<Self>?
    ) throws(BackendError) -> RealTensor<Self> {
        let operation = "fireBackward"
        let layer = try NeuronLayer(self, input, normalization, neuron, time, operation)
        try requireEqual(gradient.shape, layer.outputShape, operation, "the gradient")
        try require(
            (normalization == nil) == (gradients == nil),
            operation,
            "the norm's gradients must be given exactly when there is a norm"
        )
        let g = try load(gradient, operation, "the gradient")
        let shape = input.shape
        let imageLength = shape.area * shape.channelStride
        let stepsKept = time.isStatic ? 1 : time.steps

        // ∂L/∂x of the normalised input, by sample.
        let samples = parallelMap(layer.batch) { sample in
            var result = [Double](repeating: 0, count: stepsKept * imageLength)
            var potentials = [Double](repeating: 0, count: time.steps)
            for pixel in 0..<shape.area {
                for channel in 0..<shape.channels {
                    layer.forEachStep(sample, pixel, channel) { step, potential in potentials[step] = potential }
                    var carried = 0.0
                    for step in (0..<time.steps).reversed() {
                        let image = step * layer.batch + sample
                        let upstream = Double(g[(image * shape.area + pixel) * shape.channelStride + channel])
                        let delta = layer.delta(potentials[step], upstream, carried)
                        carried = Double(neuron.leak) * delta
                        let kept = time.isStatic ? 0 : step
                        result[kept * imageLength + pixel * shape.channelStride + channel] += delta
                    }
                }
            }
            return result
        }
        var delta = [Double](repeating: 0, count: shape.realWords)
        for step in 0..<stepsKept {
            for sample in 0..<layer.batch {
                let start = (step * layer.batch + sample) * imageLength
                for index in 0..<imageLength { delta[start + index] = samples[sample][step * imageLength + index] }
            }
        }
        guard let normalization, let gradients else { return newTensor(delta.map { Float($0) }, shape: shape) }
        return try normalizeBackward(
            delta,
            input: input,
            normalization: normalization,
            gradients: gradients,
            operation
        )
    }
}

/// A neuron layer's operands in host memory, and its equations for one neuron.
private struct NeuronLayer: Sendable {
    let input: [Float]
    let shape: ImageShape
    let norm: ChannelNorm?
    let neuron: Neuron
    let time: TimeAxis
    let batch: Int

    init(
        _ backend: ReferenceBackend,
        _ input: RealTensor<ReferenceBackend>,
        _ normalization: Normalization<ReferenceBackend>?,
        _ neuron: Neuron,
        _ time: TimeAxis,
        _ operation: String
    ) throws(BackendError) {
        self.input = try backend.load(input, operation, "the input")
        shape = input.shape
        norm =
            if let normalization {
                try ChannelNorm(backend, normalization, channels: input.shape.channels, operation)
            } else { nil }
        self.neuron = neuron
        self.time = time
        try backend.require(
            time.steps >= 1 && (time.isStatic || input.shape.images % time.steps == 0),
            operation,
            "the input of shape \(input.shape) does not divide into \(time.steps) time steps"
        )
        batch = time.batch(input.shape.images)
    }

    var outputShape: ImageShape { shape.with(images: time.outputImages(shape.images)) }

    func fires(_ potential: Double) -> Bool { potential >= Double(neuron.threshold) }

    /// Calls `body` with Û[t] of one neuron for t = 0, 1, ….
    @inline(__always)
    func forEachStep(_ sample: Int, _ pixel: Int, _ channel: Int, _ body: (_ step: Int, _ potential: Double) -> Void) {
        var membrane = 0.0
        for step in 0..<time.steps {
            let image = time.isStatic ? sample : step * batch + sample
            let value = Double(input[(image * shape.area + pixel) * shape.channelStride + channel])
            let potential = Double(neuron.leak) * membrane + (norm?.apply(value, channel) ?? value)
            body(step, potential)
            membrane =
                switch (neuron.reset, fires(potential)) {
                case (_, false): potential
                case (.hard, true): 0
                case (.soft, true): potential - Double(neuron.threshold)
                }
        }
    }

    /// ∂L/∂Û[t] from Û[t], g[t] and c[t].
    func delta(_ potential: Double, _ upstream: Double, _ carried: Double) -> Double {
        let threshold = Double(neuron.threshold)
        let slope = neuron.surrogate.derivative(potential - threshold)
        switch neuron.reset {
        case .hard:
            let spike = neuron.detachReset ? upstream : upstream - potential * carried
            return spike * slope + (fires(potential) ? 0 : carried)
        case .soft:
            let spike = neuron.detachReset ? upstream : upstream - threshold * carried
            return spike * slope + carried
        }
    }
}

extension Surrogate {
    /// ∂Y/∂Û at x = Û − V_th.
    func derivative(_ x: Double) -> Double {
        switch self {
        case .triangular(let height):
            return Double(height) * max(0, 1 - abs(x))
        case .sigmoid(let slope):
            let a = Double(slope)
            let s = 1 / (1 + exp(-a * x))
            return a * s * (1 - s)
        case .arctan(let slope):
            let a = Double(slope)
            let scaled = Double.pi * a * x / 2
            return a / 2 / (1 + scaled * scaled)
        case .rectangle(let width):
            return abs(x) < Double(width) / 2 ? 1 / Double(width) : 0
        case .dspike(let temperature):
            let b = Double(temperature)
            let hyperbolic = cosh(b * x)
            return abs(x) <= 0.5 ? b / (2 * tanh(b / 2) * hyperbolic * hyperbolic) : 0
        }
    }
}
