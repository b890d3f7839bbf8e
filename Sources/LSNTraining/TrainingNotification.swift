/// What happens while a run goes on, for whoever shows it.
public enum TrainingNotification: Sendable {
    /// The run begins or continues.
    case started(TrainingStart)
    /// A step is done.
    case step(StepReport)
    /// So many samples of the split that is evaluated, of so many, are done.
    case evaluating(done: Int, total: Int)
    /// What every block did, measured at the end of the epoch that is reported next.
    case blocks(BlockStatistics)
    /// An epoch, or the part of one that `--max-steps` allowed, is evaluated and saved.
    case epoch(EpochRecord, epochs: Int, isBest: Bool)
    /// With `--val-split`, after the last epoch: the test split's score.
    case tested(TestScore)
    /// A checkpoint was written inside an epoch.
    case saved(path: String, step: Int)
}

/// What is known before the first step.
public struct TrainingStart: Sendable {
    /// The options, the machine, the network and the data.
    public let record: RunRecord
    /// Names of the classes, by label.
    public let classNames: [String]
    /// The run's folder.
    public let folder: String
    /// Steps that were done before.
    public let step: Int
    /// Epochs that were done before.
    public let epoch: Int
    /// Where its weights come from, and which of them stay.
    public let weights: StartingWeights
    /// What a step takes, where that was planned.
    public let memory: MemoryPlan?
    /// What to change where values or gradients of this network go wrong.
    public let advice: StabilityAdvice
}

/// Where a run stands after a step.
public struct StepReport: Hashable, Sendable {
    /// 1 for the first.
    public var epoch: Int
    /// Of the run.
    public var epochs: Int
    /// Batches done in this epoch.
    public var batch: Int
    /// Batches of an epoch.
    public var batches: Int
    /// Steps done in the run.
    public var step: Int
    /// Mean over this epoch so far.
    public var loss: Double
    /// Share classified rightly over this epoch so far.
    public var accuracy: Double
    /// Over this epoch so far.
    public var imagesPerSecond: Double
    /// Until the run's last step, evaluations counted, at the speed so far.
    public var secondsLeft: Double

    /// Gathers what belongs together.
    public init(
        epoch: Int,
        epochs: Int,
        batch: Int,
        batches: Int,
        step: Int,
        loss: Double,
        accuracy: Double,
        imagesPerSecond: Double,
        secondsLeft: Double
    ) {
        self.epoch = epoch
        self.epochs = epochs
        self.batch = batch
        self.batches = batches
        self.step = step
        self.loss = loss
        self.accuracy = accuracy
        self.imagesPerSecond = imagesPerSecond
        self.secondsLeft = secondsLeft
    }
}

/// Why training returned.
public enum TrainingOutcome: Hashable, Sendable {
    /// All epochs are done.
    case finished
    /// `--max-steps` are done.
    case reachedMaxSteps
    /// It was asked to stop, and saved.
    case interrupted
}

/// How a run ended.
public struct TrainingSummary: Hashable, Sendable {
    /// Why it returned.
    public let outcome: TrainingOutcome
    /// The run's folder.
    public let folder: String
    /// Steps of the whole run.
    public let step: Int
    /// What was last evaluated, if anything.
    public let last: EpochRecord?
    /// The best evaluation, if any.
    public let best: BestEpoch?
    /// With `--val-split`, after the last epoch: the test split's score.
    public let test: TestScore?
}
