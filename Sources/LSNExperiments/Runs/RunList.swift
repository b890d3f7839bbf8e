import Foundation
package import LSNConfiguration
package import LSNDatasets
import LSNFileFormats
import LSNNetworks
package import LSNTensors
package import LSNTraining

/// A training run that an experiment asks for.
package struct PlannedRun: Sendable {
    /// Names its folder.
    package var name: String
    /// What is asked of it.
    package var options: OptionList

    /// Gathers what belongs together.
    package init(name: String, options: OptionList) {
        self.name = name
        self.options = options
    }
}

/// A training run that came to its end.
package struct CompletedRun: Codable, Hashable, Sendable {
    /// Of its folder.
    package var name: String
    /// The network in numbers.
    package var size: NetworkSize
    /// The network, the learning rate and everything else, no default left open.
    package var configuration: TrainingConfiguration
    /// Every epoch.
    package var epochs: [EpochRecord]
    /// The gradient at the end of every epoch.
    package var gradients: [EpochGradient]
    /// What the blocks did at the end of every epoch; of results, of the last one, if they draw it.
    package var blocks: [BlockStatistics]
    /// Why it ended before its last epoch, if it did.
    package var failure: RunFailure?

    /// After the last epoch that was finished.
    package var testAccuracy: Double? { epochs.last?.evaluationAccuracy }

    /// What a mean over seeds counts: ``testAccuracy``, and 0 where values stopped being finite, whatever was reached before.
    package var countedAccuracy: Double? { failure == nil ? testAccuracy : 0 }

    /// What results keep of it: numbers to six digits; of the blocks the last epoch, or nothing where no picture shows
    /// them. The run's folder keeps all of it.
    func forResults(withBlocks: Bool) -> CompletedRun {
        var run = self
        run.epochs = epochs.map(\.sixDigits)
        run.blocks = withBlocks ? blocks.suffix(1).map(\.sixDigits) : []
        return run
    }
}

extension [CompletedRun] {
    /// What runs under one budget have in common, as reports say it.
    ///
    /// - Parameter namesLearningRate: false where it is what they differ by.
    func budget(namesLearningRate: Bool) -> String {
        guard let record = first else { return "no run" }
        let (network, data) = (record.configuration.network, record.configuration.data)
        let learning = record.configuration.learning
        let rate = namesLearningRate ? " at \(learning.learningRate)" : ""
        let size = network.input.map { "\($0.height)×\($0.width)" } ?? "–"
        let shift = data.shift == 0 ? ", none shifted" : ", shifted by up to \(data.shift)"
        return
            "\(learning.epochs) epochs of \(data.dataset.rawValue) (\(size) pixels\(shift)), batches of "
            + "\(learning.batchSize), \(learning.optimizer.rawValue)\(rate), T = \(network.timeSteps ?? 1)"
    }

    /// In which steps and evaluations ran, all runs together; compilation aside.
    var minutes: Double {
        flatMap(\.epochs).reduce(0) { $0 + $1.seconds + $1.evaluationSeconds } / 60
    }
}

/// A value of a run stopped being finite: a result like any other.
package struct RunFailure: Codable, Hashable, Sendable {
    /// What stopped being finite.
    package var what: String
    /// In which step of the run.
    package var step: Int
    /// 1 for the first epoch.
    package var epoch: Int
}

/// What a list of runs tells of itself.
package struct RunListObserver: Sendable {
    /// Hears of every run before it starts: its name, its number from 1, and how many there are.
    package var willStart: @Sendable (_ name: String, _ number: Int, _ count: Int) -> Void
    /// Hears all that happens in a run.
    package var observe: @Sendable (TrainingNotification) -> Void
    /// Asked between steps.
    package var shouldStop: @Sendable () -> Bool

    /// Gathers what belongs together.
    package init(
        willStart: @escaping @Sendable (_ name: String, _ number: Int, _ count: Int) -> Void,
        observe: @escaping @Sendable (TrainingNotification) -> Void,
        shouldStop: @escaping @Sendable () -> Bool
    ) {
        self.willStart = willStart
        self.observe = observe
        self.shouldStop = shouldStop
    }
}

/// An experiment was asked to stop; what is done is kept.
package struct ExperimentInterrupted: Error, Sendable {}

