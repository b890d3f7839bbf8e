public import Tensors

/// How a block joins its branches with its shortcut.
public enum BlockFamily: String, Codable, Sendable, CaseIterable {
    /// The logic gate of an excitatory and an inhibitory branch: every output is a spike.
    case lsn
    /// SEW-ResNet (Fang et al.): the sum after the last neuron, integers.
    case sewAdd = "sew_add"
    /// Spiking ResNet with tdBN (Zheng et al.): the sum before the last neuron.
    case spikingResNet = "spiking_resnet"
}

/// The first layers.
public enum Stem: String, Codable, Sendable, CaseIterable {
    /// 3×3 unit, stride 1.
    case cifar
    /// 7×7 unit, stride 2, then 3×3 max-pooling of spikes (OR), stride 2.
    case imagenet

    /// The stem for pictures of this size: up to 64 pixels ``cifar``, above ``imagenet``.
    public static func automatic(imageHeight: Int, imageWidth: Int) -> Stem {
        max(imageHeight, imageWidth) <= 64 ? .cifar : .imagenet
    }
}

/// The last layers, after global average pooling.
public enum Head: String, Codable, Sendable, CaseIterable {
    /// Fully connected.
    case fc
    /// Fully connected to 256, neuron, fully connected.
    case fc256

    /// Fully connected layers of the head.
    public var layers: Int {
        switch self {
        case .fc: 1
        case .fc256: 2
        }
    }

    /// Neurons between the two layers of ``fc256``; the width multiplier leaves them alone.
    public static let hiddenWidth = 256
}

/// Everything needed to build a network.
public struct NetworkDescription: Hashable, Sendable {
    /// How blocks join branch and shortcut.
    public var family: BlockFamily
    /// Whether branches are 1×1, 3×3, 1×1 with fourfold output, instead of 3×3, 3×3.
    public var isBottleneck: Bool
    /// Blocks of each stage.
    public var stages: [Int]
    /// Width of each stage as built: a multiplier has been applied. Bottleneck blocks leave four times as many channels.
    public var widths: [Int]
    /// Channels of the stem.
    public var stemWidth: Int
    /// The first layers.
    public var stem: Stem
    /// The last layers.
    public var head: Head
    /// Logits.
    public var classes: Int
    /// T.
    public var timeSteps: Int
    /// Channels of a picture, or of a frame of events.
    public var inChannels: Int
    /// Rows of a picture.
    public var imageHeight: Int
    /// Columns of a picture.
    public var imageWidth: Int
    /// Every neuron of the network.
    public var neuron: Neuron
    /// γ, the weight at the start of the last norm of each LSN branch.
    public var branchScale: Float
    /// b, the bias at the start of the last norm of each LSN branch.
    public var branchBias: Float

    /// A description; ``validate()`` says whether it can be built.
    public init(
        family: BlockFamily = .lsn,
        isBottleneck: Bool = false,
        stages: [Int],
        widths: [Int],
        stemWidth: Int,
        stem: Stem = .cifar,
        head: Head = .fc,
        classes: Int,
        timeSteps: Int,
        inChannels: Int,
        imageHeight: Int,
        imageWidth: Int,
        neuron: Neuron = Neuron(),
        branchScale: Float = 1,
        branchBias: Float = 0
    ) {
        self.family = family
        self.isBottleneck = isBottleneck
        self.stages = stages
        self.widths = widths
        self.stemWidth = stemWidth
        self.stem = stem
        self.head = head
        self.classes = classes
        self.timeSteps = timeSteps
        self.inChannels = inChannels
        self.imageHeight = imageHeight
        self.imageWidth = imageWidth
        self.neuron = neuron
        self.branchScale = branchScale
        self.branchBias = branchBias
    }

    /// Blocks of all stages.
    public var blockCount: Int { stages.reduce(0, +) }

    /// Layers with weights from the picture to the logits, one branch of each block counted: what names are made of.
    public var layers: Int { 1 + blockCount * (isBottleneck ? 3 : 2) + head.layers }

    /// Trained values.
    public var parameterCount: Int { layout(alignment: 1).parameterCount }

