public import Datasets
public import FileFormats
import Foundation
import Networks
public import Tensors

/// A run before it meets a device: where it writes, what it was asked, and what it continues, if anything.
public struct TrainingSession: Sendable {
    /// Every option, no default left open.
    public let configuration: TrainingConfiguration
    /// What is continued.
    public let resumed: Resumed?
    private let output: String?

    /// A run that is continued.
    public struct Resumed: Sendable {
        /// Its folder.
        public let folder: RunFolder
        /// Its `config.json`.
        public let record: RunRecord
    }

    /// A new run.
    ///
    /// - Parameters:
    ///   - options: what was asked.
    ///   - output: its folder; nil: the next free `runs/MODEL-DATASET-N`.
    public init(_ options: TrainingOptions, output: String?) throws {
        configuration = try TrainingConfiguration(options)
        resumed = nil
        self.output = output
    }

    /// Continues the run in `path`, whose folder stays locked as long as the session lives.
    ///
    /// - Parameters:
    ///   - path: its folder.
    ///   - options: what was asked anew. What only says where and how long (`TrainingOptions.changeable`) may change, but
    ///     no epoch that was begun can be taken back; the data's contents are compared in ``run(on:machine:data:plan:observer:shouldStop:)``,
    ///     and the device is the caller's to compare, which knows what its name stands for.
    ///   - output: a new folder, where the run in `path` should stay as it is.
    /// - Throws: ``ConfigurationError/contradiction(run:options:)`` and others.
    public init(resuming path: String, options: TrainingOptions, output: String?) throws {
        let folder = try RunFolder.open(path)
        let record = try RunRecord.read(folder.configurationPath)
        let contradictions = options.contradictions(to: record.options)
        guard contradictions.isEmpty else {
            throw ConfigurationError.contradiction(run: path, options: contradictions)
        }
        var merged = options.overriding(record.options)
        // A limit of steps was the earlier process's; this one has its own or none.
        merged.maxSteps = options.maxSteps
        configuration = try TrainingConfiguration(merged)
        resumed = Resumed(folder: folder, record: record)
        self.output = output.flatMap { Self.isSame($0, path) ? nil : $0 }
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
    /// - Throws: ``TrainingError``, ``ConfigurationError``, `FileFormatError`, `NetworkError`, `BackendError`.
    public func run<B: Backend>(
        on backend: B,
        machine: MachineRecord,
        data: any TrainingData,
        plan: MemoryPlan? = nil,
        observer: @escaping @Sendable (TrainingEvent) -> Void,
        shouldStop: @escaping @Sendable () -> Bool
    ) async throws -> TrainingSummary {
        let description = try configuration.networkDescription(for: data)
        let network = try Network(description, backend: backend)
        let memory = plan?.mode ?? configuration.options.memory?.mode ?? .fast
        var step = try TrainingStep(configuration: configuration, network: network, data: data, memory: memory)
        var options = configuration.options
        options.device = machine.device
        options.memory = MemoryChoice(memory)
        options.split = SplitRule(data.splitName)
        var record = RunRecord(
            options: options,
            machine: machine,
            network: NetworkRecord(description, parameters: network.parameters.parameterCount),
            data: try DataRecord(data)
        )

        let folder = try openFolder()
        var progress = TrainingProgress()
        let isContinued = resumed != nil && folder.hasCheckpoint
        if let resumed, isContinued {
            guard resumed.record.data.fingerprint == record.data.fingerprint else {
                throw ConfigurationError.otherData(
                    run: resumed.folder.path,
                    recorded: resumed.record.data.fingerprint,
                    found: record.data.fingerprint
                )
            }
            progress = try step.restore(from: folder.lastCheckpointPath)
            try check(progress, samples: data.trainCount, path: folder.lastCheckpointPath)
            let begun = progress.epoch + (progress.batch > 0 ? 1 : 0)
            guard configuration.epochs >= begun else {
                throw ConfigurationError.outOfRange(
                    option: TrainingOptions.CodingKeys.epochs.option,
                    value: "\(configuration.epochs)",
                    allowed: "at least \(begun): so many epochs of \(folder.path) are begun or done"
                )
            }
        } else {
            try step.begin(seed: configuration.seed)
        }
        if let resumed {
            record.version = resumed.record.version
            record.machine = resumed.record.machine
            record.continued = resumed.record.continued + [ContinuationRecord(step: progress.step, machine: machine)]
            try folder.restoreBest()
            try TrainingError.saving(run: folder.path) { () throws(FileFormatError) in
                try folder.metrics.keep(epochs: progress.epoch, last: progress.record)
                try folder.blocks.keep(epochs: progress.epoch)
            }
        }
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

        observer(
            .started(
                TrainingStart(
                    record: record,
                    classNames: data.classNames,
                    folder: folder.path,
                    step: progress.step,
                    epoch: progress.epoch,
                    memory: plan
                )
            )
        )
        var trainer = try Trainer(
            configuration: configuration,
            folder: folder,
            step: step,
            data: data,
            progress: progress,
            observer: observer,
            shouldStop: shouldStop
        )
        try trainer.warmUp {
            if isContinued {
                _ = try step.restore(from: folder.lastCheckpointPath)
            } else {
                try step.begin(seed: configuration.seed)
            }
        }
        let outcome = try await trainer.run()
        return TrainingSummary(
            outcome: outcome,
            folder: folder.path,
            step: trainer.progress.step,
            last: trainer.last,
            best: trainer.best
        )
    }

    /// The folder to write to: the run's own, a copy of it, or a new one.
    private func openFolder() throws -> RunFolder {
        if let resumed {
            return try output.map { try resumed.folder.copy(to: $0) } ?? resumed.folder
        }
        if let output {
            return try RunFolder.create(at: output)
        }
        let name = "\(configuration.architecture.name)-\(configuration.dataset.rawValue)"
        return try RunFolder.create(numbered: name, in: "runs")
    }

    /// A file may say anything: counters that no run has would end in a trap.
    private func check(_ progress: TrainingProgress, samples: Int, path: String) throws(FileFormatError) {
        let batches = (samples + configuration.batchSize - 1) / configuration.batchSize
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

extension TrainingOptions {
    /// Options that may differ when a run continues: they say where it is and how long it lasts.
    static let changeable: Set<CodingKeys> = [
        .data, .device, .epochs, .maxSteps, .checkpointEvery, .maxBadFiles, .cache, .memory,
    ]

    /// Options that are given here and were otherwise when the run was started.
    func contradictions(to recorded: TrainingOptions) -> [ConfigurationError.Contradiction] {
        Self.fields.compactMap { field in
            guard !Self.changeable.contains(field.key), let given = field.text(self) else { return nil }
            let before = field.text(recorded)
            guard given != before else { return nil }
            return .init(option: field.key.option, given: given, recorded: before ?? "not set")
        }
    }
}
