package import LSNDatasets
import LSNFileFormats
package import LSNNetworks
package import LSNTensors

/// One step of training, and what a checkpoint keeps of all of them.
package struct TrainingStep: Sendable {
    package private(set) var network: Network
    let optimizer: Optimizer
    let learning: LearningConfiguration
    private(set) var metadata: ModelMetadata
    /// What is kept for the backward pass.
    let memory: MemoryMode
    package let preparer: BatchPreparer
    let record: any Storage

    package init(
        configuration: TrainingConfiguration,
        network: Network,
        data: any TrainingData,
        memory: MemoryMode
    ) throws(BackendError) {
        self.network = network
        self.memory = memory
        learning = configuration.learning
        optimizer = try Optimizer(
            configuration.learning.optimizer,
            weightDecay: Float(configuration.learning.weightDecay),
            parameters: network.parameters,
            backend: network.backend
        )
        metadata = ModelMetadata(
            network: network.description,
            configuration: configuration,
            data: data,
            precision: network.backend.precision
        )
        preparer = BatchPreparer(backend: network.backend, data: data)
        record = try network.backend.zeros(words: StepRecord.words)
    }

    /// Forward, loss, backward, update. The device is waited for once, at the end.
    ///
    /// - Parameters:
    ///   - batch: the samples.
    ///   - rate: learning rate.
    ///   - number: 1 for the run's first step.
    ///   - epoch: 1 for the first, for errors.
    ///   - observer: watches the network, if anyone does.
    ///   - betweenPasses: see ``enqueue(_:labels:rate:number:observer:betweenPasses:)``.
    /// - Throws: ``TrainingError/diverged(what:step:epoch:advice:)``, `BackendError`.
    package func run(
        _ batch: Batch,
        rate: Double,
        number: Int,
        epoch: Int,
        observer: (any NetworkObserver)? = nil,
        betweenPasses: () -> Void = {}
    ) throws -> StepOutcome {
        let backend = network.backend
        // All that travels to the device goes before anything is enqueued: a copy waits for what is.
        let labels = try backend.upload(batch.labels)
        try enqueue(
            try preparer.upload(batch),
            labels: labels,
            rate: rate,
            number: number,
            observer: observer,
            betweenPasses: betweenPasses
        )
        let outcome = StepOutcome(try backend.read(record, count: StepRecord.words))
        if let problem = problem(in: outcome) {
            throw TrainingError.diverged(
                what: problem,
                step: number,
                epoch: epoch,
                advice: StabilityAdvice(network.description).divergence
            )
        }
        return outcome
    }

    /// All of a step that the device does.
    ///
    /// - Parameters:
    ///   - batch: the samples.
    ///   - labels: theirs.
    ///   - rate: learning rate.
    ///   - number: 1 for the run's first step.
    ///   - observer: watches the network, if anyone does.
    ///   - betweenPasses: called when all that the backward pass needs is there, and nothing else.
    func enqueue(
        _ batch: UploadedBatch,
        labels: any Storage,
        rate: Double,
        number: Int,
        observer: (any NetworkObserver)? = nil,
        betweenPasses: () -> Void = {}
    ) throws(BackendError) {
        let parameters = network.parameters
        try differentiate(batch, labels: labels, observer: observer, betweenPasses: betweenPasses)
        try watch(parameters.gradients, parameters.wordCount, StepRecord.gradient)
        try optimizer.update(parameters, learningRate: Float(rate), step: number)
        try watch(parameters.values, parameters.wordCount, StepRecord.parameter)
        try watch(parameters.bufferValues, parameters.bufferWordCount, StepRecord.statistic)
    }

    /// Forward, loss, backward: every parameter's gradient, and no update. The device is not waited for.
    func differentiate(_ batch: Batch, observer: (any NetworkObserver)? = nil) throws {
        let labels = try network.backend.upload(batch.labels)
        try differentiate(try preparer.upload(batch), labels: labels, observer: observer)
    }

    private func differentiate(
        _ batch: UploadedBatch,
        labels: any Storage,
        observer: (any NetworkObserver)?,
        betweenPasses: () -> Void = {}
    ) throws(BackendError) {
        let pass = try forward(batch, observer: observer)
        betweenPasses()
        let gradient = try network.backend.classificationLoss(
            pass.logits,
            labels: labels,
            timeSteps: network.description.timeSteps,
            loss: learning.logitsLoss,
            labelSmoothing: learning.labelSmoothing,
            record: record
        )
        let stem = try network.backwardToStem(
            pass,
            logitsGradient: gradient,
            mpdLoss: learning.mpdLoss,
            record: record
        )
        let input: RealTensor? = if stem.needsInput { try preparer.prepare(batch) } else { nil }
        try network.backward(stem, input: input)
    }

    // A function of its own: pictures that the pass does not keep are gone when it returns.
    private func forward(
        _ batch: UploadedBatch,
        observer: (any NetworkObserver)?
    ) throws(BackendError) -> ForwardPass {
        try network.forward(
            try preparer.prepare(batch),
            isStatic: preparer.isStatic,
            training: true,
            memory: memory,
            keepsInput: !batch.isEasilyPrepared,
            observer: observer
        )
    }

    /// Goes on with another surrogate, on the same parameters and moments.
    mutating func use(_ surrogate: Surrogate) throws {
        network = try network.with(surrogate: surrogate)
        metadata.network = network.description
    }

    private func watch(_ storage: any Storage, _ count: Int, _ word: Int) throws(BackendError) {
        try network.backend.findNonFinite(in: storage, count: count, record: record, word: word)
    }

    /// What is not finite, if anything, in the order in which a step computes it: the first is the cause of the rest.
    private func problem(in outcome: StepOutcome) -> String? {
        let parameters = network.parameters
        if let word = outcome.index(StepRecord.statistic) {
            return "the running statistics \(parameters.bufferName(ofWord: word)) are infinite or not a number"
                + (outcome.loss.isFinite ? "" : ", and the loss is \(outcome.loss)")
        }
        if let word = outcome.index(StepRecord.gradient) {
            return "the gradient of \(parameters.name(ofWord: word)) is infinite or not a number"
                + (outcome.loss.isFinite ? "" : ", and the loss is \(outcome.loss)")
        }
        if !outcome.loss.isFinite {
            return "the loss of the head's logits is \(outcome.loss)"
        }
        if let word = outcome.index(StepRecord.parameter) {
            return "the update made \(parameters.name(ofWord: word)) infinite or not a number"
        }
        return nil
    }
}

