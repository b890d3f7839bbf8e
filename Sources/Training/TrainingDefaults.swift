import Datasets

/// What a run does where nothing is asked: by data set, recipe and optimizer.
///
/// The digits' values are measured to reach 97 % in a few minutes on two cores; CIFAR-10's are the paper's Table 4 with
/// a tenth of its decay, which the recipe `paper` restores.
struct TrainingDefaults {
    let model = "lsn19"
    /// Nil: the architecture's own.
    let width: Double?
    let timeSteps = 4
    let batchSize: Int
    let epochs: Int
    let learningRate: Double
    let weightDecay: Double
    let augmentation: AugmentationPolicy
    /// The start of the last norm of each logic branch and the surrogate's height; nil: by the network's depth.
    let branchScale: Float?
    let branchBias: Float?
    let surrogateHeight: Float?

    init(dataset: DatasetName, recipe: Recipe, optimizer: OptimizerKind) {
        switch dataset {
        case .digits, .mnist:
            width = 1.0 / 16
            batchSize = 50
            epochs = 8
        case .cifar10:
            width = nil
            batchSize = 64
            epochs = 300
        }
        switch (recipe, dataset) {
        case (.paper, _): weightDecay = 5e-3
        case (.standard, .cifar10): weightDecay = 5e-4
        case (.standard, .digits), (.standard, .mnist): weightDecay = 0
        }
        learningRate = optimizer == .sgd ? 0.1 : 5e-3
        augmentation = AugmentationPolicy.standard(for: dataset)
        branchScale = recipe == .paper ? 1 : nil
        branchBias = recipe == .paper ? 0 : nil
        surrogateHeight = recipe == .paper ? 1 : nil
    }
}
