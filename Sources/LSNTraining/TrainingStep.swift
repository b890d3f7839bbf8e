package import LSNCommunication
package import LSNDatasets
import LSNFileFormats
package import LSNNetworks
package import LSNTensors

/// A micro-batch on the device.
struct UploadedMicroBatch: Sendable {
    let samples: UploadedBatch
    let labels: any Storage
    /// nil where samples are as they are.
    var mix: UploadedMix?

    /// Its samples.
    var count: Int { samples.count }
}

/// With what the samples of a micro-batch are mixed.
struct UploadedMix: Sendable {
    /// nil: with themselves, the other way round.
    let partners: UploadedBatch?
    let labels: MixedLabels
}

/// One step of training, and what a checkpoint keeps of all of them.
package struct TrainingStep: Sendable {
    package private(set) var network: Network
    let optimizer: Optimizer
    /// Of the parameters, which is evaluated in their place; nil: they are.
    let average: WeightAverage?
    /// nil where gradients are taken as they are.
    private let clip: GradientClip?
    let learning: LearningConfiguration
    private(set) var metadata: ModelMetadata
    /// What is kept for the backward pass.
    let memory: MemoryMode
    package let preparer: BatchPreparer
    private let records: StepRecords
    /// With whom a step's micro-batches are shared; nil: one process has them all.
    let exchange: StepExchange?
    /// Where the loss of a single pass goes.
    var record: any Storage { records.all[0] }

    package init(
        configuration: TrainingConfiguration,
        network: Network,
        data: any TrainingData,
        memory: MemoryMode,
        ranks: any Communicator = OneProcess()
    ) throws(BackendError) {
        self.network = network
        self.memory = memory
        learning = configuration.learning
        optimizer = try Optimizer(
            configuration.learning.optimizer,
            weightDecay: Float(configuration.learning.weightDecay),
            groups: configuration.learning.groups,
            parameters: network.parameters,
            backend: network.backend
        )
        average = try configuration.learning.ema.map { decay throws(BackendError) in
            try WeightAverage(decay, of: network)
        }
        clip = try configuration.learning.clipGradNorm.map { maximum throws(BackendError) in
            try GradientClip(maximum, of: network.parameters)
        }
        metadata = ModelMetadata(
            network: network.description,
            configuration: configuration,
            data: data,
            precision: network.backend.precision
        )
        preparer = BatchPreparer(backend: network.backend, data: data, policy: configuration.data.augmentation)
        records = try StepRecords(configuration.learning.microBatches, on: network.backend)
        exchange = StepExchange(ranks, configuration.learning.cut)
    }

    /// Forward, loss, backward of every micro-batch, update. The device is waited for once, at the end; where blocks are
    /// observed, after every micro-batch.
    ///
    /// - Parameters:
    ///   - batch: the samples, in as many micro-batches as the configuration says at most.
    ///   - rate: learning rate.
    ///   - number: 1 for the run's first step.
    ///   - epoch: 1 for the first, for errors.
    ///   - observer: measures the blocks, if anyone does.
    ///   - isAlone: whether other ranks are left out, and their micro-batches with them: of a step that is forgotten.
    ///   - wantsStop: whether this process is asked to stop, which all ranks are told.
    ///   - betweenPasses: called when all that the backward pass of a micro-batch needs is there.
    /// - Throws: ``TrainingError/diverged(what:step:epoch:advice:)``, `BackendError`, `CommunicationError`.
    package func run(
        _ batch: MicroBatches,
        rate: Double,
        number: Int,
        epoch: Int,
        observer: BlockObserver? = nil,
        isAlone: Bool = false,
        wantsStop: Bool = false,
        betweenPasses: () -> Void = {}
    ) throws -> StepOutcome {
        let parts = try upload(batch)
        let (sums, blocks) = try differentiate(
            parts,
            own: batch.own,
            sizes: batch.sizes,
            observer: observer,
            betweenPasses: betweenPasses
        )
        let outcome =
            if let exchange, !isAlone {
                try finish(exchange, sums, batch, blocks, rate: rate, number: number, wantsStop: wantsStop)
            } else {
                try finish(batch, blocks, rate: rate, number: number)
            }
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

    /// The update of a step whose micro-batches were all here, and what they left.
    private func finish(
        _ batch: MicroBatches,
        _ blocks: [[BlockMeasurement]?]?,
        rate: Double,
        number: Int
    ) throws(BackendError) -> StepOutcome {
        try update(rate: rate, number: number)
        let words = try records.read()
        let counted = zip(batch.parts, words[batch.own]).map { part, words in part.count > 0 ? words : nil }
        return StepOutcome(words[0], microBatches: counted, blocks: blocks.map(BlockMeasurement.joined))
    }

    /// The update of a step that ranks share, after their exchange, and what the micro-batches of all left.
    private func finish(
        _ exchange: StepExchange,
        _ sums: GradientSums,
        _ batch: MicroBatches,
        _ blocks: [[BlockMeasurement]?]?,
        rate: Double,
        number: Int,
        wantsStop: Bool
    ) throws -> StepOutcome {
        // What is waited for from here on is not the device.
        try network.backend.synchronize()
        let start = ContinuousClock.now
        let found = try exchange.run(
            sums,
            of: network.parameters,
            sizes: batch.sizes,
            records: records,
            blocks: blocks,
            wantsStop: wantsStop
        )
        let seconds = (ContinuousClock.now - start).seconds
        try update(rate: rate, number: number)
        var outcome = StepOutcome(
            try records.read()[0],
            microBatches: found.records,
            blocks: found.blocks.map(BlockMeasurement.joined)
        )
        (outcome.isStopping, outcome.exchangeSeconds) = (found.isStopping, seconds)
        return outcome
    }

    /// The parameters follow their gradients; what is not finite is written down.
    package func update(rate: Double, number: Int) throws(BackendError) {
        let parameters = network.parameters
        try watch(parameters.gradients, parameters.wordCount, StepRecord.gradient)
        try clip?.apply(to: parameters, record: record)
        try optimizer.update(parameters, learningRate: rate, step: number)
        try watch(parameters.values, parameters.wordCount, StepRecord.parameter)
        try watch(parameters.bufferValues, parameters.bufferWordCount, StepRecord.statistic)
        try average?.update(from: parameters)
    }

    /// Forward, loss, backward of every micro-batch: every parameter's gradient, and no update. The device is not waited for,
    /// unless blocks are observed.
    @discardableResult
    package func differentiate(_ batch: MicroBatches, observer: BlockObserver? = nil) throws -> [BlockMeasurement]? {
        let parts = try upload(batch)
        let blocks = try differentiate(parts, own: batch.own, sizes: batch.sizes, observer: observer).blocks
        return blocks.map(BlockMeasurement.joined)
    }

    /// All that travels to the device goes before anything is enqueued: a copy waits for what is.
    private func upload(_ batch: MicroBatches) throws(BackendError) -> [UploadedMicroBatch?] {
        precondition(batch.sizes.count <= records.all.count, "\(batch.sizes.count) micro-batches")
        var parts: [UploadedMicroBatch?] = []
        for (index, part) in batch.parts.enumerated() {
            guard part.count > 0 else {
                parts.append(nil)
                continue
            }
            let labels = try network.backend.upload(part.labels)
            var uploaded = UploadedMicroBatch(samples: try preparer.upload(part), labels: labels)
            if let mix = batch.mix {
                let partners = batch.partners[index]
                uploaded.mix = UploadedMix(
                    partners: try partners.map { batch throws(BackendError) in try preparer.upload(batch) },
                    labels: MixedLabels(
                        labels: try network.backend.upload((partners ?? part).labels.reversed()),
                        mix: mix
                    )
                )
            }
            parts.append(uploaded)
        }
        return parts
    }

    /// A micro-batch whose samples are anything, to see what it takes.
    func placeholder(samples: Int) throws(BackendError) -> UploadedMicroBatch {
        let labels = try network.backend.allocate(words: samples)
        var part = UploadedMicroBatch(samples: try preparer.placeholder(count: samples), labels: labels)
        if learning.mixes {
            part.mix = UploadedMix(
                partners: learning.microBatches > 1 ? try preparer.placeholder(count: samples) : nil,
                labels: MixedLabels(
                    labels: try network.backend.allocate(words: samples),
                    mix: SampleMix(share: 1)
                )
            )
        }
        return part
    }

    /// What the network sees of a micro-batch; as often as it is asked, to the same bits.
    private func prepare(_ part: UploadedMicroBatch) throws(BackendError) -> RealTensor {
        let samples = try preparer.prepare(part.samples)
        guard let mix = part.mix else { return samples }
        return try network.backend.mix(
            samples,
            with: try mix.partners.map { batch throws(BackendError) in try preparer.prepare(batch) },
            by: mix.labels.mix,
            timeSteps: preparer.timeSteps
        )
    }

    /// - Parameters:
    ///   - parts: the micro-batches that are here.
    ///   - own: which of the batch's they are.
    ///   - sizes: samples of all the batch's.
    /// - Returns: their sums, the last of which stands in the network's parameters; and what blocks did in each.
    private func differentiate(
        _ parts: [UploadedMicroBatch?],
        own: Range<Int>,
        sizes: [Int],
        observer: BlockObserver?,
        betweenPasses: () -> Void = {}
    ) throws(BackendError) -> (sums: GradientSums, blocks: [[BlockMeasurement]?]?) {
        let batchSize = sizes.reduce(0, +)
        var sums = try GradientSums(network.parameters, sizes: sizes, own: own)
        var blocks: [[BlockMeasurement]?] = []
        for (place, part) in zip(own, parts) {
            if let part {
                try sums.begin()
                try differentiate(
                    part,
                    of: batchSize,
                    record: records.all[place],
                    observer: observer,
                    betweenPasses: betweenPasses
                )
            }
            if let observer { blocks.append(part == nil ? nil : try observer.measurements()) }
            try sums.add()
        }
        return (sums, observer == nil ? nil : blocks)
    }

    /// The passes of one micro-batch.
    ///
    /// - Parameters:
    ///   - part: its samples.
    ///   - batchSize: samples of the whole batch, over which the loss is averaged.
    ///   - record: where its loss and its right answers go.
    ///   - observer: watches the network, if anyone does.
    ///   - betweenPasses: called when all that the backward pass needs is there, and nothing else.
    func differentiate(
        _ part: UploadedMicroBatch,
        of batchSize: Int,
        record: any Storage,
        observer: (any NetworkObserver)? = nil,
        betweenPasses: () -> Void = {}
    ) throws(BackendError) {
        let pass = try forward(part, observer: observer)
        betweenPasses()
        let gradient = try network.backend.classificationLoss(
            pass.logits,
            labels: part.labels,
            timeSteps: network.description.timeSteps,
            loss: learning.logitsLoss,
            labelSmoothing: learning.labelSmoothing,
            mixed: part.mix?.labels,
            batchSize: batchSize,
            record: record
        )
        // Of potentials, a micro-batch has statistics of its own: their losses are averaged, too.
        let share = Float(part.count) / Float(batchSize)
        let stem = try network.backwardToStem(
            pass,
            logitsGradient: gradient,
            mpdLoss: learning.mpdLoss.map { MPDLoss(weight: $0.weight * share) },
            record: record
        )
        let input: RealTensor? = if stem.needsInput { try prepare(part) } else { nil }
        try network.backward(stem, input: input)
    }

    // A function of its own: pictures that the pass does not keep are gone when it returns.
    private func forward(
        _ part: UploadedMicroBatch,
        observer: (any NetworkObserver)?
    ) throws(BackendError) -> ForwardPass {
        try network.forward(
            try prepare(part),
            isStatic: preparer.isStatic,
            training: true,
            memory: memory,
            keepsInput: !part.samples.isEasilyPrepared,
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
        let kept = folder.hasCheckpoint ? folder.path : nil
        try TrainingError.savingTensors(run: kept) {
            try CheckpointFile.write(
                network,
                to: folder.lastCheckpointPath,
                metadata: strings,
                optimizer: optimizer,
                average: average?.network
            )
        }
    }

    /// Writes the model alone: what was evaluated, so that where parameters are averaged it is the averages.
    func saveModel(to path: String, of record: EpochRecord, folder: RunFolder) throws {
        var strings = try metadata.strings()
        strings["epoch"] = "\(record.epoch)"
        strings["step"] = "\(record.step)"
        strings[record.evaluated == .test ? "test_accuracy" : "val_accuracy"] = "\(record.evaluationAccuracy)"
        if let decay = learning.ema { strings["ema"] = "\(decay)" }
        let kept = folder.hasCheckpoint ? folder.path : nil
        try TrainingError.savingTensors(run: kept) {
            try CheckpointFile.write(evaluated, to: path, metadata: strings, optimizer: nil)
        }
    }

    /// The network that is evaluated: with the averages, where there are some.
    var evaluated: Network { average?.network ?? network }

    /// The state of a run before its first step.
    package func begin(seed: UInt64) throws(BackendError) {
        try network.initialize(seed: seed)
        try optimizer.reset(network.parameters)
        try beginAverage()
    }

    /// Starts the averages from the parameters as they are.
    func beginAverage() throws(BackendError) { try average?.begin(from: network.parameters) }

    /// Reads the state to continue from.
    ///
    /// - Throws: `FileFormatError`, `NetworkError`, `BackendError`.
    mutating func restore(from path: String) throws -> TrainingProgress {
        let file = try SafetensorsFile(path)
        let progress = try TrainingProgress(metadata: file.metadata, path: path)
        try CheckpointFile.restore(file, to: network, optimizer: optimizer, average: average?.network)
        if let found = progress.surrogate {
            try use(.dspike(temperature: found.temperature))
        }
        return progress
    }
}
