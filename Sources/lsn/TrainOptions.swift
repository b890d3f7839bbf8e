public import ArgumentParser
public import Datasets
public import Networks
public import Tensors
public import Training

extension DatasetName: ExpressibleByArgument {}
extension FramesBy: ExpressibleByArgument {}
extension Recipe: ExpressibleByArgument {}
extension StemChoice: ExpressibleByArgument {}
extension Head: ExpressibleByArgument {}
extension NeuronKind: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension ScheduleKind: ExpressibleByArgument {}
extension LossKind: ExpressibleByArgument {}

extension Reset: ExpressibleByArgument {
    /// For the help.
    public static var allValueStrings: [String] { ["hard", "soft"] }
}

/// Options that say what is trained.
struct NetworkOptions: ParsableArguments {
    @Option(help: "Architecture, one of `lsn models` (default: lsn19; imagenet: lsn18; cifar10-dvs: lsn15).")
    var model: String?

    @Option(help: "Multiplier of the model's widths (default: the model's own; 0.0625 for digits and mnist).")
    var width: Double?

    @Option(help: "Time steps T (default: 4).")
    var timesteps: Int?

    @Option(help: "First layers: by image size, 3×3, or 7×7 with pooling (default: auto).")
    var stem: StemChoice?

    @Option(help: "Last layers: one fully connected, or two with 256 neurons between (default: the model's own).")
    var head: Head?

    @Option(help: "Neuron: leaky, or without leak (default: lif).")
    var neuron: NeuronKind?

    @Option(help: "Share of the membrane potential left a time step later (default: 0.5 for lif, 1 for if).")
    var leak: Float?

    @Option(help: "Potential at which a neuron fires (default: 1).")
    var threshold: Float?

    @Option(help: "What firing does to the potential: to zero, or less the threshold (default: hard).")
    var reset: Reset?

    @Flag(inversion: .prefixedNo, help: "Take the reset as a constant in the backward pass (default: no).")
    var detachReset: Bool?

    @Option(help: "Peak of the triangular surrogate derivative (default: by depth, 1 or 0.7).")
    var surrogateHeight: Float?

    @Option(
        parsing: .unconditional,
        help: "Starting weight of the last norm of each logic branch (default: by depth, 0.5 or 0.1)."
    )
    var branchScale: Float?

    @Option(
        parsing: .unconditional,
        help: "Starting bias of the last norm of each logic branch (default: by depth, 0 or 0.2)."
    )
    var branchBias: Float?
}

/// Options that say how it is trained.
struct LearningOptions: ParsableArguments {
    @Option(help: "Where the defaults start from; paper: norms at 1 and 0, surrogate height 1, decay 5e-3.")
    var recipe: Recipe?

    @Option(help: "Passes over the training data (default: 8; cifar10 and imagenet: 300; cifar10-dvs: 150).")
    var epochs: Int?

    @Option(help: "Stop after so many steps of the run, with a record and a checkpoint.")
    var maxSteps: Int?

    @Option(help: "Samples a step (default: 20; mnist: 50; cifar10 and imagenet: 64; cifar10-dvs: 32).")
    var batchSize: Int?

    @Option(help: "Update rule; adam adds the decay to the gradient, as in the paper (default: adam).")
    var optimizer: OptimizerKind?

    @Option(help: "Highest learning rate (default: 5e-3; imagenet: 1e-3; sgd: 0.1).")
    var learningRate: Double?

    @Option(help: "Decay of every parameter (default: 0 for digits and mnist, else 5e-4).")
    var weightDecay: Double?

    @Option(help: "Epochs of linear warm-up (default: 0; imagenet: 10 of 300).")
    var warmupEpochs: Int?

    @Option(help: "The learning rate after the warm-up (default: cosine).")
    var schedule: ScheduleKind?

    @Option(help: "Cross-entropy of the mean logits, or temporal efficient training (default: mean-ce).")
    var loss: LossKind?

    @Option(help: "Key of all random numbers (default: 0).")
    var seed: UInt64?
}

/// Options that say on what it is trained.
struct DataOptions: ParsableArguments {
    @Option(help: "Data set; digits come with the program (default: digits).")
    var dataset: DatasetName?

    @Option(help: "Folder of the data set's files.")
    var data: String?

    @OptionGroup var files: FileOptions

    @Option(help: "Use the first so many training samples only.")
    var limitTrain: Int?

    @Option(help: "Use the first so many test samples only.")
    var limitTest: Int?

    @Option(
        help:
            "Largest random shift of a training picture in pixels (default: 2; cifar10: 4; cifar10-dvs: 5; imagenet: 0, and others only with --image-size native)."
    )
    var shift: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Mirror training pictures at random (default: no for digits and mnist, else yes)."
    )
    var flip: Bool?
}

extension TrainingOptions {
    /// What the command line gives.
    init(network: NetworkOptions, learning: LearningOptions, data: DataOptions, device: String?, checkpointEvery: Int?)
    {
        self.init()
        model = network.model
        width = network.width
        timesteps = network.timesteps
        stem = network.stem
        head = network.head
        neuron = network.neuron
        leak = network.leak
        threshold = network.threshold
        reset = network.reset
        detachReset = network.detachReset
        surrogateHeight = network.surrogateHeight
        branchScale = network.branchScale
        branchBias = network.branchBias
        recipe = learning.recipe
        epochs = learning.epochs
        maxSteps = learning.maxSteps
        batchSize = learning.batchSize
        optimizer = learning.optimizer
        learningRate = learning.learningRate
        weightDecay = learning.weightDecay
        warmupEpochs = learning.warmupEpochs
        schedule = learning.schedule
        loss = learning.loss
        seed = learning.seed
        dataset = data.dataset
        self.data = data.data
        split = data.files.split
        imageSize = data.files.imageSize
        framesBy = data.files.framesBy
        maxBadFiles = data.files.maxBadFiles
        cache = data.files.cache
        limitTrain = data.limitTrain
        limitTest = data.limitTest
        shift = data.shift
        flip = data.flip
        self.device = device
        self.checkpointEvery = checkpointEvery
    }
}
