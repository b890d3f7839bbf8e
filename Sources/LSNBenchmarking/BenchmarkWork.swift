import LSNConformance
import LSNTensors

/// What a benchmark calls.
enum BenchmarkWork: Sendable {
    case convolve(ConvolutionSize, InputKind)
    case convolveBackwardData(ConvolutionSize)
    case convolveBackwardFilter(ConvolutionSize, InputKind)
    case batchStatistics(ImageShape)
    case fire(ImageShape, steps: Int, NeuronVariant = .standard)
    case fireBackward(ImageShape, steps: Int, NeuronVariant = .standard)
    case gate(ImageShape)
    case gateBackward(ImageShape)
    case accumulate(ImageShape)
    case maxPool(ImageShape)
    case maxPoolBackward(ImageShape)
    case globalAveragePool(ImageShape)
    case prepareImages(ImageShape)
    case adam(count: Int)
    case findNonFinite(count: Int)

    var operation: String {
        switch self {
        case .convolve: "convolution-forward"
        case .convolveBackwardData: "convolution-backward-data"
        case .convolveBackwardFilter: "convolution-backward-filter"
        case .batchStatistics: "batch-statistics"
        case .fire: "normalize-and-fire"
        case .fireBackward: "normalize-and-fire-backward"
        case .gate: "logic-gate"
        case .gateBackward: "logic-gate-backward"
        case .accumulate: "accumulate"
        case .maxPool: "max-pool"
        case .maxPoolBackward: "max-pool-backward"
        case .globalAveragePool: "global-average-pool"
        case .prepareImages: "prepare-images"
        case .adam: "adam"
        case .findNonFinite: "find-non-finite"
        }
    }

    var title: String {
        switch self {
        case .convolve(let size, let kind), .convolveBackwardFilter(let size, let kind):
            "\(size.title)-\(kind.rawValue)"
        case .convolveBackwardData(let size): size.title
        case .fire(let shape, let steps, let variant), .fireBackward(let shape, let steps, let variant):
            "T\(steps)-\(shape.title)\(variant.suffix)"
        case .batchStatistics(let shape), .gate(let shape), .gateBackward(let shape), .accumulate(let shape),
            .maxPool(let shape), .maxPoolBackward(let shape), .globalAveragePool(let shape),
            .prepareImages(let shape):
            shape.title
        case .adam(let count), .findNonFinite(let count): "\(count)"
        }
    }

    /// Of the operation's definition.
    var floatingPointOperations: Double {
        switch self {
        case .convolve(let size, _), .convolveBackwardData(let size), .convolveBackwardFilter(let size, _):
            2 * Double(size.output.count) * Double(size.inputs * size.window * size.window)
        // Mean: one addition; variance: a difference, a square, a sum.
        case .batchStatistics(let shape): 4 * Double(shape.count)
        // Normalise and leak: two fused multiply-adds.
        case .fire(let shape, _, _): 4 * Double(shape.count)
        // Potentials again, surrogate, chain, two sums, and the norm's own gradient.
        case .fireBackward(let shape, _, _): 20 * Double(shape.count)
        case .gate, .maxPool, .findNonFinite: 0
        case .gateBackward(let shape): 3 * Double(shape.count)
        case .accumulate(let shape), .globalAveragePool(let shape): Double(shape.count)
        case .maxPoolBackward(let shape): Double(Self.pooled(shape).count)
        case .prepareImages(let shape): 2 * Double(shape.count)
        case .adam(let count): 13 * Double(count)
        }
    }

    /// Words that have to travel: every operand and every result once.
    var words: Int {
        switch self {
        case .convolve(let size, let kind): size.inputWords(kind) + size.filter.words + size.output.realWords
        case .convolveBackwardData(let size): size.output.realWords + size.filter.words + size.input.realWords
        case .convolveBackwardFilter(let size, let kind):
            size.inputWords(kind) + size.output.realWords + size.filter.words
        case .batchStatistics(let shape): shape.realWords
        case .fire(let shape, _, _): shape.realWords + shape.spikeWords
        case .fireBackward(let shape, _, _): 3 * shape.realWords
        case .gate(let shape): 4 * shape.spikeWords
        case .gateBackward(let shape): 3 * shape.spikeWords + 4 * shape.realWords
        case .accumulate(let shape): 3 * shape.realWords
        case .maxPool(let shape): shape.spikeWords + Self.pooled(shape).spikeWords
        case .maxPoolBackward(let shape): shape.spikeWords + Self.pooled(shape).realWords + shape.realWords
        case .globalAveragePool(let shape): shape.spikeWords + shape.images * shape.channelStride
        case .prepareImages(let shape): (shape.count + 3) / 4 + shape.realWords
        case .adam(let count): 7 * count
        case .findNonFinite(let count): count
        }
    }

    /// The ImageNet stem's pooling.
    static let pooling = WindowGeometry(stride: 2, padding: 1)

    static func pooled(_ shape: ImageShape) -> ImageShape { pooling.output(of: shape, window: 3) }
}

extension ConvolutionSize {
    func inputWords(_ kind: InputKind) -> Int { kind == .spike ? input.spikeWords : input.realWords }
}
