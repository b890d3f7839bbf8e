public import Tensors

/// A family of networks by name, as the paper lists them.
public struct Architecture: Hashable, Sendable {
    /// Pictures that an architecture is trained on.
    public struct Setting: Hashable, Sendable {
        /// Of the data set.
        public let name: String
        /// Channels of a picture or of a frame of events.
        public let inChannels: Int
        /// Rows and columns.
        public let imageSize: Int
        /// Classes.
        public let classes: Int

        /// 32×32 colour pictures, 10 classes.
        public static let cifar10 = Setting(name: "CIFAR-10", inChannels: 3, imageSize: 32, classes: 10)
        /// 224×224 colour pictures, 1,000 classes.
        public static let imagenet = Setting(name: "ImageNet", inChannels: 3, imageSize: 224, classes: 1000)
        /// 48×48 frames of events of two polarities, 10 classes.
        public static let cifar10DVS = Setting(name: "CIFAR10-DVS", inChannels: 2, imageSize: 48, classes: 10)
    }

    /// What the command line calls it.
    public let name: String
    /// How blocks join branch and shortcut.
    public let family: BlockFamily
    /// Whether branches are 1×1, 3×3, 1×1 with fourfold output.
    public let isBottleneck: Bool
    /// Blocks of each stage.
    public let stages: [Int]
    /// Widths of the stages before the multiplier.
    public let standardWidths: [Int]
    /// Channels of the stem before the multiplier.
    public let standardStemWidth: Int
    /// The multiplier, unless another is asked for.
    public let defaultWidth: Double
    /// T, unless another is asked for.
    public let defaultTimeSteps: Int
    /// The last layers.
    public let head: Head
    /// The paper's parameter column, in millions; nominal: see ``NetworkDescription/parameterCount`` for the truth.
    public let nominalParameters: Double?
    /// What the paper trains it on, the first foremost.
    public let settings: [Setting]

    /// Blocks of all stages.
    public var blockCount: Int { stages.reduce(0, +) }

    /// Layers with weights, one branch of each block counted.
    public var layers: Int { 1 + blockCount * (isBottleneck ? 3 : 2) + head.layers }

    /// The architecture's neuron for this depth: the paper's, with the surrogate's height of ``BranchStart``.
    public var defaultNeuron: Neuron {
        var neuron = Neuron()
        if family == .lsn {
            let start = BranchStart.standard(blocks: blockCount, neuron: neuron, timeSteps: defaultTimeSteps)
            neuron.surrogate = .triangular(height: start.surrogateHeight)
        }
        return neuron
    }

    /// What to build.
    ///
    /// - Parameters:
    ///   - width: multiplier of the standard widths, the stem's too; they are rounded down. nil: ``defaultWidth``.
    ///   - timeSteps: T. nil: ``defaultTimeSteps``.
    ///   - stem: nil: by image size, see ``Stem/automatic(imageHeight:imageWidth:)``.
    ///   - classes: logits.
    ///   - inChannels: channels of a picture.
    ///   - imageHeight: rows.
    ///   - imageWidth: columns.
    ///   - neuron: nil: ``defaultNeuron``.
    ///   - branchScale: γ. nil: ``BranchStart`` for this depth.
    ///   - branchBias: b. nil: ``BranchStart`` for this depth.
    /// - Throws: ``NetworkError/invalid(_:)`` where no network can have these settings.
    public func describe(
        width: Double? = nil,
        timeSteps: Int? = nil,
        stem: Stem? = nil,
        classes: Int,
        inChannels: Int,
        imageHeight: Int,
        imageWidth: Int,
        neuron: Neuron? = nil,
        branchScale: Float? = nil,
        branchBias: Float? = nil
    ) throws(NetworkError) -> NetworkDescription {
        let width = width ?? defaultWidth
        guard width > 0, width <= 64 else {
            throw .invalid("the width is \(width); it multiplies the model's widths and must lie above 0, up to 64")
        }
        guard let narrowest = standardWidths.min(), width * Double(min(narrowest, standardStemWidth)) >= 1 else {
            throw .invalid("at width \(width) a stage of \(name) has no channels left; use a larger width")
        }
        let steps = timeSteps ?? defaultTimeSteps
        let neuron = neuron ?? defaultNeuron
        let start = BranchStart.standard(blocks: blockCount, neuron: neuron, timeSteps: steps)
        let description = NetworkDescription(
            family: family,
            isBottleneck: isBottleneck,
            stages: stages,
            widths: standardWidths.map { Int(Double($0) * width) },
            stemWidth: Int(Double(standardStemWidth) * width),
            stem: stem ?? .automatic(imageHeight: imageHeight, imageWidth: imageWidth),
            head: head,
            classes: classes,
            timeSteps: steps,
            inChannels: inChannels,
            imageHeight: imageHeight,
            imageWidth: imageWidth,
            neuron: neuron,
            branchScale: branchScale ?? start.scale,
            branchBias: branchBias ?? start.bias
        )
        try description.validate()
        return description
    }

    /// What to build for one of the paper's data sets, everything else by default.
    public func describe(for setting: Setting) throws(NetworkError) -> NetworkDescription {
        try describe(
            classes: setting.classes,
            inChannels: setting.inChannels,
            imageHeight: setting.imageSize,
            imageWidth: setting.imageSize
        )
    }
}
