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
    /// The stems that its authors give it.
    public let stems: [Stem]
    /// The neuron of its row, before depth decides about the surrogate of an LSN: see ``defaultNeuron``.
    public let rowNeuron: Neuron
    /// The paper's parameter column, in millions; nominal: see ``NetworkDescription/parameterCount`` for the truth.
    public let nominalParameters: Double?
    /// What the paper trains it on, the first foremost.
    public let settings: [Setting]

    /// Blocks of all stages.
    public var blockCount: Int { stages.reduce(0, +) }

    /// Layers with weights, one branch of each block counted.
    public var layers: Int { 1 + blockCount * (isBottleneck ? 3 : 2) + head.layers }

    /// Whether every block leaves spikes.
    public var hasBinaryBlockOutputs: Bool { family.hasBinaryOutputs && !rowNeuron.isMultiLevel }

    /// The architecture's neuron for this depth: its row's, of an LSN with the surrogate's height of ``BranchStart``.
    public var defaultNeuron: Neuron {
        var neuron = rowNeuron
        if family == .lsn {
            let start = BranchStart.standard(blocks: blockCount, neuron: neuron, timeSteps: defaultTimeSteps)
            neuron.surrogate = .triangular(height: start.surrogateHeight)
        }
        return neuron
    }

    /// This architecture with another function in its blocks, or with its blocks in another order.
    ///
    /// - Parameters:
    ///   - sew: for SEW-ResNets. nil: ``SEWFunction/add``.
    ///   - residual: for the residual networks of Table 1. nil: ``ResidualOrder/original``.
    /// - Throws: ``NetworkError/invalid(_:)`` where the architecture's blocks have no such choice.
    public func family(sew: SEWFunction? = nil, residual: ResidualOrder? = nil) throws(NetworkError) -> BlockFamily {
        var result = family
        if let sew {
            guard case .sew = family else {
                throw .invalid("\(name) has no SEW function to choose; only the models sew-resnet… have")
            }
            result = .sew(sew)
        }
        if let residual {
            guard case .residual = family else {
                throw .invalid("\(name) has no residual order to choose; only the models residual… have")
            }
            result = .residual(residual)
        }
        return result
    }

    /// What to build.
    ///
    /// - Parameters:
    ///   - width: multiplier of the standard widths, the stem's too; they are rounded down. nil: ``defaultWidth``.
    ///   - timeSteps: T. nil: ``defaultTimeSteps``.
    ///   - stem: nil: by image size, see ``Stem/automatic(imageHeight:imageWidth:)``, where the architecture has both.
    ///   - classes: logits.
    ///   - inChannels: channels of a picture.
    ///   - imageHeight: rows.
    ///   - imageWidth: columns.
    ///   - neuron: nil: ``defaultNeuron``.
    ///   - branchScale: γ. nil: ``BranchStart`` for this depth.
    ///   - branchBias: b. nil: ``BranchStart`` for this depth.
    ///   - sew: see ``family(sew:residual:)``.
    ///   - residual: see ``family(sew:residual:)``.
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
        branchBias: Float? = nil,
        sew: SEWFunction? = nil,
        residual: ResidualOrder? = nil
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
        let family = try family(sew: sew, residual: residual)
        let start = BranchStart.standard(family: family, blocks: blockCount, neuron: neuron, timeSteps: steps)
        if let stem, !stems.contains(stem) {
            throw .invalid(
                "\(name) has no \(stem.rawValue) stem; its stems: \(stems.map(\.rawValue).joined(separator: ", "))"
            )
        }
        let automatic = Stem.automatic(imageHeight: imageHeight, imageWidth: imageWidth)
        let description = NetworkDescription(
            family: family,
            isBottleneck: isBottleneck,
            stages: stages,
            widths: standardWidths.map { Int(Double($0) * width) },
            stemWidth: Int(Double(standardStemWidth) * width),
            stem: stem ?? (stems.contains(automatic) ? automatic : stems[0]),
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
