public import Datasets
public import Networks
public import Tensors

/// What was asked of a training run: an option that was not given is nil, and its default depends on the data set and
/// on the model (see ``TrainingConfiguration``).
///
/// The coding keys are the names of the options in `config.json` and in option files; on the command line they are
/// written with hyphens.
public struct TrainingOptions: Codable, Hashable, Sendable {
    /// Name of the architecture.
    public var model: String?
    /// The data set.
    public var dataset: DatasetName?
    /// Folder of the data set's files.
    public var data: String?
    /// Where to compute, as `--device` takes it.
    public var device: String?
    /// Starting point of the defaults.
    public var recipe: Recipe?
    /// Multiplier of the architecture's standard widths.
    public var width: Double?
    /// T.
    public var timesteps: Int?
    /// The first layers.
    public var stem: StemChoice?
    /// The last layers.
    public var head: Head?
    /// What joins branch and shortcut in a SEW-ResNet.
    public var sew: SEWFunction?
    /// The order of a residual block's parts.
    public var residual: ResidualOrder?
    /// The neuron.
    public var neuron: NeuronModel?
    /// α.
    public var leak: Float?
    /// V_th.
    public var threshold: Float?
    /// What firing does to the membrane potential.
    public var reset: Reset?
    /// Whether the reset is a constant in the backward pass.
    public var detachReset: Bool?
    /// ∂Y/∂Û in the backward pass.
    public var surrogate: Surrogate.Kind?
    /// Peak of the triangular surrogate.
    public var surrogateHeight: Float?
    /// Slope of the sigmoid or of the arctan surrogate.
    public var surrogateSlope: Float?
    /// Width of the rectangle surrogate.
    public var surrogateWidth: Float?
    /// Temperature of Dspike.
    public var surrogateTemperature: Float?
    /// Whether Dspike's temperature is chosen anew at each epoch.
    public var surrogateSearch: Bool?
    /// Starting weight of the last norm of each logic branch.
    public var branchScale: Float?
    /// Starting bias of the last norm of each logic branch.
    public var branchBias: Float?
    /// Factor of the weights at the start of the first of two fully connected layers.
    public var headGain: Float?
    /// Passes over the training split.
    public var epochs: Int?
    /// Samples a step.
    public var batchSize: Int?
    /// The update rule.
    public var optimizer: OptimizerKind?
    /// Highest learning rate.
    public var learningRate: Double?
    /// Decay of every parameter.
    public var weightDecay: Double?
    /// Epochs of linear warm-up.
    public var warmupEpochs: Int?
    /// What follows the warm-up.
    public var schedule: ScheduleKind?
    /// What is made small.
    public var loss: LossKind?
    /// λ of TET.
    public var tetLambda: Float?
    /// φ of TET.
    public var tetPhi: Float?
    /// Weight of the loss on membrane potentials.
    public var mpdWeight: Float?
    /// The share of the target that all classes divide among themselves.
    public var labelSmoothing: Float?
    /// Largest shift of a training picture, in pixels.
    public var shift: Int?
    /// Whether training pictures are mirrored at random.
    public var flip: Bool?
    /// Which files train and which test.
    public var split: SplitRule?
    /// Rows and columns that the network sees.
    public var imageSize: ImageSize?
    /// How recordings of events are cut into frames.
    public var framesBy: FramesBy?
    /// Damaged files that are borne.
    public var maxBadFiles: Int?
    /// Where the frames of recordings are kept.
    public var cache: String?
    /// Only the first samples of the training split.
    public var limitTrain: Int?
    /// Only the first samples of the test split.
    public var limitTest: Int?
    /// Key of all random numbers.
    public var seed: UInt64?
    /// Steps after which training stops, counted from the run's beginning.
    public var maxSteps: Int?
    /// Steps between checkpoints inside an epoch.
    public var checkpointEvery: Int?
    /// What is kept for the backward pass.
    public var memory: MemoryChoice?

    /// Nothing asked.
    public init() {}

    /// Names in `config.json` and in option files.
    public enum CodingKeys: String, CodingKey, CaseIterable, Sendable {
        case model
        case dataset
        case data
        case device
        case recipe
        case width
        case timesteps
        case stem
        case head
        case sew
        case residual
        case neuron
        case leak
        case threshold
        case reset
        case detachReset = "detach_reset"
        case surrogate
        case surrogateHeight = "surrogate_height"
        case surrogateSlope = "surrogate_slope"
        case surrogateWidth = "surrogate_width"
        case surrogateTemperature = "surrogate_temperature"
        case surrogateSearch = "surrogate_search"
        case branchScale = "branch_scale"
        case branchBias = "branch_bias"
        case headGain = "head_gain"
        case epochs
        case batchSize = "batch_size"
        case optimizer
        case learningRate = "learning_rate"
        case weightDecay = "weight_decay"
        case warmupEpochs = "warmup_epochs"
        case schedule
        case loss
        case tetLambda = "tet_lambda"
        case tetPhi = "tet_phi"
        case mpdWeight = "mpd_weight"
        case labelSmoothing = "label_smoothing"
        case shift
        case flip
        case split
        case imageSize = "image_size"
        case framesBy = "frames_by"
        case maxBadFiles = "max_bad_files"
        case cache
        case limitTrain = "limit_train"
        case limitTest = "limit_test"
        case seed
        case maxSteps = "max_steps"
        case checkpointEvery = "checkpoint_every"
        case memory

        /// The option on the command line, e.g. `--batch-size`.
        public var option: String { "--" + rawValue.replacing("_", with: "-") }
    }

    /// These options where they are given, `base` elsewhere.
    public func overriding(_ base: TrainingOptions) -> TrainingOptions {
        var result = base
        for field in Self.fields {
            field.copy(self, &result)
        }
        return result
    }
}
