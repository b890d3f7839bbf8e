public import Datasets
public import Networks
import Tensors

/// What an evaluation found.
public struct Evaluation: Hashable, Sendable {
    /// Sums over all samples.
    public var sums = EpochSums()
    /// Logits `[T][N][classes]` in the order of the data set, where they were asked for.
    public var logits: [Float] = []

    /// Mean cross-entropy of the logits' mean over time.
    public var loss: Double { sums.meanLoss }
    /// Share classified rightly.
    public var accuracy: Double { sums.accuracy }
}

/// Runs a network over a split with its running statistics.
public struct Evaluator: Sendable {
    /// The network.
    public let network: Network
    /// The samples, in file order.
    public let source: any BatchProvider
    private let preparer: BatchPreparer

    /// An evaluator of the test split of `data`.
    public init(network: Network, data: any TrainingData, batchSize: Int) {
        self.network = network
        source = data.evaluationBatches(batchSize: batchSize)
        preparer = BatchPreparer(backend: network.backend, data: data)
    }

    /// Accuracy and loss over the whole split. The loss is the mean cross-entropy whatever the network was trained with,
    /// so that runs compare.
    ///
    /// - Parameters:
    ///   - keepsLogits: whether every logit is returned.
    ///   - observer: watches the network over the first batch, if anyone does.
    ///   - shouldStop: asked between batches.
    ///   - progress: hears after each batch how many samples are done.
    /// - Returns: nil where it was stopped.
    /// - Throws: ``TrainingError/notFinite(what:)`` where the network's values or the loss are not finite; `BackendError`.
    public func run(
        keepsLogits: Bool = false,
        observer: (any NetworkObserver)? = nil,
        shouldStop: () -> Bool = { false },
        progress: (Int) -> Void = { _ in }
    ) async throws -> Evaluation? {
        try checkValues()
        let clock = ContinuousClock()
        let description = network.description
        let record = try network.backend.zeros(words: StepRecord.words)
        var result = Evaluation()
        if keepsLogits {
            let count = description.timeSteps * source.sampleCount * description.classes
            result.logits = [Float](repeating: 0, count: count)
        }
        var batch = try source.evaluationBatch(index: 0)
        for index in 0..<source.batchCount {
            if shouldStop() { return nil }
            let start = clock.now
            async let following = prepare(index + 1)
            let samples = try preparer.prepare(batch)
            let labels = try network.backend.upload(batch.labels)
            let pass = try network.forward(
                samples,
                isStatic: preparer.isStatic,
                training: false,
                observer: index == 0 ? observer : nil
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
            if keepsLogits {
                store(try network.backend.values(pass.logits), of: batch, in: &result.logits)
            }
            progress(result.sums.samples)
            if let next = try await following {
                batch = next
            }
            result.sums.seconds += (clock.now - start).seconds
        }
        return result
    }

    /// Evaluates the first batch and forgets it, where the backend compiles on first use: what is timed comes after.
    ///
    /// - Throws: `BackendError`, and `DatasetError` where the batch cannot be read.
    public func warmUp() throws {
        guard network.backend.buildsKernels else { return }
        let samples = try preparer.prepare(source.evaluationBatch(index: 0))
        _ = try network.forward(samples, isStatic: preparer.isStatic, training: false)
        try network.backend.synchronize()
    }

    private func prepare(_ index: Int) async throws -> Batch? {
        index < source.batchCount ? try source.evaluationBatch(index: index) : nil
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

    /// Puts the logits `[T][n][classes]` of a batch where they belong in those of the split.
    private func store(_ logits: [Float], of batch: Batch, in all: inout [Float]) {
        let classes = network.description.classes
        for step in 0..<network.description.timeSteps {
            for (position, sample) in batch.indices.enumerated() {
                let from = (step * batch.count + position) * classes
                let to = (step * source.sampleCount + sample) * classes
                all.replaceSubrange(to..<to + classes, with: logits[from..<from + classes])
            }
        }
    }
}
