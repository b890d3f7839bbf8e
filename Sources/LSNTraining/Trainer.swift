import Dispatch
import LSNCommunication
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNTensors

/// The loop: steps, evaluations, checkpoints, in the folder of one run on one backend.
///
/// All that it does from one checkpoint to the next is a function of the checkpoint, the options and the data, so a run
/// that is stopped and continued ends in the same bits.
///
/// Of ranks that share a run each goes through all of it and comes to the same decisions; rank 0 writes.
struct Trainer {
    let configuration: TrainingConfiguration
    /// nil where another rank writes.
    let folder: RunFolder?
    /// Those that share the run.
    let ranks: any Communicator
    private(set) var step: TrainingStep
    let evaluator: Evaluator
    /// Watches the last batch of an epoch, and the first of an evaluation.
    let blocks: BlockObserver
    let batches: any BatchProvider
    private let mixing: BatchMixing?
    private let classNames: [String]
    /// The test split, where another chooses the best epoch.
    private let tester: Evaluator?
    /// Of the parameters as they are, where others, their averages, are evaluated.
    private let unaveraged: Evaluator?
    /// What the evaluator's split is.
    private let evaluated: EvaluatedSplit
    /// Where the next batch is prepared while a step runs.
    private let preparing = DispatchQueue(label: "lsn.batches")
    /// Whether samples are read while training goes on.
    let readsFiles: Bool
    let observer: @Sendable (TrainingNotification) -> Void
    let shouldStop: @Sendable () -> Bool
    var progress: TrainingProgress
    /// Steps of this process.
    private var stepsTaken = 0
    /// Whether ranks agreed to stop.
    private var isStopAgreed = false
    /// What was evaluated last in this process or, at the start, before the checkpoint.
    private(set) var last: EpochRecord?
    /// The best evaluation, parts of epochs counted.
    private(set) var best: BestEpoch?
    /// The test split's score, once it is known.
    private(set) var testScore: TestScore?

    init(
        configuration: TrainingConfiguration,
        folder: RunFolder?,
        step: TrainingStep,
        data: any TrainingData,
        test: (any TrainingData)?,
        progress: TrainingProgress,
        ranks: any Communicator,
        observer: @escaping @Sendable (TrainingNotification) -> Void,
        shouldStop: @escaping @Sendable () -> Bool,
        evaluated: EvaluatedSplit? = nil
    ) throws(BackendError) {
        self.configuration = configuration
        self.folder = folder
        self.ranks = ranks
        self.step = step
        self.progress = progress
        self.observer = observer
        self.shouldStop = shouldStop
        func makeEvaluator(_ data: any TrainingData, _ network: Network) -> Evaluator {
            Evaluator(
                network: network,
                data: data,
                batchSize: configuration.learning.evaluationBatchSize,
                ranks: ranks
            )
        }
        evaluator = makeEvaluator(data, step.evaluated)
        unaveraged = step.average == nil ? nil : makeEvaluator(data, step.network)
        classNames = data.classNames
        tester = test.map { makeEvaluator($0, step.network) }
        self.evaluated = evaluated ?? (test == nil ? .test : .validation)
        blocks = try BlockObserver(step.network)
        batches = configuration.batches(of: data)
        mixing = configuration.mixing(of: data)
        readsFiles = !(data is ImageDataset || data is MemoryDataset)
        last = progress.record
        best = progress.best
    }

    /// Takes steps that are then forgotten, where the backend compiles on first use: what is timed comes after. The
    /// network and the moments are those of the run, since a second set might not fit the device; afterwards `restore`
    /// puts them back.
    func warmUp(restore: () throws -> Void) throws {
        guard step.network.backend.buildsKernels, progress.epoch < configuration.learning.epochs else { return }
        try step.network.initialize(seed: configuration.run.seed)
        let watch = try BlockObserver(step.network)
        do {
            // Twice: an optimizer may do its first step with another kernel.
            for number in 1...2 {
                let batch = try cut.batch(epoch: 0, index: 0, of: batches, own: own, mixing: mixing)
                _ = try step.run(batch, rate: 0, number: number, epoch: 1, observer: watch, isAlone: true)
            }
        } catch is TrainingError {
            // The run itself will meet and report it.
        }
        try evaluator.warmUp()
        try restore()
    }

