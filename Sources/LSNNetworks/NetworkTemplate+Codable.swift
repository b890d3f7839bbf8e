import LSNTensors

// Files and checkpoints: the keys of docs/Networks.md, in YAML or JSON. A key that is not known is an error.

extension NetworkTemplate: Codable {
    /// The keys of a network, in the order in which they are shown.
    public static let keys = [
        "name", "family", "function", "order", "timesteps", "classes", "input", "stem", "stages", "head", "neuron",
        "norm",
        "start",
    ]

    /// Reads a network.
    ///
    /// - Throws: `DecodingError` at the key that is unknown, missing, or whose value means nothing.
    public init(from decoder: any Decoder) throws {
        let reader = try DescriptionReader(decoder, known: Self.keys)
        let start: StartKeys? = try reader.value("start")
        self.init(
            name: try reader.value("name") ?? "",
            family: try BlockFamily.read(reader) ?? .lsn,
            timeSteps: try reader.value("timesteps", Self.countRange) { Self.isCount($0) },
            classes: try reader.value("classes", Self.countRange) { Self.isCount($0) },
            input: try reader.value("input"),
            stem: try reader.value("stem") ?? StemLayers(),
            stages: try reader.required("stages"),
            head: try reader.choice("head"),
            neuron: try reader.value("neuron") ?? NeuronOptions(),
            norm: try reader.value("norm") ?? NormGains(),
            start: start?.start ?? Start(),
            headGain: start?.headGain
        )
        guard !stages.isEmpty else { throw reader.refusal("stages", "'stages' is empty; a network has at least one") }
    }

    /// Writes what is not left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DescriptionKey.self)
        try container.write("name", name)
        try family.write(to: &container)
        try container.write("timesteps", timeSteps)
        try container.write("classes", classes)
        try container.write("input", input)
        if stem != StemLayers() { try container.write("stem", stem) }
        try container.write("stages", stages)
        try container.write("head", head)
        if neuron != NeuronOptions() { try container.write("neuron", neuron) }
        if norm != NormGains() { try container.write("norm", norm) }
        let start = StartKeys(start: start, headGain: headGain)
        if start != StartKeys() { try container.write("start", start) }
    }

    /// More than any network has, and little enough that products of a few are integers.
    public static let largestCount = 1 << 20

    static var countRange: String { "a whole number from 1 to \(largestCount)" }

    static func isCount(_ value: Int) -> Bool { 1...largestCount ~= value }
}

/// How branches and the head start, under one key.
private struct StartKeys: Hashable, Codable {
    var start = NetworkTemplate.Start()
    var headGain: Float?

    init() {}

    init(start: NetworkTemplate.Start, headGain: Float?) {
        self.start = start
        self.headGain = headGain
    }

    init(from decoder: any Decoder) throws {
        let reader = try DescriptionReader(decoder, known: ["branch-scale", "branch-bias", "head-gain"])
        start = try NetworkTemplate.Start(reader)
        headGain = try reader.value("head-gain", "more than 0") { $0 > 0 && $0.isFinite }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DescriptionKey.self)
        try container.write("branch-scale", start.branchScale)
        try container.write("branch-bias", start.branchBias)
        try container.write("head-gain", headGain)
    }
}

extension NetworkTemplate.Start {
    fileprivate init(_ reader: DescriptionReader) throws {
        self.init(
            branchScale: try reader.value("branch-scale", "a finite number") { $0.isFinite },
            branchBias: try reader.value("branch-bias", "a finite number") { $0.isFinite }
        )
    }
}

extension NetworkTemplate.Input: Codable {
    /// Reads `channels`, `height` and `width`.
    public init(from decoder: any Decoder) throws {
        let reader = try DescriptionReader(decoder, known: ["channels", "height", "width"])
        func extent(_ name: String) throws -> Int {
            let count = try reader.value(name, NetworkTemplate.countRange) { NetworkTemplate.isCount($0) }
            return try count ?? reader.required(name)
        }
        self.init(channels: try extent("channels"), height: try extent("height"), width: try extent("width"))
    }