    /// Every block in order, named `stages.S.B`.
    public var blocks: [BlockDescription] {
        var blocks: [BlockDescription] = []
        var channels = stemWidth
        for (stage, (count, width)) in zip(stages, widths).enumerated() {
            for position in 0..<count {
                let block = BlockDescription(
                    name: "stages.\(stage).\(position)",
                    family: family,
                    inChannels: channels,
                    width: width,
                    stride: stage > 0 && position == 0 ? 2 : 1,
                    isBottleneck: isBottleneck,
                    timeSteps: timeSteps,
                    neuron: neuron,
                    branchScale: branchScale,
                    branchBias: branchBias
                )
                channels = block.outChannels
                blocks.append(block)
            }
        }
        return blocks
    }

    /// Channels that the head averages.
    var featureChannels: Int {
        zip(stages, widths).reversed().first { $0.0 > 0 }.map { $0.1 * (isBottleneck ? 4 : 1) } ?? stemWidth
    }

    /// The unit that the stem starts with.
    var stemUnit: UnitDescription {
        let window = stem == .imagenet ? 7 : 3
        return UnitDescription(
            name: "stem",
            filter: FilterShape(outputs: stemWidth, inputs: inChannels, height: window, width: window),
            geometry: WindowGeometry(stride: stem == .imagenet ? 2 : 1, padding: window / 2),
            gain: family == .spikingResNet ? neuron.threshold : 1
        )
    }

    /// The fully connected layers of the head.
    var headLayers: [LinearDescription] {
        switch head {
        case .fc:
            [LinearDescription(name: "head.fc", inputs: featureChannels, outputs: classes)]
        case .fc256:
            [
                LinearDescription(name: "head.fc1", inputs: featureChannels, outputs: Head.hiddenWidth),
                LinearDescription(name: "head.fc2", inputs: Head.hiddenWidth, outputs: classes),
            ]
        }
    }

    /// Every parameter and its place in flat storage whose slices start at multiples of `alignment` words.
    func layout(alignment: Int) -> ParameterLayout {
        var layout = ParameterLayout(alignment: alignment)
        stemUnit.declare(in: &layout)
        for block in blocks { block.declare(in: &layout) }
        for layer in headLayers { layer.declare(in: &layout) }
        return layout
    }

    /// Throws where the description names a network that cannot be built or cannot learn.
    public func validate() throws(NetworkError) {
        let extents: [(String, Int)] = [
            ("the number of classes", classes), ("the number of time steps", timeSteps),
            ("the number of input channels", inChannels), ("the image height", imageHeight),
            ("the image width", imageWidth), ("the stem's width", stemWidth),
        ]
        for (name, value) in extents where value < 1 {
            throw .invalid("\(name) is \(value); it must be at least 1")
        }
        guard stages.count == widths.count, !stages.isEmpty else {
            throw .invalid("\(stages.count) stages with \(widths.count) widths; both must be as many, and at least one")
        }
        for (stage, width) in widths.enumerated() where width < 1 {
            throw .invalid("stage \(stage) is \(width) channels wide; use a larger width")
        }
        for (stage, count) in stages.enumerated() where count < 1 {
            throw .invalid("stage \(stage) has \(count) blocks; it must have at least one")
        }
        try validateNeuron()
    }

    private func validateNeuron() throws(NetworkError) {
        guard neuron.threshold > 0, neuron.threshold.isFinite else {
            throw .invalid("the neuron's threshold is \(neuron.threshold); it must be above 0")
        }
        guard neuron.leak >= 0, neuron.leak <= 1 else {
            throw .invalid("the neuron's leak is \(neuron.leak); it must lie between 0 and 1")
        }
        guard branchScale.isFinite, branchBias.isFinite else {
            throw .invalid("the branch scale is \(branchScale) and the branch bias \(branchBias); both must be finite")
        }
        guard family == .lsn, branchScale == 0 else { return }
        let bound = BranchStart.biasBound(neuron: neuron, timeSteps: timeSteps)
        guard branchBias > 0, branchBias < bound else {
            throw .invalid(
                "with a branch scale of 0 the branch bias must lie between 0 and \(bound) (neither included), "
                    + "but it is \(branchBias): the branches would fire always, or never learn"
            )
        }
    }
}
