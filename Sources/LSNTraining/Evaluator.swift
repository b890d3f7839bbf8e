import Dispatch
package import LSNCommunication
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
    /// The rank that evaluated the first batch that has samples.
    var observingRank = 0

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
///
/// Ranks share its batches out, one each in turn, and tell each other what came of them; sums are made in the order of the
/// batches, so that they do not depend on how many ranks there are.
public struct Evaluator: Sendable {
    /// The network.
    public let network: Network
    /// The samples, in file order.
    public let source: any BatchProvider
    private let preparer: BatchPreparer
    private let ranks: any Communicator
    /// Where the next batch is prepared while one is evaluated.
    private let preparing = DispatchQueue(label: "lsn.batches")

    /// An evaluator of the test split of `data`.
    public init(network: Network, data: any TrainingData, batchSize: Int) {
        self.init(network: network, data: data, batchSize: batchSize, ranks: OneProcess())
    }

    /// An evaluator of the test split of `data`, whose batches ranks share.
    package init(network: Network, data: any TrainingData, batchSize: Int, ranks: any Communicator) {
        self.network = network
        self.ranks = ranks
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
    ///   where too many files cannot be read, or all; `BackendError`; `CommunicationError`.
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
        var batch = try await prepare(ranks.rank).value
        for first in stride(from: 0, to: source.batchCount, by: ranks.count) {
            var found = EvaluatedBatch()
            var values: [Float] = []
            found.isStopping = shouldStop()
            // Alone, no batch more; ranks stop together, once they have told each other.
            if found.isStopping, !ranks.isShared { return nil }
            let start = clock.now
            let following = prepare(first + ranks.count + ranks.rank)
            if let batch, batch.count > 0 {
                // Before anything is enqueued that it would wait for.
                let labels = try network.backend.upload(batch.labels)
                let pass = try forward(batch, network, observer: result.indices.isEmpty ? observer : nil)
                let outcome = try outcome(of: pass, labels: labels, record: record)
                found.indices = batch.indices
                (found.loss, found.correct) = (outcome.loss, outcome.correct)
                if keepsLogits || keepsScores {
                    found.labels = batch.labels
                    values = try network.backend.values(pass.logits)
                }
            }
            let all = try ranks.gather(values: found)
            if all.contains(where: \.isStopping) { return nil }
            let allValues = try keepsLogits || keepsScores ? ranks.gather(floats: values) : []
            for (rank, found) in all.enumerated() where !found.indices.isEmpty {
                if result.indices.isEmpty { result.observingRank = rank }
                result.sums.add(found)
                result.indices += found.indices
                if keepsLogits || keepsScores {
                    scores?.add(logits: allValues[rank], labels: found.labels)
                    let size = found.indices.count * description.classes
                    for step in logits.indices { logits[step] += allValues[rank][step * size..<(step + 1) * size] }
                }
            }
            progress(result.sums.samples)
            batch = try await following.value
            result.sums.seconds += (clock.now - start).seconds
        }
        guard !result.indices.isEmpty else { throw DatasetError.nothingToEvaluate }
        result.logits = Array(logits.joined())
        result.scores = scores
        return result
    }

    private func forward(
        _ batch: Batch,
        _ network: Network,
        observer: (any NetworkObserver)?
    ) throws(BackendError) -> ForwardPass {
        let samples = try preparer.prepare(batch)
        return try network.forward(samples, isStatic: preparer.isStatic, training: false, observer: observer)
    }

    /// Loss and right answers of a batch.
    private func outcome(
        of pass: borrowing ForwardPass,
        labels: any Storage,
        record: any Storage
    ) throws -> StepOutcome {
        let backend = network.backend
        _ = try backend.classificationLoss(
            pass.logits,
            labels: labels,
            timeSteps: network.description.timeSteps,
            loss: .meanCrossEntropy,
            record: record
        )
        let outcome = StepOutcome(try backend.read(record, count: StepRecord.words))
        guard outcome.loss.isFinite else { throw TrainingError.notFinite(what: "the loss is \(outcome.loss)") }
        return outcome
    }

    /// Evaluates the first batch and forgets it, where the backend compiles on first use: what is timed comes after.
    ///
    /// - Throws: `BackendError`, and `DatasetError` where the batch cannot be read.
    public func warmUp() throws {
        guard network.backend.buildsKernels else { return }
        // A rank that gets no batch needs no kernels, and others of this rank's batch are as large.
        guard ranks.rank < source.batchCount else { return }
        let batch = try source.evaluationBatch(index: ranks.rank)
        guard batch.count > 0 else { return }
        let samples = try preparer.prepare(batch)
        _ = try network.forward(samples, isStatic: preparer.isStatic, training: false)
        try network.backend.synchronize()
    }

    /// Starts to prepare a batch; nil of it where there is none any more.
    private func prepare(_ index: Int) -> PrefetchedBatch<Batch?> {
        let (source, step) = (source, ranks.count)
        return PrefetchedBatch(on: preparing) {
            guard index < source.batchCount else { return nil }
            // What this rank evaluates next.
            let following = [index + step, index + 2 * step].filter { $0 < source.batchCount }
            return try source.evaluationBatch(index: index, following: following)
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
