import Networks
import Tensors

/// What the options say of the network, with the defaults of its row and of its depth.
struct NetworkChoice {
    let width: Double
    /// Nil where the architecture's blocks have no such choice.
    let sew: SEWFunction?
    /// Nil where the architecture's blocks have no such choice.
    let residual: ResidualOrder?
    /// For any picture: pictures decide none of these.
    let description: NetworkDescription
    /// Whether Dspike's temperature is chosen anew at each epoch.
    let searchesSurrogate: Bool

    private typealias Keys = TrainingOptions.CodingKeys

    init(_ architecture: Architecture, options: TrainingOptions, defaults: TrainingDefaults) throws {
        width = options.width ?? defaults.width ?? architecture.defaultWidth
        let family = try Self.family(of: architecture, options: options)
        if case .sew(let function) = family { sew = function } else { sew = nil }
        if case .residual(let order) = family { residual = order } else { residual = nil }

        let neuron = try Self.neuron(of: architecture, options: options, defaults: defaults)
        let isLogic = family == .lsn
        var description = try architecture.describe(
            width: width,
            timeSteps: options.timesteps ?? (neuron.isRectifier ? 1 : defaults.timeSteps),
            stem: architecture.stems.first,
            classes: 10,
            inChannels: 3,
            imageHeight: 32,
            imageWidth: 32,
            neuron: neuron,
            branchScale: options.branchScale ?? (isLogic ? defaults.branchScale : nil),
            branchBias: options.branchBias ?? (isLogic ? defaults.branchBias : nil),
            sew: sew,
            residual: residual
        )
        if let head = options.head {
            description.head = head
        }
        description.headGain = try Self.headGain(description, options: options, defaults: defaults)
        self.description = description

        searchesSurrogate = options.surrogateSearch ?? false
        if searchesSurrogate, neuron.isRectifier || neuron.surrogate.kind != .dspike {
            throw ConfigurationError.misplaced(
                option: Keys.surrogateSearch.option,
                problem: "it looks for Dspike's temperature, and the surrogate is "
                    + (neuron.isRectifier ? "none" : neuron.surrogate.kind.rawValue),
                advice: "Leave it out, or use --surrogate dspike"
            )
        }
    }

    private static func family(
        of architecture: Architecture,
        options: TrainingOptions
    ) throws(ConfigurationError) -> BlockFamily {
        do {
            return try architecture.family(sew: options.sew, residual: options.residual)
        } catch {
            var isSEW = false
            if case .sew = architecture.family { isSEW = true }
            throw .misplaced(
                option: (options.sew != nil && !isSEW ? Keys.sew : Keys.residual).option,
                problem: "\(error)",
                advice: "Leave it out, or choose such a --model (see lsn models)"
            )
        }
    }

    private static func headGain(
        _ description: NetworkDescription,
        options: TrainingOptions,
        defaults: TrainingDefaults
    ) throws(ConfigurationError) -> Float {
        guard description.hasSpikingHead else {
            guard options.headGain == nil else {
                throw .misplaced(
                    option: Keys.headGain.option,
                    problem: "it belongs to the spiking neurons between the two layers of the head fc256",
                    advice: "Leave it out, or use --head fc256"
                )
            }
            return 1
        }
        return options.headGain
            ?? (defaults.raisesHead
                ? Head.startingGain(neuron: description.neuron, timeSteps: description.timeSteps) : 1)
    }

    private static func neuron(
        of architecture: Architecture,
        options: TrainingOptions,
        defaults: TrainingDefaults
    ) throws -> Neuron {
        let row = architecture.defaultNeuron
        let model = options.neuron ?? NeuronModel(row)
        if model == .rectifier { try refuseNeuronOptions(options) }
        if model == .integrateAndFire, let leak = options.leak, leak != 1, options.neuron != nil {
            throw ConfigurationError.misplaced(
                option: Keys.leak.option,
                problem: "an integrate-and-fire neuron has no leak, but \(leak) was asked for",
                advice: "Leave it out, or use --neuron lif"
            )
        }
        let kind = options.surrogate ?? row.surrogate.kind
        var parameter = try surrogateParameter(options, kind: kind)
        if kind == .triangular { parameter = parameter ?? defaults.surrogateHeight }
        return try NeuronOptions(
            model: options.neuron,
            leak: options.leak,
            threshold: options.threshold,
            reset: options.reset,
            detachReset: options.detachReset,
            surrogate: options.surrogate,
            surrogateParameter: parameter
        ).applied(to: row)
    }

    /// Options of spiking neurons where none are.
    private static func refuseNeuronOptions(_ options: TrainingOptions) throws(ConfigurationError) {
        let keys: [Keys] = [
            .leak, .threshold, .reset, .detachReset, .surrogate, .surrogateHeight, .surrogateSlope, .surrogateWidth,
            .surrogateTemperature,
        ]
        for field in TrainingOptions.fields where keys.contains(field.key) && field.text(options) != nil {
            throw .misplaced(
                option: field.key.option,
                problem: "it belongs to spiking neurons, and the network has rectifiers (--neuron relu)",
                advice: "Leave it out, or choose --neuron if, lif or plif"
            )
        }
    }

    /// The number that is given for the surrogate; nil where none is.
    private static func surrogateParameter(
        _ options: TrainingOptions,
        kind: Surrogate.Kind
    ) throws(ConfigurationError) -> Float? {
        let numbers: [(Keys, Float?, [Surrogate.Kind])] = [
            (.surrogateHeight, options.surrogateHeight, [.triangular]),
            (.surrogateSlope, options.surrogateSlope, [.sigmoid, .arctan]),
            (.surrogateWidth, options.surrogateWidth, [.rectangle]),
            (.surrogateTemperature, options.surrogateTemperature, [.dspike]),
        ]
        for (key, value, owners) in numbers where value != nil && !owners.contains(kind) {
            let names = owners.map(\.rawValue).joined(separator: " or ")
            throw .misplaced(
                option: key.option,
                problem: "it belongs to the surrogate \(names), and the surrogate is \(kind.rawValue)",
                advice: "Use --surrogate-\(kind.parameterName), or --surrogate \(names)"
            )
        }
        return numbers.first { $0.2.contains(kind) }?.1
    }

    /// The neuron, the surrogate and the family as options, no default left open.
    func write(to options: inout TrainingOptions) {
        let neuron = description.neuron
        options.sew = sew
        options.residual = residual
        options.neuron = options.neuron ?? NeuronModel(neuron)
        options.headGain = description.hasSpikingHead ? description.headGain : nil
        guard !neuron.isRectifier else { return }
        options.leak = neuron.leak
        options.threshold = neuron.threshold
        options.reset = neuron.reset
        options.detachReset = neuron.detachReset
        options.surrogate = neuron.surrogate.kind
        switch neuron.surrogate {
        case .triangular(let height): options.surrogateHeight = height
        case .sigmoid(let slope), .arctan(let slope): options.surrogateSlope = slope
        case .rectangle(let width): options.surrogateWidth = width
        case .dspike(let temperature):
            options.surrogateTemperature = temperature
            options.surrogateSearch = searchesSurrogate
        }
    }
}
