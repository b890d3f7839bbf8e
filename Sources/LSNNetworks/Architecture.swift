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

    /// The network, its widths before the multiplier.
    public let template: NetworkTemplate
    /// The multiplier, unless another is asked for.
    public let defaultWidth: Double
    /// T, unless another is asked for.
    public let defaultTimeSteps: Int
    /// The paper's parameter column, in millions; nominal: see ``NetworkDescription/parameterCount`` for the truth.
    public let nominalParameters: Double?
    /// What the paper trains it on, the first foremost.
    public let settings: [Setting]

    /// What the command line calls it.
    public var name: String { template.name }

    /// How its blocks join branch and shortcut.
    public var family: BlockFamily { template.family }

    /// This architecture alone, as a file would say it: widths multiplied, nothing left out but input, classes and a stem
    /// that the size of the pictures decides.
    ///
    /// - Parameter overrides: come before the architecture's own.
    public func settled(by overrides: NetworkOverrides = NetworkOverrides()) throws(NetworkError) -> NetworkTemplate {
        var overrides = overrides
        overrides.width = overrides.width ?? defaultWidth
        return try template.settled(by: overrides, defaults: NetworkDefaults(timeSteps: defaultTimeSteps))
    }

    /// What to build.
    ///
    /// - Parameters:
    ///   - overrides: come before the architecture's own.
    ///   - classes: logits.
    ///   - inChannels: channels of a picture.
    ///   - imageHeight: rows.
    ///   - imageWidth: columns.
    /// - Throws: ``NetworkError`` where no network can have these settings.
    public func describe(
        _ overrides: NetworkOverrides = NetworkOverrides(),
        classes: Int,
        inChannels: Int,
        imageHeight: Int,
        imageWidth: Int
    ) throws(NetworkError) -> NetworkDescription {
        try settled(by: overrides).described(
            input: NetworkTemplate.Input(channels: inChannels, height: imageHeight, width: imageWidth),
            classes: classes
        )
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

extension Architecture {
    /// The multiplier with which the first stage has so many channels.
    public func width(ofFirstStage channels: Int) -> Double {
        Double(channels) / Double(template.stages.first?.width ?? channels)
    }
}
