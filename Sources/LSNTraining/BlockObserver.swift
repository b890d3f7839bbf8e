public import LSNNetworks
public import LSNTensors
import Synchronization

/// What was counted of a block in a pass, and its gradient's norm.
public struct BlockMeasurement: Codable, Hashable, Sendable {
    /// E.g. `stages.0.1`; `stem` for the stem.
    public var name: String
    /// Values of X', and of every branch: those of all time steps and samples.
    public var neurons = 0
    /// Spikes of E, of an LSN block.
    public var excitatory: Int?
    /// Spikes of I, of an LSN block.
    public var inhibitory: Int?
    /// Places where E ≠ I.
    public var differing: Int?
    /// Of the one branch of other families, values that are not 0; nil where no neuron ends it.
    public var branch: Int?
    /// Values of X' that are not 0.
    public var output = 0
    /// Values of X' that are neither 0 nor 1; nil where X' is made of spikes.
    public var others: Int?
    /// Places where X' ≠ X; nil where either is not made of spikes.
    public var changed: Int?
    /// L2 norm of ∂L/∂X'; nil where nothing was differentiated.
    public var gradientNorm: Float?

    /// Nothing measured yet.
    public init(name: String) {
        self.name = name
    }
}

extension BlockMeasurement {
    /// Of a batch what was measured of its micro-batches: counts are added, and so are the squares of norms, in the order of
    /// ``TreeSum``.
    ///
    /// - Parameter parts: of each micro-batch all blocks; nil where it has no samples.
    static func joined(_ parts: [[BlockMeasurement]?]) -> [BlockMeasurement] {
        guard let first = parts.lazy.compactMap(\.self).first else { return [] }
        return first.indices.map { place in
            let measured = parts.map { $0?[place] }
            func sum(_ count: (BlockMeasurement) -> Int?) -> Int? { TreeSum.total(measured.map { $0.flatMap(count) }) }
            var result = BlockMeasurement(name: first[place].name)
            result.neurons = sum(\.neurons) ?? 0
            result.excitatory = sum(\.excitatory)
            result.inhibitory = sum(\.inhibitory)
            result.differing = sum(\.differing)
            result.branch = sum(\.branch)
            result.output = sum(\.output) ?? 0
            result.others = sum(\.others)
            result.changed = sum(\.changed)
            let squares = measured.map { part in part?.gradientNorm.map { Double($0) * Double($0) } }
            result.gradientNorm = TreeSum.total(squares).map { Float($0.squareRoot()) }
            return result
        }
    }
}

/// Measures the stem and every block of a network as it runs: a few reductions on the device for each, read back once
/// for all, when someone asks. It changes no value that the network computes.
public final class BlockObserver: NetworkObserver {
    /// Words of a layer in the record.
    private enum Word {
        static let output = 0
        static let branch = 4
        static let excitatory = 4
        static let inhibitory = 6
        static let differing = 8
        static let changed = 10
        static let gradient = 12
        static let count = 16
    }

    /// What the host knows of a layer.
    private struct Layer {
        var neurons = 0
        var isLogic = false
        var firesInBranch = false
        var isReal = false
        var isCompared = false
        var isDifferentiated = false
    }

    private let backend: Backend
    /// Whether neurons leave integers, which are real values.
    private let isMultiLevel: Bool
    private let names: [String]
    private let places: [String: Int]
    private let record: any Storage
    private let layers: Mutex<[Layer]>

    /// An observer of `network` that has measured nothing.
    public init(_ network: Network) throws(BackendError) {
        backend = network.backend
        isMultiLevel = network.description.neuron.isMultiLevel
        // The last is the head, which is no block.
        let names = Array(network.layerNames.dropLast())
        self.names = names
        places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
        record = try network.backend.zeros(words: names.count * Word.count)
        layers = Mutex([Layer](repeating: Layer(), count: names.count))
    }

