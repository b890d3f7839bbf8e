public import Tensors

/// Neurons by name.
public enum NeuronModel: String, CaseIterable, Codable, Sendable {
    /// Integrate and fire: the potential does not leak.
    case integrateAndFire = "if"
    /// Leaky integrate and fire.
    case leaky = "lif"
    /// Parametric leaky integrate and fire: every layer learns its leak.
    case parametric = "plif"
    /// No neuron: max(0, x), for networks of real values that are to be converted.
    case rectifier = "relu"

    /// What `neuron` is; a leaky neuron of several thresholds is leaky.
    public init(_ neuron: Neuron) {
        self =
            neuron.isRectifier
            ? .rectifier : neuron.isLeakLearned ? .parametric : neuron.leak == 1 ? .integrateAndFire : .leaky
    }

    /// The leak where none is given; where it is learned, its start.
    public var standardLeak: Float { self == .integrateAndFire ? 1 : 0.5 }
}

/// What is asked of a network's neurons; nil leaves the architecture's own.
public struct NeuronOptions: Hashable, Sendable {
    /// `--neuron`.
    public var model: NeuronModel?
    /// `--leak`: α.
    public var leak: Float?
    /// `--threshold`: V_th. The higher thresholds of a multi-level neuron move along.
    public var threshold: Float?
    /// `--reset`.
    public var reset: Reset?
    /// `--detach-reset`.
    public var detachReset: Bool?
    /// `--surrogate`.
    public var surrogate: Surrogate.Kind?
    /// The surrogate's height, slope, width or temperature.
    public var surrogateParameter: Float?

    /// Nothing, unless told otherwise.
    public init(
        model: NeuronModel? = nil,
        leak: Float? = nil,
        threshold: Float? = nil,
        reset: Reset? = nil,
        detachReset: Bool? = nil,
        surrogate: Surrogate.Kind? = nil,
        surrogateParameter: Float? = nil
    ) {
        self.model = model
        self.leak = leak
        self.threshold = threshold
        self.reset = reset
        self.detachReset = detachReset
        self.surrogate = surrogate
        self.surrogateParameter = surrogateParameter
    }

    /// `neuron` with what was asked for. A surrogate asked for without its number keeps the number where the neuron has
    /// that surrogate already, and so does a model its leak.
    ///
    /// A rectifier takes the place of several thresholds as of one.
    ///
    /// - Throws: ``NetworkError/invalid(_:)`` where the options contradict each other.
    public func applied(to neuron: Neuron) throws(NetworkError) -> Neuron {
        var result = neuron
        if model == .rectifier {
            return Neuron(isRectifier: true)
        }
        if let model, model != NeuronModel(neuron) {
            result.isLeakLearned = model == .parametric
            result.leak = model.standardLeak
        }
        if let leak {
            guard leak == 1 || model != .integrateAndFire else {
                throw .invalid("an integrate-and-fire neuron has no leak, but \(leak) was asked for; use lif")
            }
            result.leak = leak
        }
        if let threshold {
            let shift = threshold - neuron.threshold
            result.threshold = threshold
            result.higherThresholds = neuron.higherThresholds.map { $0 + shift }
        }
        result.reset = reset ?? neuron.reset
        result.detachReset = detachReset ?? neuron.detachReset
        let kind = surrogate ?? neuron.surrogate.kind
        let kept = kind == neuron.surrogate.kind ? neuron.surrogate.parameter : nil
        result.surrogate = Surrogate(kind, parameter: surrogateParameter ?? kept)
        return result
    }
}
