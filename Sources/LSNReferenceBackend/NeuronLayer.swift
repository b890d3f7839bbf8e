import Foundation
import LSNTensors

/// A neuron layer's operands in host memory, and its equations for one neuron.
struct NeuronLayer: Sendable {
    let input: [Float]
    let shape: ImageShape
    let norm: ChannelNorm?
    let neuron: Neuron
    let thresholds: [Double]
    let time: TimeAxis
    let batch: Int
    /// The fixed leak, or the learned 1 − σ(w).
    let leak: Double

    init(_ backend: ReferenceBackend, _ operands: NeuronOperands) throws(BackendError) {
        input = try backend.load(operands.input)
        shape = operands.input.shape
        norm =
            if let normalization = operands.normalization { try ChannelNorm(backend, normalization) } else { nil }
        leak =
            if let leak = operands.leak {
                1 / (1 + exp(Double(try backend.load(leak.weight)[0])))
            } else { Double(operands.neuron.leak) }
        neuron = operands.neuron
        thresholds = neuron.thresholds.map(Double.init)
        time = operands.time
        batch = time.batch(shape.images)
    }

    /// Calls `body` with Û[t] and U[t−1] of the neuron with this threshold for t = 0, 1, ….
    @inline(__always)
    func forEachStep(
        _ sample: Int,
        _ pixel: Int,
        _ channel: Int,
        threshold: Double,
        _ body: (_ step: Int, _ potential: Double, _ before: Double) -> Void
    ) {
        var membrane = 0.0
        for step in 0..<time.steps {
            let image = time.isStatic ? sample : step * batch + sample
            let value = Double(input[(image * shape.area + pixel) * shape.channelStride + channel])
            let potential = leak * membrane + (norm?.apply(value, channel) ?? value)
            body(step, potential, membrane)
            membrane =
                switch (neuron.reset, potential >= threshold) {
                case (_, false): potential
                case (.hard, true): 0
                case (.soft, true): potential - threshold
                }
        }
    }

    /// ∂L/∂Û[t] from Û[t], g[t] and c[t].
    func delta(_ potential: Double, _ upstream: Double, _ carried: Double, threshold: Double) -> Double {
        let slope = neuron.surrogate.derivative(potential - threshold)
        switch neuron.reset {
        case .hard:
            let spike = neuron.detachReset ? upstream : upstream - potential * carried
            return spike * slope + (potential >= threshold ? 0 : carried)
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
