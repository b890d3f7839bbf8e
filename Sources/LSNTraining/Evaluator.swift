import Dispatch
public import LSNDatasets
public import LSNNetworks
import LSNTensors

/// What an evaluation found.
public struct Evaluation: Hashable, Sendable {
    /// Sums over all samples.
    public var sums = EpochSums()
    /// Logits `[T][N][classes]` of the samples in ``indices``, where they were asked for.
    public var logits: [Float] = []
    /// How each class was classified, where it was asked for.
    public var scores: ClassScores?
    /// The samples that were evaluated, by their places in the split: all, but for files that cannot be read.
    public var indices: [Int] = []

    /// Mean cross-entropy of the logits' mean over time.
    public var loss: Double { sums.meanLoss }
    /// Share of those evaluated that are classified rightly.
    public var accuracy: Double { sums.accuracy }
}

extension DatasetError {
    /// No file of the test split can be read.
    static let nothingToEvaluate = DatasetError(
        "no file of the test split can be read, so that there is nothing to evaluate: lsn data verify finds all that is wrong"
    )
}

/// Runs a network over a split with its running statistics.
public struct Evaluator: Sendable {
    /// The network.
    public let network: Network
    /// The samples, in file order.
    public let source: any BatchProvider
    private let preparer: BatchPreparer
    /// Where the next batch is prepared while one is evaluated.
    private let preparing = DispatchQueue(label: "lsn.batches")

    /// An evaluator of the test split of `data`.
    public init(network: Network, data: any TrainingData, batchSize: Int) {
        self.network = network
        source = data.evaluationBatches(batchSize: batchSize)
        preparer = BatchPreparer(backend: network.backend, data: data)
    }

    /// Accuracy and loss over the whole split, files that cannot be read left out. The loss is the mean cross-entropy whatever the network was trained with,
    /// so that runs compare.
    ///
    /// - Parameters:
    ///   - keepsLogits: whether every logit is returned.
    ///   - keepsScores: whether classes are told apart.
    ///   - observer: watches the network over the first batch, if anyone does.
    ///   - shouldStop: asked between batches.
    ///   - progress: hears after each batch how many samples are done.
    /// - Returns: nil where it was stopped.
    /// - Throws: ``TrainingError/notFinite(what:)`` where the network's values or the loss are not finite; `DatasetError`
    ///   where too many files cannot be read, or all; `BackendError`.
    public func run(
        keepsLogits: Bool = false,
        keepsScores: Bool = false,
        observer: (any NetworkObserver)? = nil,
        shouldStop: () -> Bool = { false },
        progress: (Int) -> Void = { _ in }
    ) async throws -> Evaluation? {
        try checkValues()
        let clock = ContinuousClock()
        let description = network.description
        let network = try network.withFixedWeights()
        let record = try network.backend.zeros(words: StepRecord.words)
        var result = Evaluation()
        var scores = keepsScores ? ClassScores(classes: description.classes) : nil
        // Of each time step, since time is outermost and nobody knows yet how many samples can be read.
        var logits = [[Float]](repeating: [], count: keepsLogits ? description.timeSteps : 0)
        var batch = try source.evaluationBatch(index: 0)
        for index in 0..<source.batchCount {
            if shouldStop() { return nil }
            let start = clock.now
            let following = prepare(index + 1)
            guard batch.count > 0 else {
                if let next = try await following.value { batch = next }
                continue
            }
            let samples = try preparer.prepare(batch)
            let labels = try network.backend.upload(batch.labels)
            let pass = try network.forward(
                samples,
                isStatic: preparer.isStatic,
                training: false,
                observer: result.indices.isEmpty ? observer : nil
            )
            _ = try network.backend.classificationLoss(
                pass.logits,
                labels: labels,
                timeSteps: description.timeSteps,
                loss: .meanCrossEntropy,
                record: record
            )
            let outcome = StepOutcome(try network.backend.read(record, count: StepRecord.words))
            guard outcome.loss.isFinite else { throw TrainingError.notFinite(what: "the loss is \(outcome.loss)") }
            result.sums.add(outcome, samples: batch.count)
            result.indices += batch.indices
            if keepsLogits || keepsScores {
                let values = try network.backend.values(pass.logits)
                scores?.add(logits: values, labels: batch.labels)
                let size = batch.count * description.classes
                for step in logits.indices { logits[step] += values[step * size..<(step + 1) * size] }
            }
            progress(result.sums.samples)
            if let next = try await following.value {
                batch = next
            }
            result.sums.seconds += (clock.now - start).seconds
        }
        guard !result.indices.isEmpty else { throw DatasetError.nothingToEvaluate }
        result.logits = Array(logits.joined())
        result.scores = scores
        return result
    }

    /// Evaluates the first batch and forgets it, where the backend compiles on first use: what is timed comes after.
    ///
    /// - Throws: `BackendError`, and `DatasetError` where the batch cannot be read.
    public func warmUp() throws {
        guard network.backend.buildsKernels else { return }
        let batch = try source.evaluationBatch(index: 0)
        guard batch.count > 0 else { return }
        let samples = try preparer.prepare(batch)
        _ = try network.forward(samples, isStatic: preparer.isStatic, training: false)
        try network.backend.synchronize()
    }

    /// Starts to prepare a batch; nil of it where there is none any more.
    private func prepare(_ index: Int) -> PrefetchedBatch<Batch?> {
        let source = source
        return PrefetchedBatch(on: preparing) {
            index < source.batchCount ? try source.evaluationBatch(index: index) : nil
        }
    }

    /// Spikes hide values that are not finite, so the network's own are looked at first.
    private func checkValues() throws {
        let parameters = network.parameters
        let record = try network.backend.zeros(words: StepRecord.words)
        try network.backend.findNonFinite(
            in: parameters.values,
            count: parameters.wordCount,
            record: record,
            word: StepRecord.parameter
        )
        try network.backend.findNonFinite(
            in: parameters.bufferValues,
            count: parameters.bufferWordCount,
            record: record,
            word: StepRecord.statistic
        )
        let words = try network.backend.read(record, count: StepRecord.words)
        if words[StepRecord.parameter] != StepRecord.none {
            let name = parameters.name(ofWord: Int(words[StepRecord.parameter]))
            throw TrainingError.notFinite(what: "\(name) has values that are infinite or not a number")
        }
        if words[StepRecord.statistic] != StepRecord.none {
            let name = parameters.bufferName(ofWord: Int(words[StepRecord.statistic]))
            throw TrainingError.notFinite(what: "\(name) has values that are infinite or not a number")
        }
    }
}
