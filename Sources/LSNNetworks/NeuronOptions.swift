public import LSNTensors

/// Neurons by name.
public enum NeuronModel: String, CaseIterable, Codable, Sendable {
    /// Integrate and fire: the potential does not leak.
    case integrateAndFire = "if"
    /// Leaky integrate and fire.
    case leaky = "lif"
    /// Parametric leaky integrate and fire: every layer learns its leak.
    case parametric = "plif"
    /// No neuron: max(0, x), for networks of real values that are to be converted.
    case relu

    /// What `neuron` is; a leaky neuron of several thresholds is leaky.
    public init(_ neuron: Neuron) {
        self =
            neuron.isReLU
            ? .relu : neuron.isLeakLearned ? .parametric : neuron.leak == 1 ? .integrateAndFire : .leaky
    }

    /// The leak where none is given; where it is learned, its start.
    public var standardLeak: Float { self == .integrateAndFire ? 1 : 0.5 }
}

/// What is asked of a network's neurons; nil leaves the family's own.
public struct NeuronOptions: Hashable, Sendable {
    /// By name.
    public var model: NeuronModel?
    /// α.
    public var leak: Float?
    /// V_th. The higher thresholds of a multi-level neuron move along, where they are not given too.
    public var threshold: Float?
    /// The thresholds beyond it of a multi-level neuron.
    public var higherThresholds: [Float]?
    /// What firing does to the potential.
    public var reset: Reset?
    /// Whether the reset is a constant in the backward pass.
    public var detachReset: Bool?
    /// The spike's derivative in the backward pass.
    public var surrogate: Surrogate.Kind?
    /// Peak of the triangular surrogate.
    public var surrogateHeight: Float?
    /// Slope of the sigmoid or of the arctan surrogate.
    public var surrogateSlope: Float?
    /// Width of the rectangle surrogate.
    public var surrogateWidth: Float?
    /// Temperature of Dspike.
    public var surrogateTemperature: Float?

    /// Nothing, unless told otherwise.
    public init(
        model: NeuronModel? = nil,
        leak: Float? = nil,
        threshold: Float? = nil,
        higherThresholds: [Float]? = nil,
        reset: Reset? = nil,
        detachReset: Bool? = nil,
        surrogate: Surrogate.Kind? = nil,
        surrogateParameter: Float? = nil
    ) {
        self.model = model
        self.leak = leak
        self.threshold = threshold
        self.higherThresholds = higherThresholds
        self.reset = reset
        self.detachReset = detachReset
        self.surrogate = surrogate
        if let surrogate, let surrogateParameter { set(surrogate, parameter: surrogateParameter) }
    }

    /// All of `neuron`; of a ReLU its name, since nothing else of it counts.
    public init(_ neuron: Neuron) {
        self.init(model: NeuronModel(neuron))
        guard !neuron.isReLU else { return }
        leak = neuron.leak
        threshold = neuron.threshold
        higherThresholds = neuron.isMultiLevel ? neuron.higherThresholds : nil
        reset = neuron.reset
        detachReset = neuron.detachReset
        surrogate = neuron.surrogate.kind
        set(neuron.surrogate.kind, parameter: neuron.surrogate.parameter)
    }

    private mutating func set(_ kind: Surrogate.Kind, parameter: Float) {
        switch kind {
        case .triangular: surrogateHeight = parameter
        case .sigmoid, .arctan: surrogateSlope = parameter
        case .rectangle: surrogateWidth = parameter
        case .dspike: surrogateTemperature = parameter
        }
    }

    /// `neuron` with what was asked for. A surrogate asked for without its number keeps the number where the neuron has
    /// that surrogate already, and so does a model its leak.
    ///
    /// A ReLU takes the place of several thresholds as of one.
    ///
    /// - Throws: ``NetworkError/misplaced(key:problem:advice:)`` where the options contradict each other.
    public func applied(to neuron: Neuron) throws(NetworkError) -> Neuron {
        var result = neuron
        let model = model ?? NeuronModel(neuron)
        if model == .relu {
            try refuseAll()
            return Neuron(isReLU: true)
        }
        if model != NeuronModel(neuron) {
            if neuron.isReLU { result = Neuron() }
            result.isLeakLearned = model == .parametric
            result.leak = model.standardLeak
        }
        if let leak {
            guard leak == 1 || self.model != .integrateAndFire else {
                throw .misplaced(
                    key: "leak",
                    problem: "an integrate-and-fire neuron has no leak, but \(leak) was asked for",
                    advice: "Leave it out, or use the neuron lif"
                )
            }
            result.leak = leak
        }
        if let threshold {
            let shift = threshold - result.threshold
            result.threshold = threshold
            result.higherThresholds = result.higherThresholds.map { $0 + shift }
        }
        result.higherThresholds = higherThresholds ?? result.higherThresholds
        result.reset = reset ?? result.reset
        result.detachReset = detachReset ?? result.detachReset
        let kind = surrogate ?? result.surrogate.kind
        let kept = kind == result.surrogate.kind ? result.surrogate.parameter : nil
        result.surrogate = Surrogate(kind, parameter: try surrogateParameter(kind) ?? kept)
        return result
    }

    /// The number that is given for the surrogate; nil where none is.
    private func surrogateParameter(_ kind: Surrogate.Kind) throws(NetworkError) -> Float? {
        let numbers: [(key: String, value: Float?, owners: [Surrogate.Kind])] = [
            ("surrogate-height", surrogateHeight, [.triangular]),
            ("surrogate-slope", surrogateSlope, [.sigmoid, .arctan]),
            ("surrogate-width", surrogateWidth, [.rectangle]),
            ("surrogate-temperature", surrogateTemperature, [.dspike]),
        ]
        for (key, value, owners) in numbers where value != nil && !owners.contains(kind) {
            let names = owners.map(\.rawValue).joined(separator: " or ")
            throw .misplaced(
                key: key,
                problem: "it belongs to the surrogate \(names), and the surrogate is \(kind.rawValue)",
                advice: "Use surrogate-\(kind.parameterName), or the surrogate \(names)"
            )
        }
        return numbers.first { $0.owners.contains(kind) }?.value
    }

    /// Options of spiking neurons where none are.
    private func refuseAll() throws(NetworkError) {
        let given: [(key: String, isGiven: Bool)] = [
            ("leak", leak != nil), ("threshold", threshold != nil), ("higher-thresholds", higherThresholds != nil),
            ("reset", reset != nil), ("detach-reset", detachReset != nil), ("surrogate", surrogate != nil),
            ("surrogate-height", surrogateHeight != nil), ("surrogate-slope", surrogateSlope != nil),
            ("surrogate-width", surrogateWidth != nil), ("surrogate-temperature", surrogateTemperature != nil),
        ]
        guard let first = given.first(where: \.isGiven) else { return }
        throw .misplaced(
            key: first.key,
            problem: "it belongs to spiking neurons, and the network has ReLUs",
            advice: "Leave it out, or choose the neuron if, lif or plif"
        )
    }
}