    /// Writes `channels`, `height` and `width`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DescriptionKey.self)
        try container.write("channels", channels)
        try container.write("height", height)
        try container.write("width", width)
    }
}

extension NetworkTemplate.StemLayers: Codable {
    /// Reads `kind` and `width`.
    public init(from decoder: any Decoder) throws {
        let reader = try DescriptionReader(decoder, known: ["kind", "width"])
        self.init(
            kind: try reader.choice("kind"),
            width: try reader.value("width", NetworkTemplate.countRange) { NetworkTemplate.isCount($0) }
        )
    }

    /// Writes `kind` and `width`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DescriptionKey.self)
        try container.write("kind", kind)
        try container.write("width", width)
    }
}

extension NetworkTemplate.NormGains: Codable {
    /// Reads `gain` and `last-gain`.
    public init(from decoder: any Decoder) throws {
        let reader = try DescriptionReader(decoder, known: ["gain", "last-gain"])
        self.init(
            gain: try reader.value("gain", "more than 0") { $0 > 0 && $0.isFinite },
            last: try reader.value("last-gain", "more than 0") { $0 > 0 && $0.isFinite }
        )
    }

    /// Writes `gain` and `last-gain`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DescriptionKey.self)
        try container.write("gain", gain)
        try container.write("last-gain", last)
    }
}

extension NetworkTemplate.Stage: Codable {
    /// The keys of a stage, in the order in which they are shown.
    public static let keys = [
        "blocks", "width", "stride", "bottleneck", "family", "function", "order", "norm", "branch-scale", "branch-bias",
    ]

    /// Reads a stage.
    public init(from decoder: any Decoder) throws {
        let reader = try DescriptionReader(decoder, known: Self.keys)
        func count(_ name: String) throws -> Int {
            let count = try reader.value(name, NetworkTemplate.countRange) { NetworkTemplate.isCount($0) }
            return try count ?? reader.required(name)
        }
        self.init(
            blocks: try count("blocks"),
            width: try count("width"),
            stride: try reader.value("stride", "1 or 2") { 1...2 ~= $0 },
            isBottleneck: try reader.value("bottleneck"),
            family: try BlockFamily.read(reader),
            norm: try reader.value("norm") ?? NetworkTemplate.NormGains(),
            start: try NetworkTemplate.Start(reader)
        )
    }

    /// Writes what is not left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DescriptionKey.self)
        try container.write("blocks", blocks)
        try container.write("width", width)
        try container.write("stride", stride)
        try container.write("bottleneck", isBottleneck)
        try family?.write(to: &container)
        if norm != NetworkTemplate.NormGains() { try container.write("norm", norm) }
        try container.write("branch-scale", start.branchScale)
        try container.write("branch-bias", start.branchBias)
    }
}

extension NeuronOptions: Codable {
    /// The keys of a neuron, in the order in which they are shown.
    public static let keys = [
        "model", "leak", "threshold", "higher-thresholds", "reset", "detach-reset", "surrogate", "surrogate-height",
        "surrogate-slope", "surrogate-width", "surrogate-temperature",
    ]

    /// Reads a neuron.
    public init(from decoder: any Decoder) throws {
        let reader = try DescriptionReader(decoder, known: Self.keys)
        func positive(_ name: String) throws -> Float? {
            try reader.value(name, "more than 0") { $0 > 0 && $0.isFinite }
        }
        self.init(
            model: try reader.choice("model"),
            leak: try reader.value("leak", "from 0 to 1") { 0...1 ~= $0 },
            threshold: try positive("threshold"),
            higherThresholds: try reader.value("higher-thresholds", "numbers above 0") { (values: [Float]) in
                values.allSatisfy { $0 > 0 && $0.isFinite }
            },
            reset: try reader.choice("reset"),
            detachReset: try reader.value("detach-reset"),
            surrogate: try reader.choice("surrogate")
        )
        surrogateHeight = try positive("surrogate-height")
        surrogateSlope = try positive("surrogate-slope")
        surrogateWidth = try positive("surrogate-width")
        surrogateTemperature = try positive("surrogate-temperature")
    }