    /// Trains until the last epoch, `--max-steps`, or until it is asked to stop.
    mutating func run() async throws -> TrainingOutcome {
        let isDone = progress.epoch >= configuration.learning.epochs
        // Of a run that is done the test split is not scored again.
        testScore = isDone && tester != nil ? try ranks.shared { folder?.testScore() } : nil
        if !isDone { try folder?.removeTestScore() }
        while progress.epoch < configuration.learning.epochs {
            if let outcome = try await trainEpoch() { return outcome }
            guard let found = try await evaluate() else { return try interrupt() }
            try finishEpoch(found.evaluation, unaveraged: found.unaveraged)
        }
        return try await scoreTest() ? .finished : .interrupted
    }

    /// Scores the best epoch's model on the test split, where another chose it; the network has that model afterwards. Returns
    /// false where it was asked to stop: all is saved then, and who continues the run scores.
    private mutating func scoreTest() async throws -> Bool {
        guard let tester, testScore == nil, let best = progress.best else { return true }
        let network = step.network
        if let folder {
            try CheckpointFile.restore(try SafetensorsFile(folder.bestCheckpointPath), to: network, optimizer: nil)
        }
        try step.shareState()
        let total = tester.source.sampleCount
        let evaluation = try await tester.run(
            keepsScores: tellsClassesApart,
            shouldStop: shouldStop,
            progress: { observer(.evaluating(done: $0, total: total)) }
        )
        guard let evaluation else { return false }
        let score = TestScore(
            epoch: best.epoch,
            valAccuracy: best.accuracy,
            accuracy: evaluation.accuracy,
            loss: evaluation.loss,
            samples: evaluation.sums.samples,
            seconds: evaluation.sums.seconds
        )
        if let folder { try folder.write(score, to: folder.testPath) }
        try write(evaluation.scores, split: .test, epoch: best.epoch)
        testScore = score
        observer(.tested(score))
        return true
    }

    /// How batches are cut.
    private var cut: MicroBatchCut { configuration.learning.cut }

    /// The micro-batches that go through the network here; nil: all.
    private var own: Range<Int>? { step.exchange?.own }

    /// Whether to stop before the next step: of ranks that share a run, where they agreed to in the last one.
    private var isStopping: Bool { ranks.isShared ? isStopAgreed : shouldStop() }

    private var rate: Double { configuration.learning.rates.rate(epoch: progress.epoch) }

    /// The rest of the epoch; nil once all its batches are done.
    private mutating func trainEpoch() async throws -> TrainingOutcome? {
        guard progress.batch < batches.batchCount else { return nil }
        try chooseSurrogate()
        let clock = ContinuousClock()
        var batch = try cut.batch(epoch: progress.epoch, index: progress.batch, of: batches, own: own, mixing: mixing)
        while progress.batch < batches.batchCount {
            if let limit = configuration.run.maxSteps, progress.step >= limit {
                return try await reachMaxSteps()
            }
            if isStopping { return try interrupt() }
            let start = clock.now
            let following = prepare(index: progress.batch + 1)
            let outcome = try runStep(batch, observer: isObserved ? blocks : nil)
            isStopAgreed = outcome.isStopping
            if let blocks = outcome.blocks { progress.gradientNorms = blocks.map(\.gradientNorm) }
            let samples = batch.count
            let waiting = clock.now
            if let next = try await following.value {
                batch = next
            }
            progress.sums.waitSeconds += (clock.now - waiting).seconds
            progress.sums.add(outcome, samples: samples)
            progress.sums.seconds += (clock.now - start).seconds
            progress.step += 1
            progress.batch += 1
            observer(.step(report))
            if let every = configuration.run.checkpointEvery, progress.step % every == 0,
                progress.batch < batches.batchCount
            {
                try save()
            }
        }
        return nil
    }

    /// One step; the second of the process is profiled, which changes no result.
    private mutating func runStep(_ batch: MicroBatches, observer: BlockObserver?) throws -> StepOutcome {
        let number = progress.step + 1
        func run() throws -> StepOutcome {
            try step.run(
                batch,
                rate: rate,
                number: number,
                epoch: progress.epoch + 1,
                observer: observer,
                wantsStop: shouldStop()
            )
        }
        stepsTaken += 1
        guard stepsTaken == 2 else { return try run() }
        let (outcome, profile) = try step.network.backend.profiled(run)
        if let profile, let folder {
            try folder.write(StepProfile(step: number, profile), to: folder.profilePath)
        }
        return outcome
    }

