public import Datasets
public import Networks
public import Tensors

/// Everything that decides how a run goes, with no default left open.
///
/// Defaults come from the data set, the recipe and the model, and are written to `config.json`, so that a later version
/// with other defaults repeats an old run.
public struct TrainingConfiguration: Hashable, Sendable {
    /// The architecture.
    public let architecture: Architecture
    /// The data set.
    public let dataset: DatasetName
    /// All options as they are written down: each one given, limits and stops aside.
    public let options: TrainingOptions

    /// Passes over the training split.
    public let epochs: Int
    /// Samples a step.
    public let batchSize: Int
    /// T.
    public let timeSteps: Int
    /// Multiplier of the standard widths.
    public let width: Double
    /// The first layers.
    public let stem: StemChoice
    /// The last layers.
    public let head: Head
    /// What joins branch and shortcut; nil where there is no such choice.
    public let sew: SEWFunction?
    /// The order of a residual block's parts; nil where there is no such choice.
    public let residual: ResidualOrder?
    /// Every layer's neuron.
    public let neuron: Neuron
    /// Whether Dspike's temperature is chosen anew at each epoch, see `SurrogateSearch`.
    public let searchesSurrogate: Bool
    /// Starting weight of the last norm of each logic branch.
    public let branchScale: Float
    /// Starting bias of the last norm of each logic branch.
    public let branchBias: Float
    /// Factor of the weights at the start of the first of two fully connected layers.
    public let headGain: Float
    /// The update rule.
    public let optimizer: OptimizerKind
    /// Decay of every parameter.
    public let weightDecay: Double
    /// The learning rate of every epoch.
    public let schedule: LearningRateSchedule
    /// What is made small.
    public let objective: Objective
    /// How training pictures vary.
    public let augmentation: AugmentationPolicy
    /// Key of all random numbers.
    public let seed: UInt64

    /// Fills in what `given` leaves open.
    ///
    /// - Throws: ``ConfigurationError`` for values that no run can have, `NetworkError` for a model that does not exist
    ///   or cannot be built so.
    public init(_ given: TrainingOptions) throws {
        dataset = given.dataset ?? .digits
        optimizer = given.optimizer ?? .adam
        let recipe = given.recipe ?? .standard
        let defaults = TrainingDefaults(
            dataset: dataset,
            imageSize: given.imageSize,
            recipe: recipe,
            optimizer: optimizer
        )
        try OptionRanges.check(given, defaultEpochs: defaults.epochs)
        architecture = try Architecture.named(given.model ?? defaults.model)

        let network = try NetworkChoice(architecture, options: given, defaults: defaults)
        width = network.width
        sew = network.sew
        residual = network.residual
        searchesSurrogate = network.searchesSurrogate
        timeSteps = network.description.timeSteps
        neuron = network.description.neuron
        head = network.description.head
        branchScale = network.description.branchScale
        branchBias = network.description.branchBias
        headGain = network.description.headGain
        stem = given.stem ?? .auto

        epochs = given.epochs ?? defaults.epochs
        batchSize = given.batchSize ?? defaults.batchSize
        weightDecay = given.weightDecay ?? defaults.weightDecay
        schedule = LearningRateSchedule(
            kind: given.schedule ?? .cosine,
            base: given.learningRate ?? defaults.learningRate(for: architecture),
            epochs: epochs,
            warmupEpochs: given.warmupEpochs ?? epochs * defaults.warmupShare / 300
        )
        objective = try Objective(given, neuron: neuron)
        augmentation = AugmentationPolicy(
            shift: given.shift ?? defaults.augmentation.shift,
            flip: given.flip ?? defaults.augmentation.flip
        )
        seed = given.seed ?? 0

        var complete = given
        complete.model = architecture.name
        complete.dataset = dataset
        complete.device = given.device ?? "auto"
        complete.recipe = recipe
        complete.width = width
        complete.timesteps = timeSteps
        complete.stem = stem
        complete.head = head
        network.write(to: &complete)
        complete.branchScale = branchScale
        complete.branchBias = branchBias
        complete.epochs = epochs
        complete.batchSize = batchSize
        complete.optimizer = optimizer
        complete.learningRate = schedule.base
        complete.weightDecay = weightDecay
        complete.warmupEpochs = schedule.warmupEpochs
        complete.schedule = schedule.kind
        objective.write(to: &complete)
        complete.shift = augmentation.shift
        complete.flip = augmentation.flip
        complete.imageSize = given.imageSize ?? DataRequest.standardImageSize(of: dataset)
        complete.framesBy = given.framesBy ?? (dataset == .cifar10DVS ? .number : nil)
        complete.seed = seed
        complete.memory = given.memory ?? .auto
        options = complete
    }

    /// The data that this configuration trains on.
    public var dataRequest: DataRequest {
        var request = DataRequest(options, timeSteps: timeSteps)
        request.name = dataset
        return request
    }

    /// The network that this configuration trains on such images.
    ///
    /// - Throws: ``ConfigurationError`` where an option does not fit them, see ``DataFit``.
    public func networkDescription(for data: any TrainingData) throws -> NetworkDescription {
        let network = try networkDescription(
            channels: data.channels,
            height: data.height,
            width: data.width,
            classes: data.classes
        )
        try DataFit.check(self, network, data)
        return network
    }

    /// The network that this configuration trains on images of `channels` × `height` × `width`.
    public func networkDescription(
        channels: Int,
        height: Int,
        width imageWidth: Int,
        classes: Int
    ) throws -> NetworkDescription {
        var description = try architecture.describe(
            width: width,
            timeSteps: timeSteps,
            stem: stem.stem,
            classes: classes,
            inChannels: channels,
            imageHeight: height,
            imageWidth: imageWidth,
            neuron: neuron,
            branchScale: branchScale,
            branchBias: branchBias,
            sew: sew,
            residual: residual
        )
        description.head = head
        description.headGain = headGain
        return description
    }
}
