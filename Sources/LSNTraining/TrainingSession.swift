import Foundation
package import LSNCommunication
public import LSNDatasets
public import LSNFileFormats
import LSNNetworks
public import LSNTensors

/// A run before it meets a device: where it writes, how it goes, and what it continues, if anything.
public struct TrainingSession: Sendable {
    /// Every option, no default left open.
    public let configuration: TrainingConfiguration
    /// What is continued.
    public let resumed: Resumed?
    private let output: String?
    /// Those that share the run; ``OneProcess`` unless told otherwise.
    package var ranks: any Communicator = OneProcess()

    /// A run that is continued.
    public struct Resumed: Sendable {
        /// Its folder, which stays locked.
        public let folder: RunFolder
        /// Its `config.json`.
        public let record: RunRecord

        /// Gathers what belongs together.
        public init(folder: RunFolder, record: RunRecord) {
            self.folder = folder
            self.record = record
        }
    }

    /// A new run.
    ///
    /// - Parameters:
    ///   - configuration: how it goes.
    ///   - output: its folder; nil: the next free `runs/MODEL-DATASET-N`.
    public init(_ configuration: TrainingConfiguration, output: String?) {
        self.configuration = configuration
        resumed = nil
        self.output = output
    }

    /// Continues a run, whose folder stays locked as long as the session lives.
    ///
    /// - Parameters:
    ///   - resumed: the run.
    ///   - configuration: how it goes on. What only says where and how long may differ, see
    ///     ``TrainingConfiguration/contradictions(to:)``, but no epoch that was begun can be taken back; the data's contents
    ///     are compared in ``run(on:machine:data:plan:observer:shouldStop:)``, and the device is the caller's to compare,
    ///     which knows what its name stands for.
    ///   - output: a new folder, where the run should stay as it is.
    /// - Throws: ``ConfigurationError/contradiction(run:options:)``; `NetworkError`.
    public init(
        resuming resumed: Resumed,
        as configuration: TrainingConfiguration,
        output: String?
    ) throws {
        let path = resumed.folder.path
        let contradictions = try configuration.contradictions(to: resumed.record.configuration)
        guard contradictions.isEmpty else { throw ConfigurationError.contradiction(run: path, options: contradictions) }
        self.configuration = configuration
        self.resumed = resumed
        self.output = output.flatMap { Self.isSame($0, path) ? nil : $0 }
    }