/// Runs one after another in the folder `runs` of an experiment. Those that are finished are not run again; one that was
/// stopped or killed continues where it was.
package struct RunList {
    private let folder: ExperimentFolder
    private let backend: Backend
    private let machine: MachineRecord
    private let load: (DataRequest) throws -> any TrainingData
    private let plan: (TrainingConfiguration, any TrainingData) throws -> MemoryPlan?
    private let observer: RunListObserver

    /// A list that runs on `backend`.
    ///
    /// - Parameters:
    ///   - folder: the experiment's.
    ///   - backend: the device.
    ///   - machine: what the runs' records say of it.
    ///   - load: opens a data set.
    ///   - plan: chooses a run's memory mode, and throws where no step fits; nil of it: the mode that the run's options name.
    ///   - observer: hears what happens.
    package init(
        folder: ExperimentFolder,
        backend: Backend,
        machine: MachineRecord,
        load: @escaping (DataRequest) throws -> any TrainingData,
        plan: @escaping (TrainingConfiguration, any TrainingData) throws -> MemoryPlan? = { _, _ in nil },
        observer: RunListObserver
    ) {
        self.folder = folder
        self.backend = backend
        self.machine = machine
        self.load = load
        self.plan = plan
        self.observer = observer
    }

    /// Whether somebody asked to stop.
    func shouldStop() -> Bool { observer.shouldStop() }

    /// The folder of the run of this name.
    package func path(_ name: String) -> String { folder.file("runs/" + name) }

    /// Brings every run to its end.
    ///
    /// - Throws: ``ExperimentInterrupted``; ``ConfigurationError/contradiction(run:options:)`` where a run that stands
    ///   there was started with other options; what training throws, but for values that stop being finite.
    package func perform(_ runs: [PlannedRun]) async throws -> [CompletedRun] {
        var results: [CompletedRun] = []
        for (index, run) in runs.enumerated() {
            if try !isFinished(run) {
                observer.willStart(run.name, index + 1, runs.count)
                try await train(run)
            }
            results.append(try read(run.name))
        }
        return results
    }

    private func session(_ run: PlannedRun) throws -> TrainingSession {
        let path = path(run.name)
        guard FileManager.default.fileExists(atPath: ExperimentPaths(path).configuration) else {
            return try TrainingSession(run.options, output: path)
        }
        let session = try TrainingSession(resuming: path, options: run.options)
        // More epochs would continue a schedule that has come to its end, and not be the run that was asked for.
        let epochs = session.configuration.learning.epochs
        if let before = session.resumed?.record.configuration.learning.epochs, before != epochs {
            throw ConfigurationError.contradiction(
                run: path,
                options: [.init(option: "--epochs", given: "\(epochs)", recorded: "\(before)")]
            )
        }
        return session
    }

    /// Whether nothing is left to do; a run of other options is an error rather than a result.
    private func isFinished(_ run: PlannedRun) throws -> Bool {
        let paths = ExperimentPaths(path(run.name))
        guard FileManager.default.fileExists(atPath: paths.configuration) else { return false }
        let epochs = try session(run).configuration.learning.epochs
        if FileManager.default.fileExists(atPath: paths.failure) { return true }
        return try MetricsFile(path: paths.metrics).records().last?.epoch ?? 0 >= epochs
    }

    private func train(_ run: PlannedRun) async throws {
        let session = try session(run)
        let data = try load(session.configuration.dataRequest)
        do {
            let summary = try await session.run(
                on: backend,
                machine: machine,
                data: data,
                plan: try plan(session.configuration, data),
                observer: observer.observe,
                shouldStop: observer.shouldStop
            )
            if summary.outcome == .interrupted { throw ExperimentInterrupted() }
        } catch TrainingError.diverged(let what, let step, let epoch, _) {
            let failure = RunFailure(what: what, step: step, epoch: epoch)
            try folder.write(json: failure, to: "runs/\(run.name)/failure.json")
        }
    }

    private func read(_ name: String) throws -> CompletedRun {
        let paths = ExperimentPaths(path(name))
        let record = try RunRecord.read(paths.configuration)
        let blocks = try BlocksFile(path: paths.blocks).statistics()
        return CompletedRun(
            name: name,
            size: record.size,
            configuration: record.configuration,
            epochs: try MetricsFile(path: paths.metrics).records(),
            gradients: blocks.map(EpochGradient.init),
            blocks: blocks,
            failure: try folder.read(json: "runs/\(name)/failure.json", as: RunFailure.self)
        )
    }
}
