public import ArgumentParser
public import Datasets
import Networks
import Tensors
import Training

extension DatasetName: ExpressibleByArgument {}
extension FramesBy: ExpressibleByArgument {}

/// Options that say what is trained.
struct NetworkOptions: ParsableArguments {
    @Option(help: "Architecture, one of `lsn models` (default: lsn19; imagenet: lsn18; cifar10-dvs: lsn15).")
    var model: String?

    @Option(help: "Multiplier of the model's widths (default: the model's own; 0.0625 for digits and mnist).")
    var width: Double?

    @Option(help: "Time steps T (default: 4; imagenet and cifar10-dvs: the model's own; 1 for relu).")
    var timesteps: Int?

    @Option(
        help: .choice(StemChoice.self, "First layers: by image size, 3×3, or 7×7 with pooling (default: auto)."),
        transform: named
    )
    var stem: StemChoice?

    @Option(
        help: .choice(
            Head.self,
            "Last layers: one fully connected, or two with 256 neurons between (default: the model's own)."
        ),
        transform: named
    )
    var head: Head?

    @Option(
        help: .choice(
            SEWFunction.self,
            "How blocks of sew-resnet… join branch o and input x: o + x, o·x, x·(1 − o) (default: add)."
        ),
        transform: named
    )
    var sew: SEWFunction?

    @Option(
        help: .choice(ResidualOrder.self, "Order of norm, neuron and sum in blocks of residual… (default: original)."),
        transform: named
    )
    var residual: ResidualOrder?

    @Option(
        help: .choice(
            NeuronModel.self,
            "Neuron: without leak, leaky, with a leak that each layer learns, or none but max(0, x) (default: the model's own: lif, or if for spiking-resnet… and sew-resnet…)."
        ),
        transform: named
    )
    var neuron: NeuronModel?

    @Option(
        help:
            "Share of the membrane potential left a time step later; plif starts from it (default: 0.5; if: 1; ds-resnet…: 0.25)."
    )
    var leak: Float?

    @Option(help: "Potential at which a neuron fires (default: 1; ds-resnet…: 0.6, higher levels 1 and 2 above it).")
    var threshold: Float?

    @Option(
        help: .choice(Reset.self, "What firing does to the potential: to zero, or less the threshold (default: hard)."),
        transform: named
    )
    var reset: Reset?

    @Flag(inversion: .prefixedNo, help: "Take the reset as a constant in the backward pass (default: no).")
    var detachReset: Bool?

    @Option(
        help: .choice(
            Surrogate.Kind.self,
            "The spike's derivative in the backward pass (default: triangular; ds-resnet…: rectangle)."
        ),
        transform: named
    )
    var surrogate: Surrogate.Kind?

    @Option(
        help:
            "Peak of the triangular surrogate (default: 1; LSNs of more than 12 blocks: 0.7; of more than 33: 0.7·√(33/blocks), at least 0.3)."
    )
    var surrogateHeight: Float?

    @Option(help: "Slope a of the surrogates sigmoid (default: 4) and arctan (default: 2).")
    var surrogateSlope: Float?

    @Option(help: "Width of the rectangle surrogate (default: 1).")
    var surrogateWidth: Float?

    @Option(help: "Temperature b of the dspike surrogate (default: 3).")
    var surrogateTemperature: Float?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Choose dspike's temperature anew at each epoch, by finite differences of the first layer: 35 forward passes of one batch (default: no)."
    )
    var surrogateSearch: Bool?

    @Option(
        parsing: .unconditional,
        help: "Starting weight of the last norm of each branch (default: LSN by depth, 0.5 or 0.1; sew and: 0; else 1)."
    )
    var branchScale: Float?

    @Option(
        parsing: .unconditional,
        help:
            "Starting bias of the last norm of each branch (default: LSN by depth, 0 or, at T = 4, 0.2; sew and: the threshold; else 0)."
    )
    var branchBias: Float?

    @Option(
        help:
            "Factor of the starting weights of the first of head fc256's two layers (default: for events by threshold and leak, 4.6 for standard neurons; else 1)."
    )
    var headGain: Float?
}