    /// Counts spikes, or values that are none.
    public func didRun(_ block: BlockObservation) throws(BackendError) {
        guard let place = places[block.name] else { return }
        let base = place * Word.count
        var layer = Layer(neurons: block.output.shape.count)
        layer.isReal = try count(block.output, at: base + Word.output)
        if let excitatory = block.excitatory, let inhibitory = block.inhibitory {
            try backend.countSpikes(excitatory, differingFrom: nil, record: record, word: base + Word.excitatory)
            try backend.countSpikes(inhibitory, differingFrom: nil, record: record, word: base + Word.inhibitory)
            try backend.countSpikes(excitatory, differingFrom: inhibitory, record: record, word: base + Word.differing)
            layer.isLogic = true
        } else if let branch = block.branch, branch.isFired || isMultiLevel {
            _ = try count(branch, at: base + Word.branch)
            layer.firesInBranch = true
        }
        if case .spikes(let input) = block.input, case .spikes(let output) = block.output, input.shape == output.shape {
            try backend.countSpikes(output, differingFrom: input, record: record, word: base + Word.changed)
            layer.isCompared = true
        }
        layers.withLock {
            layer.isDifferentiated = $0[place].isDifferentiated
            $0[place] = layer
        }
    }

    /// Measures ∂L/∂X'.
    public func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {
        guard let place = places[name] else { return }
        try backend.measureNorm(of: gradient, record: record, word: place * Word.count + Word.gradient)
        layers.withLock { $0[place].isDifferentiated = true }
    }

    /// What was measured of each layer when it last ran, and when it was last differentiated.
    public func measurements() throws(BackendError) -> [BlockMeasurement] {
        let words = try backend.read(record, count: names.count * Word.count)
        return layers.withLock { layers in
            names.indices.map { place in
                let layer = layers[place]
                func count(_ word: Int) -> Int {
                    Int(words[place * Word.count + word]) | Int(words[place * Word.count + word + 1]) << 32
                }
                var result = BlockMeasurement(name: names[place])
                result.neurons = layer.neurons
                result.output = count(Word.output)
                if layer.isReal { result.others = count(Word.output + 2) }
                if layer.isLogic {
                    result.excitatory = count(Word.excitatory)
                    result.inhibitory = count(Word.inhibitory)
                    result.differing = count(Word.differing)
                }
                if layer.firesInBranch { result.branch = count(Word.branch) }
                if layer.isCompared { result.changed = count(Word.changed) }
                if layer.isDifferentiated {
                    result.gradientNorm = Float(bitPattern: words[place * Word.count + Word.gradient])
                }
                return result
            }
        }
    }

    /// Counts what is not 0; returns whether the values are real, in which case those that no spike has are counted too.
    private func count(_ activation: Activation, at word: Int) throws(BackendError) -> Bool {
        switch activation {
        case .spikes(let spikes):
            try backend.countSpikes(spikes, differingFrom: nil, record: record, word: word)
            return false
        case .real(let values):
            try backend.countValues(values, record: record, word: word)
            return true
        }
    }
}

extension Activation {
    /// Whether neurons left it, and so spikes; what a norm leaves is real.
    fileprivate var isFired: Bool {
        if case .spikes = self { true } else { false }
    }
}

extension BlockStatistics.Block {
    /// The rates of what was measured.
    public init(_ measurement: BlockMeasurement) {
        func share(_ count: Int?) -> Float? {
            guard let count, measurement.neurons > 0 else { return nil }
            return Float(Double(count) / Double(measurement.neurons))
        }
        func rest(_ count: Int?) -> Float? { share(count.map { measurement.neurons - $0 }) }
        self.init(name: measurement.name)
        excitatoryRate = share(measurement.excitatory)
        inhibitoryRate = share(measurement.inhibitory)
        branchRate = share(measurement.branch)
        outputRate = share(measurement.output)
        identityShare = rest(measurement.differing)
        keptShare = rest(measurement.changed)
        otherShare = share(measurement.others)
        gradientNorm = measurement.gradientNorm.flatMap { $0.isFinite ? $0 : nil }
    }
}
