import LSNDatasets
import LSNNetworks
import LSNTraining

/// What a run does where nothing is asked: by data set, recipe and optimizer.
///
/// The digits' values are measured to reach 97 % in a few minutes on two cores: with batches of 50, 8 epochs of 4,000
/// digits are 640 steps and end between 95 and 97 %; with batches of 20 they end above 97 %. CIFAR-10's are the paper's
/// Table 4 with a tenth of its decay, which the recipe `paper` restores, and so are those of ImageNet and of event
/// recordings with a decay of 5e-4 (LSN71's own decay in the paper, 15e-3, aside). CIFAR-100, pictures and arrays of one's own have
/// CIFAR-10's.
struct TrainingDefaults {
    let model: String
    /// Nil: the architecture's own.
    let width: Double?
    /// T; nil: the architecture's own.
    let timeSteps: Int?
    let batchSize: Int
    let epochs: Int
    /// Epochs of warm-up for every 300.
    let warmupShare: Int
    /// Of all networks but deep LSNs.
    private let learningRate: Double
    /// Whether LSNs of more than `BranchInitialization.deepBlocks` blocks learn at twice the rate.
    private let hurriesDeepNetworks: Bool
    let weightDecay: Double
    let augmentation: AugmentationPolicy
    /// Of logic blocks, and the surrogate's height; nil: by the network's depth.
    let start: NetworkTemplate.Start
    let surrogateHeight: Float?
    /// Whether `Head.startingGain` is taken.
    let raisesHead: Bool

    /// - Parameters:
    ///   - dataset: what is trained on.
    ///   - imageSize: that is asked for.
    ///   - sequenceLength: T of its samples where they have one.
    ///   - recipe: where the defaults come from.
    ///   - optimizer: the update rule.
    init(
        dataset: DatasetName,
        imageSize: ImageSize?,
        sequenceLength: Int?,
        recipe: Recipe,
        optimizer: OptimizerKind
    ) {
        let isRecording = dataset.kind == .recordings
        let isDigits = dataset == .digits || dataset == .mnist
        switch dataset.kind {
        case .pictures where isDigits:
            (model, width, batchSize, epochs) = ("lsn19", 1.0 / 16, dataset == .digits ? 20 : 50, 8)
        case .pictureFiles where dataset == .imagenet:
            (model, width, batchSize, epochs) = ("lsn18", nil, 64, 300)
        case .recordings:
            (model, width, batchSize, epochs) = ("lsn15", nil, 32, 150)
        case .pictures, .pictureFiles, .arrays:
            (model, width, batchSize, epochs) = ("lsn19", nil, 64, 300)
        }
        timeSteps = sequenceLength ?? (dataset == .imagenet || isRecording ? nil : 4)
        switch recipe {
        case .paper: weightDecay = isRecording ? 5e-2 : 5e-3
        case .standard: weightDecay = isDigits ? 0 : 5e-4
        }
        warmupShare = dataset == .imagenet ? 10 : 0
        learningRate = optimizer == .sgd ? 0.1 : dataset == .imagenet ? 1e-3 : 5e-3
        hurriesDeepNetworks = recipe == .standard && optimizer != .sgd
        augmentation = AugmentationPolicy.standard(for: dataset, imageSize: imageSize)
        start =
            recipe == .paper
            ? NetworkTemplate.Start(branchScale: 1, branchBias: 0) : NetworkTemplate.Start()
        surrogateHeight = recipe == .paper ? 1 : nil
        raisesHead = isRecording && recipe == .standard
    }

    /// The highest learning rate. LSNs beyond the blocks of LSN101 take twice as much: their gradient falls on its way back,
    /// under the lower surrogate that they start with, and of 100, 200 and 500 blocks nearly all learnt more at it
    /// (docs/Depth.md).
    func learningRate(for network: NetworkTemplate) -> Double {
        let isDeep = network.isLogic && network.blockCount > BranchInitialization.deepBlocks
        return hurriesDeepNetworks && isDeep ? 2 * learningRate : learningRate
    }
}