/// Options that say how it is trained.
struct LearningOptions: ParsableArguments {
    @Option(
        help: .choice(
            Recipe.self,
            "Where the defaults start from; paper: decay 5e-3 (cifar10-dvs: 5e-2), and LSNs with norms at 1 and 0 and surrogate height 1."
        ),
        transform: named
    )
    var recipe: Recipe?

    @Option(help: "Passes over the training data (default: 8; cifar10 and imagenet: 300; cifar10-dvs: 150).")
    var epochs: Int?

    @Option(help: "Stop after so many steps of the run, with a record and a checkpoint.")
    var maxSteps: Int?

    @Option(help: "Samples a step (default: 20; mnist: 50; cifar10 and imagenet: 64; cifar10-dvs: 32).")
    var batchSize: Int?

    @Option(
        help: .choice(
            OptimizerKind.self,
            "Update rule; adam adds the decay to the gradient, as in the paper (default: adam)."
        ),
        transform: named
    )
    var optimizer: OptimizerKind?

    @Option(
        help: """
            Highest learning rate (default: 5e-3, imagenet: 1e-3, and twice that for an LSN of more than 33 blocks; \
            sgd: 0.1).
            """
    )
    var learningRate: Double?

    @Option(help: "Decay of every parameter (default: 0 for digits and mnist, else 5e-4).")
    var weightDecay: Double?

    @Option(help: "Epochs of linear warm-up (default: 0; imagenet: 10 of 300).")
    var warmupEpochs: Int?

    @Option(
        help: .choice(ScheduleKind.self, "The learning rate after the warm-up (default: cosine)."),
        transform: named
    )
    var schedule: ScheduleKind?

    @Option(
        help: .choice(
            LossKind.self,
            "Cross-entropy of the mean logits; temporal efficient training; or the former and a loss on the distribution of membrane potentials, which is this project's own after the idea of RecDis-SNN, not a reproduction (default: mean-ce)."
        ),
        transform: named
    )
    var loss: LossKind?

    @Option(help: "TET's λ, the share of the squared distance of logits from φ (default: 0.05).")
    var tetLambda: Float?

    @Option(parsing: .unconditional, help: "TET's φ (default: 1).")
    var tetPhi: Float?

    @Option(help: "Weight of mpd's loss on potentials, averaged over the layers (default: 0.1).")
    var mpdWeight: Float?

    @Option(help: "Share of each target that all classes divide among themselves (default: 0).")
    var labelSmoothing: Float?

    @Option(help: "Key of all random numbers (default: 0).", transform: readSeed)
    var seed: UInt64?
}

/// Options that say on what it is trained.
struct DataOptions: ParsableArguments {
    @Option(
        help: .choice(DatasetName.self, "Data set; digits come with the program (default: digits)."),
        transform: named
    )
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
            "Largest random shift of a training picture in pixels (default: 2; cifar10: 4, both less where pictures are made smaller; cifar10-dvs: 5; imagenet: 0, and others only with --image-size native)."
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
        sew = network.sew
        residual = network.residual
        neuron = network.neuron
        leak = network.leak
        threshold = network.threshold
        reset = network.reset
        detachReset = network.detachReset
        surrogate = network.surrogate
        surrogateHeight = network.surrogateHeight
        surrogateSlope = network.surrogateSlope
        surrogateWidth = network.surrogateWidth
        surrogateTemperature = network.surrogateTemperature
        surrogateSearch = network.surrogateSearch
        branchScale = network.branchScale
        branchBias = network.branchBias
        headGain = network.headGain
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
        tetLambda = learning.tetLambda
        tetPhi = learning.tetPhi
        mpdWeight = learning.mpdWeight
        labelSmoothing = learning.labelSmoothing
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