extension TrainingStep {
    /// Writes the state to continue from.
    func save(_ progress: TrainingProgress, folder: RunFolder) throws {
        let strings = try metadata.strings().merging(progress.metadata) { first, _ in first }
        try write(strings, optimizer: optimizer, to: folder.lastCheckpointPath, folder: folder)
    }

    /// Writes the model alone.
    func saveModel(to path: String, of record: EpochRecord, folder: RunFolder) throws {
        var strings = try metadata.strings()
        strings["epoch"] = "\(record.epoch)"
        strings["step"] = "\(record.step)"
        strings["test_accuracy"] = "\(record.testAccuracy)"
        try write(strings, optimizer: nil, to: path, folder: folder)
    }

    private func write(
        _ metadata: [String: String],
        optimizer: Optimizer?,
        to path: String,
        folder: RunFolder
    ) throws {
        let kept = folder.hasCheckpoint ? folder.path : nil
        try TrainingError.savingTensors(run: kept) {
            try CheckpointFile.write(network, to: path, metadata: metadata, optimizer: optimizer)
        }
    }

    /// The state of a run before its first step.
    package func begin(seed: UInt64) throws(BackendError) {
        try network.initialize(seed: seed)
        try optimizer.reset(network.parameters)
    }

    /// Reads the state to continue from.
    ///
    /// - Throws: `FileFormatError`, `NetworkError`, `BackendError`.
    mutating func restore(from path: String) throws -> TrainingProgress {
        let file = try SafetensorsFile(path)
        let progress = try TrainingProgress(metadata: file.metadata, path: path)
        try CheckpointFile.restore(file, to: network, optimizer: optimizer)
        if let found = progress.surrogate {
            try use(.dspike(temperature: found.temperature))
        }
        return progress
    }
}