    /// Looks for Dspike's temperature, once an epoch and before its first step. The choice is a function of the
    /// parameters, the seed and the epoch, and stands in the checkpoint, so a run that is continued makes it again or
    /// keeps it. Its batch is the first of the first epoch, of which it takes the first micro-batch that has samples. Of ranks
    /// the first looks for it, and tells the others.
    private mutating func chooseSurrogate() throws {
        guard configuration.learning.surrogateSearch ?? false, progress.surrogate?.epoch != progress.epoch,
            case .dspike(let current) = step.network.description.neuron.surrogate
        else { return }
        let start = ContinuousClock.now
        let search = SurrogateSearch(step: step, seed: configuration.run.seed)
        guard let places = cut.places(batches.range(of: 0)).first(where: { !$0.isEmpty }) else { return }
        let found = try ranks.shared {
            let batch = try batches.trainingSamples(epoch: 0, places: places)
            return try search.choose(from: current, epoch: progress.epoch, batch: batch)
        }
        try step.use(.dspike(temperature: found))
        progress.surrogate = SurrogateChoice(epoch: progress.epoch, temperature: found)
        progress.sums.seconds += (ContinuousClock.now - start).seconds
    }

    /// Whether blocks are measured in the step to come: the last of the epoch, or of what `--max-steps` allows.
    private var isObserved: Bool {
        progress.batch + 1 == batches.batchCount || progress.step + 1 == configuration.run.maxSteps
    }

    /// Starts to prepare a batch of the epoch under way; nil of it where there is none any more.
    private func prepare(index: Int) -> PrefetchedBatch<MicroBatches?> {
        let (source, cut, own, mixing, epoch) = (batches, cut, own, mixing, progress.epoch)
        return PrefetchedBatch(on: preparing) {
            guard index < source.batchCount else { return nil }
            return try cut.batch(epoch: epoch, index: index, of: source, own: own, mixing: mixing)
        }
    }

    private var tellsClassesApart: Bool { step.network.description.classes <= ConfusionRecord.mostClasses }

    /// Writes down how classes were classified, where an evaluation told them apart.
    private func write(_ scores: ClassScores?, split: EvaluatedSplit, epoch: Int) throws {
        guard let scores, let folder else { return }
        let record = ConfusionRecord(scores, split: split, epoch: epoch, classNames: classNames)
        try folder.write(record, to: folder.confusionPath)
    }

    /// What the evaluator finds and, where it evaluates averages, what the parameters themselves come to; nil where it was stopped.
    private func evaluate() async throws -> (evaluation: Evaluation, unaveraged: Evaluation?)? {
        let (total, parts) = (evaluator.source.sampleCount, unaveraged == nil ? 1 : 2)
        do {
            let found = try await evaluator.run(
                keepsScores: tellsClassesApart,
                observer: blocks,
                shouldStop: shouldStop,
                progress: { observer(.evaluating(done: $0, total: parts * total)) }
            )
            guard let found else { return nil }
            guard let unaveraged else { return (found, nil) }
            let other = try await unaveraged.run(
                shouldStop: shouldStop,
                progress: { observer(.evaluating(done: total + $0, total: parts * total)) }
            )
            return other.map { (found, $0) }
        } catch TrainingError.notFinite(let what) {
            throw TrainingError.diverged(
                what: "in the evaluation, \(what)",
                step: progress.step,
                epoch: progress.epoch + 1,
                advice: StabilityAdvice(step.network.description).divergence
            )
        }
    }

    /// Saves an epoch whose batches are all done: the best model first, then the state, then the line. Whatever of them
    /// a kill prevents is made again, to the same bits, when the run continues.
    private mutating func finishEpoch(_ evaluation: Evaluation, unaveraged: Evaluation?) throws {
        try step.checkSame(epoch: progress.epoch + 1)
        let record = record(of: evaluation, unaveraged: unaveraged)
        let isBest = evaluation.accuracy > progress.best?.accuracy ?? -1
        if isBest {
            progress.best = BestEpoch(epoch: record.epoch, accuracy: record.evaluationAccuracy)
            if let folder { try step.saveModel(to: folder.bestCheckpointPath, of: record, folder: folder) }
        }
        // Before the checkpoint, so that no line is ever missing: one whose checkpoint a kill prevents is written again.
        try appendBlocks(evaluation)
        progress.epoch += 1
        progress.batch = 0
        progress.sums = EpochSums()
        progress.gradientNorms = nil
        progress.record = record
        if let folder { try step.save(progress, folder: folder) }
        try append(record)
        try write(evaluation.scores, split: record.evaluated, epoch: record.epoch)
        last = record
        best = progress.best
        observer(.epoch(record, epochs: configuration.learning.epochs, isBest: isBest))
    }

