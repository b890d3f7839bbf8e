public import LSNTensors

/// What a parameter or a buffer starts as.
enum InitialValues: Hashable, Sendable {
    /// Normal with deviation √(2 / (outputs · taps)) (He et al., fan-out).
    case heNormal
    /// Uniform in ±gain/√inputs; with a gain of 1 as PyTorch's Linear.
    case linear(inputs: Int, gain: Float = 1)
    /// All the same.
    case constant(Float)
}

/// A parameter or a buffer, and its place in flat storage.
public struct ParameterEntry: Hashable, Sendable {
    /// How the values lie in storage.
    public enum Layout: Hashable, Sendable {
        /// As `Filter` says.
        case filter(FilterShape)
        /// As `ChannelVector` says: one value a channel.
        case vector
    }

    /// E.g. `stages.0.1.excitatory.0.conv.weight`.
    public let name: String
    /// In PyTorch's order, outermost first.
    public let shape: [Int]
    /// The first word in flat storage.
    public let offset: Int
    /// Words in flat storage, spare ones included.
    public let words: Int
    /// How the values lie in those words.
    public let layout: Layout
    let initial: InitialValues

    /// Values that count.
    public var count: Int { shape.reduce(1, *) }
}

/// Names, shapes and places of all that a network learns and remembers, without any memory: what it costs to count the
/// parameters of a network that is never built.
struct ParameterLayout: Sendable {
    /// Every entry starts at a multiple of this many words.
    let alignment: Int
    /// What is trained, in definition order.
    private(set) var entries: [ParameterEntry] = []
    /// Running statistics, in definition order.
    private(set) var buffers: [ParameterEntry] = []
    /// Words of flat storage for ``entries``.
    private(set) var wordCount = 0
    /// Words of flat storage for ``buffers``.
    private(set) var bufferWordCount = 0

    init(alignment: Int) {
        self.alignment = alignment
    }

    /// Values that are trained.
    var parameterCount: Int { entries.reduce(0) { $0 + $1.count } }

    mutating func declareFilter(_ name: String, _ filter: FilterShape, initial: InitialValues) {
        declare(name, [filter.outputs, filter.inputs, filter.height, filter.width], filter, initial)
    }

    mutating func declareLinear(_ name: String, _ filter: FilterShape, initial: InitialValues) {
        declare(name, [filter.outputs, filter.inputs], filter, initial)
    }

    mutating func declareVector(_ name: String, _ channels: Int, initial: InitialValues) {
        entries.append(Self.vector(name, channels, at: wordCount, initial))
        wordCount = end(of: entries)
    }

    mutating func declareBuffer(_ name: String, _ channels: Int, initial: InitialValues) {
        buffers.append(Self.vector(name, channels, at: bufferWordCount, initial))
        bufferWordCount = end(of: buffers)
    }

    private mutating func declare(
        _ name: String,
        _ shape: [Int],
        _ filter: FilterShape,
        _ initial: InitialValues
    ) {
        entries.append(
            ParameterEntry(
                name: name,
                shape: shape,
                offset: wordCount,
                words: filter.words,
                layout: .filter(filter),
                initial: initial
            )
        )
        wordCount = end(of: entries)
    }

    private static func vector(
        _ name: String,
        _ channels: Int,
        at offset: Int,
        _ initial: InitialValues
    ) -> ParameterEntry {
        ParameterEntry(
            name: name,
            shape: [channels],
            offset: offset,
            words: roundUp(channels, toMultipleOf: ImageShape.channelAlignment),
            layout: .vector,
            initial: initial
        )
    }

    private func end(of entries: [ParameterEntry]) -> Int {
        guard let last = entries.last else { return 0 }
        return roundUp(last.offset + last.words, toMultipleOf: alignment)
    }
}

extension BlockDescription {
    /// Every parameter and then every running statistic by its name in a checkpoint, without any memory. Places are those
    /// of storage without gaps.
    public var stateEntries: [ParameterEntry] {
        var layout = ParameterLayout(alignment: 1)
        declare(in: &layout)
        return layout.entries + layout.buffers
    }
}

extension NetworkDescription {
    /// Every parameter and then every running statistic by its name in a checkpoint, without any memory. Places are those
    /// of storage without gaps.
    public var stateEntries: [ParameterEntry] {
        let layout = layout(alignment: 1)
        return layout.entries + layout.buffers
    }
}
