public import LSNTensors

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

    /// The stem of a network of this family: DS-ResNets have ``cifar``, whatever the size, as their authors give it.
    static func automatic(for family: BlockFamily, input: NetworkTemplate.Input) -> Stem {
        family == .dsResNet ? .cifar : automatic(imageHeight: input.height, imageWidth: input.width)
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

    /// g, the factor of the first layer's starting weights with which the neurons after it begin to fire:
    /// √3·V_th / (r·Σ_{k<T} leakᵏ), r = 0.2.
    ///
    /// A PyTorch Linear's weights have the variance 1/(3n). On n features of root mean square r, constant in time, a
    /// potential without resets comes to the deviation g·r·Σ leakᵏ/√3 at the last step; this g makes that V_th, so that
    /// about every sixth neuron fires. With g = 1 next to none does, and a layer whose neurons are silent and far from
    /// their threshold learns slowly.
    public static func startingGain(neuron: Neuron, timeSteps: Int) -> Float {
        Float(3).squareRoot() * BranchInitialization.biasBound(neuron: neuron, timeSteps: timeSteps) / 0.2
    }
}

/// Blocks of one kind and width, no default left open.
public struct NetworkStage: Hashable, Sendable {
    /// How many.
    public var blocks: Int
    /// As built: a multiplier has been applied. Bottleneck blocks leave four times as many channels.
    public var width: Int
    /// Of the first block.
    public var stride: Int
    /// Whether branches are 1×1, 3×3, 1×1 with fourfold output, instead of 3×3, 3×3.
    public var isBottleneck: Bool
    /// How blocks join branch and shortcut.
    public var family: BlockFamily
    /// Of norms, see ``NetworkTemplate/NormGains``.
    public var gain: Float
    /// Of the norm that a branch ends with, and of its shortcut's.
    public var lastGain: Float
    /// γ, the weight at the start of the norm that each branch ends with.
    public var branchScale: Float
    /// b, the bias at the start of the norm that each branch ends with.
    public var branchBias: Float

    /// Blocks with the norms of their family, unless told otherwise.
    public init(
        blocks: Int,
        width: Int,
        stride: Int,
        isBottleneck: Bool = false,
        family: BlockFamily = .lsn,
        gain: Float = 1,
        lastGain: Float? = nil,
        branchScale: Float = 1,
        branchBias: Float = 0
    ) {
        self.blocks = blocks
        self.width = width
        self.stride = stride
        self.isBottleneck = isBottleneck
        self.family = family
        self.gain = gain
        self.lastGain = lastGain ?? family.standardLastGain
        self.branchScale = branchScale
        self.branchBias = branchBias
    }

    /// Channels that leave its blocks.
    var outChannels: Int { isBottleneck ? 4 * width : width }
}

/// Everything needed to build a network.
public struct NetworkDescription: Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// The blocks.
    public var stages: [NetworkStage]
    /// The first layers.
    public var stem: Stem
    /// Channels of the stem.
    public var stemWidth: Int
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
    /// g, the factor of the starting weights of the first of two fully connected layers.
    public var headGain: Float

    /// A description; ``validate()`` says whether it can be built.
    public init(
        name: String = "network",
        stages: [NetworkStage],
        stem: Stem = .cifar,
        stemWidth: Int,
        head: Head = .fc,
        classes: Int,
        timeSteps: Int,
        inChannels: Int,
        imageHeight: Int,
        imageWidth: Int,
        neuron: Neuron = Neuron(),
        headGain: Float = 1
    ) {
        self.name = name
        self.stages = stages
        self.stem = stem
        self.stemWidth = stemWidth
        self.head = head
        self.classes = classes
        self.timeSteps = timeSteps
        self.inChannels = inChannels
        self.imageHeight = imageHeight
        self.imageWidth = imageWidth
        self.neuron = neuron
        self.headGain = headGain
    }

    /// Blocks of all stages.
    public var blockCount: Int { stages.reduce(0) { $0 + $1.blocks } }

    /// The width of each stage.
    public var widths: [Int] { stages.map(\.width) }

    /// The families of its blocks, each once, in order.
    public var families: [BlockFamily] {
        stages.map(\.family).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Layers with weights from the picture to the logits, one branch of each block counted: what names are made of.
    public var layers: Int {
        1 + stages.reduce(0) { $0 + $1.blocks * ($1.isBottleneck ? 3 : 2) } + head.layers
    }

    /// Trained values.
    public var parameterCount: Int { layout(alignment: 1).parameterCount }

    /// Whether every block leaves spikes: its values are 0 and 1.
    public var hasBinaryBlockOutputs: Bool {
        stages.allSatisfy(\.family.hasBinaryOutputs) && !neuron.isMultiLevel
    }

    /// Every block in order, named `stages.S.B`.
    public var blocks: [BlockDescription] {
        var blocks: [BlockDescription] = []
        var channels = stemWidth
        for (index, stage) in stages.enumerated() {
            for position in 0..<stage.blocks {
                let block = BlockDescription(
                    name: "stages.\(index).\(position)",
                    family: stage.family,
                    inChannels: channels,
                    width: stage.width,
                    stride: position == 0 ? stage.stride : 1,
                    isBottleneck: stage.isBottleneck,
                    timeSteps: timeSteps,
                    neuron: neuron,
                    gain: stage.gain,
                    lastGain: stage.lastGain,
                    branchScale: stage.branchScale,
                    branchBias: stage.branchBias
                )
                channels = block.outChannels
                blocks.append(block)
            }
        }
        return blocks
    }
}

extension NetworkDescription {
    /// A network whose stages are alike but for blocks and widths, with stride 1 in the first and 2 in the others.
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
        self.init(
            stages: zip(stages, widths).enumerated().map { index, stage in
                NetworkStage(
                    blocks: stage.0,
                    width: stage.1,
                    stride: index == 0 ? 1 : 2,
                    isBottleneck: isBottleneck,
                    family: family,
                    branchScale: branchScale,
                    branchBias: branchBias
                )
            },
            stem: stem,
            stemWidth: stemWidth,
            head: head,
            classes: classes,
            timeSteps: timeSteps,
            inChannels: inChannels,
            imageHeight: imageHeight,
            imageWidth: imageWidth,
            neuron: neuron
        )
    }
}
