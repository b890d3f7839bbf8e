public import Tensors

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

    /// g, the factor of the first layer's starting weights with which the neurons after it begin to fire:
    /// √3·V_th / (r·Σ_{k<T} leakᵏ), r = 0.2.
    ///
    /// A PyTorch Linear's weights have the variance 1/(3n). On n features of root mean square r, constant in time, a
    /// potential without resets comes to the deviation g·r·Σ leakᵏ/√3 at the last step; this g makes that V_th, so that
    /// about every sixth neuron fires. With g = 1 next to none does, and a layer whose neurons are silent and far from
    /// their threshold learns slowly.
    public static func startingGain(neuron: Neuron, timeSteps: Int) -> Float {
        Float(3).squareRoot() * BranchStart.biasBound(neuron: neuron, timeSteps: timeSteps) / 0.2
    }
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
    /// γ, the weight at the start of the norm that each branch ends with.
    public var branchScale: Float
    /// b, the bias at the start of the norm that each branch ends with.
    public var branchBias: Float
    /// g, the factor of the starting weights of the first of two fully connected layers.
    public var headGain: Float

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
        branchBias: Float = 0,
        headGain: Float = 1
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
        self.headGain = headGain
    }

    /// Blocks of all stages.
    public var blockCount: Int { stages.reduce(0, +) }

    /// Layers with weights from the picture to the logits, one branch of each block counted: what names are made of.
    public var layers: Int { 1 + blockCount * (isBottleneck ? 3 : 2) + head.layers }

    /// Trained values.
    public var parameterCount: Int { layout(alignment: 1).parameterCount }

    /// Whether every block leaves spikes: its values are 0 and 1.
    public var hasBinaryBlockOutputs: Bool { family.hasBinaryOutputs && !neuron.isMultiLevel }

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
}
