import LSNFileFormats
package import LSNNetworks
import LSNTensors

/// The weights of a checkpoint that a new run starts from.
package struct PretrainedWeights {
    /// The checkpoint.
    package let path: String
    /// What it says of itself.
    package let metadata: ModelMetadata
    private let file: SafetensorsFile

    /// Opens the checkpoint that a run's folder or a file's name means.
    ///
    /// - Throws: `FileFormatError`; `NetworkError` where its network is none.
    package init(_ name: String) throws {
        path = try CheckpointFile.find(name)
        file = try SafetensorsFile(path)
        metadata = try ModelMetadata(file.metadata, path: path)
    }

    /// What of the network cannot start from the file, as its data have another number of channels or of classes.
    ///
    /// - Parameters:
    ///   - network: the run's, whose frozen parameters must be in the file.
    ///   - isStrict: whether it may be nothing.
    /// - Throws: `NetworkError` with every other tensor that is missing, unexpected or of another shape;
    ///   ``ConfigurationError/misplaced(option:problem:advice:)``.
    package func fresh(in network: Network, isStrict: Bool) throws -> FreshWeights {
        let state = network.parameters.state
        let found = file.entries.filter { CheckpointFile.isOfModel($0.name) }
        let shapes = Dictionary(found.map { ($0.name, $0.shape) }) { first, _ in first }
        var fresh = FreshWeights()
        for tensor in state {
            guard let shape = shapes[tensor.name], shape != tensor.entry.shape else { continue }
            if tensor.name == "stem.conv.weight", shape.count == 4, differsOnlyAt(1, shape, tensor.entry.shape) {
                fresh.channels = (shape[1], network.description.inChannels)
                fresh.names.formUnion(state.map(\.name).filter { $0.hasPrefix("stem.") })
            } else if tensor.name.hasPrefix("head."), differsOnlyAt(0, shape, tensor.entry.shape),
                tensor.entry.shape[0] == network.description.classes, shape[0] == metadata.network.classes
            {
                fresh.classes = (shape[0], network.description.classes)
                fresh.names.insert(tensor.name)
            }
        }
        try ParameterSet.require(
            found.filter { !fresh.names.contains($0.name) }.map { ($0.name, $0.shape) },
            toFit: state.filter { !fresh.names.contains($0.name) },
            source: path
        )
        if isStrict, let reason = fresh.reasons.first {
            throw ConfigurationError.misplaced(
                option: "--strict",
                problem: reason.text,
                advice: "Leave it out, so that it does, or use data like those that \(path) was trained on"
            )
        }
        if let frozen = fresh.reasons.first(where: { reason in
            network.parameters.frozen.contains { fresh.names.contains($0) && $0.hasPrefix(reason.part + ".") }
        }) {
            throw ConfigurationError.misplaced(
                option: "--freeze",
                problem: "\(frozen.text), so that there is nothing in it to keep",
                advice: "Leave the \(frozen.part) out"
            )
        }
        return fresh
    }

    /// Puts the file's weights onto the device in the place of the network's, but for those that start anew.
    ///
    /// - Throws: `FileFormatError` with the byte for values that no training leaves; `BackendError`.
    package func restore(to network: Network, but fresh: FreshWeights) throws {
        try CheckpointFile.read(file, into: network.parameters.state.filter { !fresh.names.contains($0.name) })
    }

    private func differsOnlyAt(_ axis: Int, _ a: [Int], _ b: [Int]) -> Bool {
        a.count == b.count && a.count > axis && a.indices.allSatisfy { ($0 == axis) == (a[$0] != b[$0]) }
    }
}

/// What of a network does not start from a checkpoint's weights.
package struct FreshWeights {
    /// Of parameters and running statistics.
    package fileprivate(set) var names: Set<String> = []
    fileprivate var channels: (file: Int, network: Int)?
    fileprivate var classes: (file: Int, network: Int)?

    /// Why, part by part, for people.
    package var reasons: [(part: String, text: String)] {
        var result: [(String, String)] = []
        if let channels {
            result.append(
                (
                    "stem",
                    "the stem starts anew: the data have \(ProgressText.counted(channels.network, "channel")), the checkpoint "
                        + "takes \(channels.file)"
                )
            )
        }
        if let classes {
            result.append(
                (
                    "head",
                    "the head starts anew: the data have \(classes.network) classes, the checkpoint has \(classes.file)"
                )
            )
        }
        return result
    }
}

/// Where a run's weights come from, and which of them stay, for people.
public struct StartingWeights: Hashable, Sendable {
    /// The checkpoint; nil where all weights start anew, or the run is continued.
    public var source: String?
    /// Tensors that come from it.
    public var taken = 0
    /// Tensors of the network.
    public var tensors = 0
    /// What starts anew, and why; what may not be meant.
    public var remarks: [String] = []
    /// What is frozen, as it was asked for.
    public var frozen: [String] = []
    /// Values that are.
    public var frozenValues = 0
    /// The first layer in which anything trains: before it there are no gradients.
    public var firstTrained = "stem"

    /// Every weight starts anew, and trains.
    public init() {}
}

extension StartingWeights {
    /// What a network starts from.
    ///
    /// - Parameters:
    ///   - pretrained: the checkpoint and what starts anew, where there is one.
    ///   - network: the run's.
    ///   - frozen: as it was asked for.
    ///   - classNames: the data's.
    init(
        _ pretrained: (weights: PretrainedWeights, fresh: FreshWeights)?,
        network: Network,
        frozen: [String],
        classNames: [String]
    ) {
        self.init()
        let parameters = network.parameters
        tensors = parameters.entries.count + parameters.buffers.count
        self.frozen = frozen
        frozenValues = parameters.entries.filter { parameters.frozen.contains($0.name) }.reduce(0) { $0 + $1.count }
        firstTrained = network.firstTrainedLayer
        guard let (weights, fresh) = pretrained else { return }
        source = weights.path
        taken = tensors - fresh.names.count
        remarks = fresh.reasons.map(\.text)
        let names = zip(weights.metadata.classNames, classNames)
        if fresh.classes == nil, let (before, now) = names.first(where: { $0 != $1 }) {
            remarks.append(
                "the head starts with its weights, though the classes are others (\(PrintableText.name(now)) in the place of "
                    + "\(PrintableText.name(before)))"
            )
        }
    }
}