    /// Evaluates and records the part of an epoch that was allowed. The epoch is not finished: when the run continues,
    /// its line and, where it is the best so far, its model give way to what stood there before.
    private mutating func reachMaxSteps() async throws -> TrainingOutcome {
        guard progress.batch > 0 else { return .reachedMaxSteps }
        guard let (evaluation, unaveraged) = try await evaluate() else { return try interrupt() }
        try step.checkSame(epoch: progress.epoch + 1)
        let record = record(of: evaluation, unaveraged: unaveraged)
        try appendBlocks(evaluation)
        if let folder { try step.save(progress, folder: folder) }
        let isBest = evaluation.accuracy > progress.best?.accuracy ?? -1
        if isBest {
            if let folder {
                try folder.setBestAside()
                try step.saveModel(to: folder.bestCheckpointPath, of: record, folder: folder)
            }
            best = BestEpoch(epoch: record.epoch, accuracy: record.evaluationAccuracy)
        }
        try append(record)
        try write(evaluation.scores, split: record.evaluated, epoch: record.epoch)
        last = record
        observer(.epoch(record, epochs: configuration.learning.epochs, isBest: isBest))
        return .reachedMaxSteps
    }

    private func interrupt() throws -> TrainingOutcome {
        try save()
        return .interrupted
    }

    private func save() throws {
        guard let folder else { return }
        try step.save(progress, folder: folder)
        observer(.saved(path: folder.lastCheckpointPath, step: progress.step))
    }

    /// Writes down what the blocks did in the evaluation that is just done and in the epoch's last step.
    private func appendBlocks(_ evaluation: Evaluation) throws {
        // The rank that evaluated the first batch has observed it.
        let isObserver = evaluation.observingRank == ranks.rank
        let measured = try ranks.gather(values: isObserver ? try blocks.measurements() : [])
        guard let folder else { return }
        var statistics = BlockStatistics(
            epoch: progress.epoch + 1,
            step: progress.step,
            blocks: measured[evaluation.observingRank].map(BlockStatistics.Block.init)
        )
        for (place, norm) in zip(statistics.blocks.indices, progress.gradientNorms ?? []) {
            statistics.blocks[place].gradientNorm = norm.flatMap { $0.isFinite ? $0 : nil }
        }
        let finished = statistics
        try TrainingError.saving(run: folder.path) { () throws(FileFormatError) in
            try folder.blocks.append(finished)
        }
        observer(.blocks(finished))
    }

    private func append(_ record: EpochRecord) throws(TrainingError) {
        guard let folder else { return }
        try TrainingError.saving(run: folder.path) { () throws(FileFormatError) in
            try folder.metrics.append(record)
        }
    }

    private func record(of evaluation: Evaluation, unaveraged: Evaluation?) -> EpochRecord {
        EpochRecord(
            epoch: progress.epoch + 1,
            step: progress.step,
            learningRate: rate,
            trainLoss: progress.sums.meanLoss,
            trainAccuracy: progress.sums.accuracy,
            evaluated: evaluated,
            evaluationLoss: evaluation.loss,
            evaluationAccuracy: evaluation.accuracy,
            unaveragedLoss: unaveraged?.loss,
            unaveragedAccuracy: unaveraged?.accuracy,
            evaluatedSamples: evaluation.sums.samples < evaluator.source.sampleCount ? evaluation.sums.samples : nil,
            imagesPerSecond: progress.sums.imagesPerSecond,
            seconds: progress.sums.seconds,
            evaluationSeconds: evaluation.sums.seconds + (unaveraged?.sums.seconds ?? 0),
            dataWaitSeconds: readsFiles ? progress.sums.waitSeconds : nil,
            exchangeSeconds: ranks.isShared ? progress.sums.exchangeSeconds : nil,
            surrogateTemperature: progress.surrogate?.temperature
        )
    }

    private var report: StepReport {
        let sums = progress.sums
        let total = configuration.learning.epochs * batches.batchCount
        let steps = min(total, configuration.run.maxSteps ?? total) - progress.step
        let evaluations = (steps + progress.batch + batches.batchCount - 1) / batches.batchCount
        return StepReport(
            epoch: progress.epoch + 1,
            epochs: configuration.learning.epochs,
            batch: progress.batch,
            batches: batches.batchCount,
            step: progress.step,
            loss: sums.meanLoss,
            accuracy: sums.accuracy,
            imagesPerSecond: sums.imagesPerSecond,
            secondsLeft: Double(steps) * sums.seconds / Double(progress.batch)
                + Double(evaluations) * (last?.evaluationSeconds ?? 0)
        )
    }
}
