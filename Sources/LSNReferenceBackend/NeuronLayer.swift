import LSNTensors

/// A neuron layer's operands in host memory, and its equations for one neuron, with the roundings of Kernels/neuron.
struct NeuronLayer: Sendable {
    let input: [Float]
    let shape: ImageShape
    let norm: ChannelNorm?
    let neuron: Neuron
    let surrogate: SurrogateNumbers
    let time: TimeAxis
    let batch: Int
    /// The fixed leak, or the learned 1 − σ(w).
    let leak: Float

    init(_ backend: ReferenceBackend, _ operands: NeuronOperands) throws(BackendError) {
        input = try backend.load(operands.input)
        shape = operands.input.shape
        norm =
            if let normalization = operands.normalization { try ChannelNorm(backend, normalization) } else { nil }
        leak =
            if let leak = operands.leak {
                LearnedLeak.leak(of: try backend.load(leak.weight)[0])
            } else { operands.neuron.leak }
        neuron = operands.neuron
        surrogate = SurrogateNumbers(neuron.surrogate)
        time = operands.time
        batch = time.batch(shape.images)
    }

    /// Calls `body` with Û[t] and U[t−1] of the neuron with this threshold for t = 0, 1, ….
    @inline(__always)
    func forEachStep(
        _ sample: Int,
        _ pixel: Int,
        _ channel: Int,
        threshold: Float,
        _ body: (_ step: Int, _ potential: Float, _ before: Float) -> Void
    ) {
        var membrane: Float = 0
        for step in 0..<time.steps {
            let image = time.isStatic ? sample : step * batch + sample
            let value = input[(image * shape.area + pixel) * shape.channelStride + channel]
            let drive = norm?.apply(value, channel) ?? value
            let potential = drive.addingProduct(leak, membrane)
            body(step, potential, membrane)
            membrane =
                switch (neuron.reset, potential >= threshold) {
                case (.hard, true): 0
                case (.hard, false): potential
                case (.soft, let fired): potential - (fired ? threshold : 0)
                }
        }
    }

    /// ∂L/∂Û[t] from Û[t], g[t] and c[t].
    func delta(_ potential: Float, _ upstream: Float, _ carried: Float, threshold: Float) -> Float {
        let slope = surrogate.derivative(potential - threshold)
        switch neuron.reset {
        case .hard:
            let spike = neuron.detachReset ? upstream : upstream.addingProduct(-potential, carried)
            return (potential >= threshold ? 0 : carried).addingProduct(spike, slope)
        case .soft:
            let spike = neuron.detachReset ? upstream : upstream.addingProduct(-threshold, carried)
            return carried.addingProduct(spike, slope)
        }
    }
}

extension SurrogateNumbers {
    /// ∂Y/∂Û at x = Û − V_th, as Kernels/neuron/dynamics.cl computes it.
    func derivative(_ x: Float) -> Float {
        switch kind {
        case .triangular:
            let y = 1 - abs(x)
            return scale * (y > 0 ? y : 0)
        case .sigmoid:
            return 0.25 * scale * Self.bell(slope * x)
        case .arctan:
            let y = slope * x
            return scale / Float(1).addingProduct(y, y)
        case .rectangle:
            return abs(x) < slope ? scale : 0
        case .dspike:
            return abs(x) <= 0.5 ? scale * Self.bell(2 * slope * x) : 0
        }
    }

    /// sech²(z/2) of Kernels/neuron/dynamics.cl: the reciprocal of an even polynomial, within 3·10⁻⁷.
    private static func bell(_ z: Float) -> Float {
        let square = z * z
        let sum = bellCoefficients.reduce(into: Float(0)) { sum, coefficient in
            sum = coefficient.addingProduct(sum, square)
        }
        return 1 / sum
    }

    private static let bellCoefficients: [Float] = [
        6.7149411e-14, 1.14203284e-13, 1.3555912e-9, 1.29470749e-7, 1.25087481e-5, 6.93798763e-4, 2.08348781e-2,
        2.49998972e-1, 1,
    ]
}