    /// What another number of epochs does to the learning rate of a run that is continued, for people; nil where the next
    /// epoch has the rate that it would have had.
    ///
    /// - Throws: `FileFormatError` where the run's metrics cannot be read.
    public var scheduleChange: String? {
        get throws {
            guard let resumed else { return nil }
            let (before, now) = (resumed.record.configuration.learning, configuration.learning)
            let epoch = try resumed.folder.metrics.records().last?.epoch ?? 0
            guard epoch > 0, epoch < now.epochs, before.epochs != now.epochs else { return nil }
            let next = now.rates.rate(epoch: epoch)
            guard epoch >= before.epochs || before.rates.rate(epoch: epoch) != next, before.schedule != .constant else {
                return nil
            }
            let last = before.rates.rate(epoch: epoch - 1)
            return "with --epochs \(now.epochs) instead of \(before.epochs) the \(now.schedule.rawValue) schedule is "
                + "stretched: epoch \(epoch + 1) learns at \(Float(next)), after epoch \(epoch) at \(Float(last)). A run is "
                + "best begun with all its --epochs"
        }
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        func place(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return place(first) == place(second)
    }

    /// The data to train on: for a run that is continued from a checkpoint, the files with which it began, where it is on
    /// files. Of those that are gone since, the others keep their places, so that the same samples train and test.
    ///
    /// - Throws: `FileFormatError` where the run's list of files cannot be read.
    public func dataRequest() throws(FileFormatError) -> DataRequest {
        var request = configuration.dataRequest
        if let resumed, resumed.folder.hasCheckpoint { request.files = try resumed.folder.fileList() }
        return request
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - backend: the device.
    ///   - machine: what `config.json` says of it.
    ///   - data: what ``dataRequest()`` asks for.
    ///   - plan: what a step takes, and its memory mode; nil: the configuration's mode, `MemoryMode.fast` where it
    ///     leaves that open.
    ///   - observer: hears what happens, on the thread that trains.
    ///   - shouldStop: asked before each step; where it says so, the run saves and returns.
    /// - Throws: ``TrainingError``, ``ConfigurationError``, `FileFormatError`, `NetworkError`, `BackendError`,
    ///   `CommunicationError`.
    public func run(
        on backend: Backend,
        machine: MachineRecord,
        data: any TrainingData,
        plan: MemoryPlan? = nil,
        observer: @escaping @Sendable (TrainingNotification) -> Void,
        shouldStop: @escaping @Sendable () -> Bool
    ) async throws -> TrainingSummary {
        let whole = data
        let data = try configuration.trainingData(whole)
        let validates = configuration.data.valSplit != nil
        let description = try configuration.networkDescription(for: data)
        let network = try configuration.network(description, on: backend)
        let memory = plan?.mode ?? configuration.run.memory.mode ?? .fast
        var step = try TrainingStep(
            configuration: configuration,
            network: network,
            data: data,
            memory: memory,
            ranks: ranks
        )
        var recorded = configuration
        recorded.network = description.template
        recorded.data.split = SplitRule(data.splitName)
        recorded.data.normalize = data.normalization ?? recorded.data.normalize
        recorded.run.device = machine.device
        var record = RunRecord(
            configuration: recorded,
            machine: machine,
            size: NetworkSize(description),
            dataSet: try DataRecord(whole)
        )
        record.dataSet.trainSamples = data.trainCount
        record.dataSet.valSamples = validates ? data.testCount : nil
        if ranks.isShared {
            let own = RankRecord(
                host: ProcessInfo.processInfo.hostName,
                device: machine.device,
                name: machine.name
            )
            record.ranks = try ranks.gather(values: own)
        }

        // The other ranks get their parameters from the first.
        let begins = ranks.isFirst && !(resumed?.folder.hasCheckpoint ?? false)
        let pretrained = begins ? try configuration.learning.pretrained.map(PretrainedWeights.init) : nil
        let fresh = try pretrained?.fresh(in: network, isStrict: configuration.learning.strict ?? false)
        let start = { [step] in
            try step.begin(seed: configuration.run.seed)
            if let pretrained, let fresh {
                try pretrained.restore(to: network, but: fresh)
                try step.beginAverage()
            }
        }
        var folder: RunFolder?
        var progress = TrainingProgress()
        var isContinued = false
        if ranks.isFirst {
            let own = try openFolder()
            isContinued = resumed != nil && own.hasCheckpoint
            progress = try begin(&step, &record, in: own, samples: data.trainCount, start: start)
            try write(record, data: whole, plan: plan, to: own)
            folder = own
        }
        progress = try share(progress, with: &step)
        // Storages that are kept for reuse must not take what a checkpoint will need.
        if let plan, plan.hostBytes == nil { backend.memory?.limitMemory(to: plan.deviceBytes - plan.checkpoint) }

        observer(
            .started(
                TrainingStart(
                    record: record,
                    classNames: data.classNames,
                    folder: folder?.path ?? resumed?.folder.path ?? "",
                    step: progress.step,
                    epoch: progress.epoch,
                    weights: StartingWeights(
                        pretrained.flatMap { weights in fresh.map { (weights, $0) } },
                        network: network,
                        frozen: configuration.learning.freeze?.paths ?? [],
                        classNames: data.classNames
                    ),
                    memory: plan,
                    advice: StabilityAdvice(description)
                )
            )
        )
        var trainer = try Trainer(
            configuration: configuration,
            folder: folder,
            step: step,
            data: data,
            test: validates ? whole : nil,
            progress: progress,
            ranks: ranks,
            observer: observer,
            shouldStop: shouldStop
        )
        try trainer.warmUp {
            if isContinued, let folder {
                _ = try step.restore(from: folder.lastCheckpointPath)
            } else {
                try start()
            }
        }
        try step.shareState()
        let outcome = try await trainer.run()
        return TrainingSummary(
            outcome: outcome,
            folder: folder?.path ?? "",
            step: trainer.progress.step,
            last: trainer.last,
            best: trainer.best,
            test: trainer.testScore
        )
    }

    /// Puts a network in the state in which the run begins or goes on.
    ///
    /// - Parameters:
    ///   - step: with the network.
    ///   - record: of the run, which is told of what was before.
    ///   - folder: of the run.
    ///   - samples: of the training split.
    ///   - start: puts the network in the state before a run's first step.
    /// - Returns: how far the run has come.
    private func begin(
        _ step: inout TrainingStep,
        _ record: inout RunRecord,
        in folder: RunFolder,
        samples: Int,
        start: () throws -> Void
    ) throws -> TrainingProgress {
        var progress = TrainingProgress()
        let machine = record.machine
        if let resumed, folder.hasCheckpoint {
            try resumed.record.machine.checkKept(
                numerics: machine.numerics ?? .fast,
                precision: machine.precision ?? .highest,
                run: resumed.folder.path
            )
            guard resumed.record.dataSet.fingerprint == record.dataSet.fingerprint else {
                throw ConfigurationError.otherData(
                    run: resumed.folder.path,
                    recorded: resumed.record.dataSet.fingerprint,
                    found: record.dataSet.fingerprint
                )
            }
            progress = try step.restore(from: folder.lastCheckpointPath)
            try check(progress, samples: samples, path: folder.lastCheckpointPath)
            let begun = progress.epoch + (progress.batch > 0 ? 1 : 0)
            guard configuration.learning.epochs >= begun else {
                throw ConfigurationError.outOfRange(
                    option: "--epochs",
                    value: "\(configuration.learning.epochs)",
                    allowed: "at least \(begun): so many epochs of \(folder.path) are begun or done"
                )
            }
        } else {
            try start()
        }
        guard let resumed else { return progress }
        let part = ContinuationRecord(step: progress.step, machine: machine, ranks: record.ranks)
        record.version = resumed.record.version
        record.machine = resumed.record.machine
        record.ranks = resumed.record.ranks
        record.continued = resumed.record.continued + [part]
        try folder.restoreBest()
        try TrainingError.saving(run: folder.path) { () throws(FileFormatError) in
            try folder.metrics.keep(epochs: progress.epoch, last: progress.record)
            try folder.blocks.keep(epochs: progress.epoch)
        }
        return progress
    }

    /// Writes what is known of a run before its first step.
    private func write(_ record: RunRecord, data: any TrainingData, plan: MemoryPlan?, to folder: RunFolder) throws {
        if let list = data.fileList() {
            try TrainingError.saving(run: resumed?.folder.path) { () throws(FileFormatError) in
                try FileSystem.writeAtomically(list.serialized(), to: folder.filesPath)
            }
        }
        let text = try record.encoded()
        try TrainingError.saving(run: resumed?.folder.path) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(text, to: folder.configurationPath)
        }
        if let plan { try folder.write(plan, to: folder.memoryPath) }
    }

    /// How far rank 0 has come, on every rank.
    private func share(_ progress: TrainingProgress, with step: inout TrainingStep) throws -> TrainingProgress {
        guard ranks.isShared else { return progress }
        let metadata = try ranks.shared { progress.metadata }
        if ranks.isFirst { return progress }
        let shared = try TrainingProgress(metadata: metadata, path: ranks.name(of: 0))
        if let found = shared.surrogate { try step.use(.dspike(temperature: found.temperature)) }
        return shared
    }

    /// The folder to write to: the run's own, a copy of it, or a new one.
    private func openFolder() throws -> RunFolder {
        if let resumed {
            return try output.map { try resumed.folder.copy(to: $0) } ?? resumed.folder
        }
        if let output {
            return try RunFolder.create(at: output)
        }
        let name = "\(configuration.network.name)-\(configuration.data.dataset.rawValue)"
        return try RunFolder.create(numbered: name, in: "runs")
    }

    /// A file may say anything: counters that no run has would end in a trap.
    private func check(_ progress: TrainingProgress, samples: Int, path: String) throws(FileFormatError) {
        let batches = (samples + configuration.learning.batchSize - 1) / configuration.learning.batchSize
        let (steps, overflow) = progress.epoch.multipliedReportingOverflow(by: batches)
        guard !overflow, progress.batch <= batches, progress.step - progress.batch == steps,
            0...samples ~= progress.sums.samples, 0...samples ~= progress.sums.correct
        else {
            throw FileFormatError(
                path: path,
                problem: "its counters (epoch \(progress.epoch), batch \(progress.batch), step \(progress.step)) "
                    + "do not fit \(batches) batches an epoch",
                advice: CheckpointFile.advice
            )
        }
    }
}