    /// Writes what is not left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DescriptionKey.self)
        try container.write("model", model)
        try container.write("leak", leak)
        try container.write("threshold", threshold)
        try container.write("higher-thresholds", higherThresholds)
        try container.write("reset", reset?.rawValue)
        try container.write("detach-reset", detachReset)
        try container.write("surrogate", surrogate)
        try container.write("surrogate-height", surrogateHeight)
        try container.write("surrogate-slope", surrogateSlope)
        try container.write("surrogate-width", surrogateWidth)
        try container.write("surrogate-temperature", surrogateTemperature)
    }
}

extension BlockFamily {
    /// Names of families, functions and orders apart.
    private enum Name: String, CaseIterable {
        case lsn
        case spikingResNet = "spiking-resnet"
        case sew
        case residual
        case dsResNet = "ds-resnet"
    }

    /// The family that a mapping says; nil where it says none.
    fileprivate static func read(_ reader: DescriptionReader) throws -> BlockFamily? {
        let name: Name? = try reader.choice("family")
        let function: SEWFunction? = try reader.choice("function")
        let order: ResidualOrder? = try reader.choice("order")
        if function != nil, name != .sew {
            throw reader.refusal("function", "'function' belongs to 'family: sew'; leave it out, or say so")
        }
        if order != nil, name != .residual {
            throw reader.refusal("order", "'order' belongs to 'family: residual'; leave it out, or say so")
        }
        return switch name {
        case nil: nil
        case .lsn: .lsn
        case .spikingResNet: .spikingResNet
        case .sew: .sew(function ?? .add)
        case .residual: .residual(order ?? .original)
        case .dsResNet: .dsResNet
        }
    }

    fileprivate func write(to container: inout KeyedEncodingContainer<DescriptionKey>) throws {
        let (name, function, order): (Name, SEWFunction?, ResidualOrder?) =
            switch self {
            case .lsn: (.lsn, nil, nil)
            case .spikingResNet: (.spikingResNet, nil, nil)
            case .sew(let function): (.sew, function, nil)
            case .residual(let order): (.residual, nil, order)
            case .dsResNet: (.dsResNet, nil, nil)
            }
        try container.write("family", name.rawValue)
        try container.write("function", function)
        try container.write("order", order)
    }
}

extension NetworkDescription: Codable {
    /// This description as a file would say it, nothing left out.
    public var template: NetworkTemplate {
        NetworkTemplate(
            name: name,
            family: stages.first?.family ?? .lsn,
            timeSteps: timeSteps,
            classes: classes,
            input: NetworkTemplate.Input(channels: inChannels, height: imageHeight, width: imageWidth),
            stem: NetworkTemplate.StemLayers(kind: stem, width: stemWidth),
            stages: stages.map { stage in
                NetworkTemplate.Stage(
                    blocks: stage.blocks,
                    width: stage.width,
                    stride: stage.stride,
                    isBottleneck: stage.isBottleneck,
                    family: stage.family,
                    norm: NetworkTemplate.NormGains(gain: stage.gain, last: stage.lastGain),
                    start: NetworkTemplate.Start(branchScale: stage.branchScale, branchBias: stage.branchBias)
                )
            },
            head: head,
            neuron: NeuronOptions(neuron),
            headGain: hasSpikingHead ? headGain : nil
        ).withSharedGathered()
    }

    /// Reads a description that leaves nothing out but what has defaults.
    public init(from decoder: any Decoder) throws {
        let template = try NetworkTemplate(from: decoder)
        guard let input = template.input, let classes = template.classes else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "the network says no \(template.input == nil ? "input" : "classes")"
                )
            )
        }
        do {
            self = try template.described(input: input, classes: classes)
        } catch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(error)")
            )
        }
    }

    /// Writes all of it.
    public func encode(to encoder: any Encoder) throws { try template.encode(to: encoder) }
}
