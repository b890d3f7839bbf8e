import LSNConfiguration
package import LSNDatasets
import LSNNetworks
import LSNReports
package import LSNTensors
package import LSNTraining

/// Measures every network of the plan at the start and after some steps, and writes results, pictures and the report to
/// the experiment's folder. What is measured is kept at once, so that an experiment that is stopped or killed continues.
package struct StartExperiment: Sendable {
    private let plan: StartPlan
    private let folder: ExperimentFolder

    /// An experiment in `folder`.
    package init(_ plan: StartPlan, folder: ExperimentFolder) {
        self.plan = plan
        self.folder = folder
    }

    /// Measures what is not measured yet.
    ///
    /// - Parameters:
    ///   - backend: the device.
    ///   - machine: what the results say of it.
    ///   - command: what the report says it was made with.
    ///   - load: opens a data set.
    ///   - observer: hears what happens; of events inside a trial there are none.
    /// - Throws: ``ExperimentInterrupted``; ``ConfigurationError`` where the folder holds results of another plan.
    package func run(
        on backend: Backend,
        machine: MachineRecord,
        command: String,
        load: (DataRequest) throws -> any TrainingData,
        observer: RunListObserver
    ) throws -> StartResults {
        let trials = try plan.trials()
        var results = try resumed() ?? StartResults(plan: plan, machine: machine, trials: [])
        for (index, trial) in trials.enumerated() where !results.trials.contains(where: { $0.key == trial.key }) {
            if observer.shouldStop() { throw ExperimentInterrupted() }
            observer.willStart(trial.key.title, index + 1, trials.count)
            results.trials.append(try measure(trial, on: backend, load: load, shouldStop: observer.shouldStop))
            try folder.write(json: results, to: "results.json")
        }
        try folder.write(json: results, to: "results.json")
        for (name, figure) in results.figures {
            try folder.write(figure.svg, to: name)
        }
        try folder.write(results.report(command: command), to: "report.md")
        return results
    }

    private func resumed() throws -> StartResults? {
        guard let found = try folder.read(json: "results.json", as: StartResults.self) else { return nil }
        guard found.plan == plan else {
            throw ConfigurationError.badRunFolder(
                path: folder.path,
                problem: "results of other models, starts or options stand here",
                advice: "Give the same options to continue them, or choose another --output"
            )
        }
        return found
    }

    private func measure(
        _ trial: StartPlan.Trial,
        on backend: Backend,
        load: (DataRequest) throws -> any TrainingData,
        shouldStop: () -> Bool
    ) throws -> StartResults.Trial {
        let configuration = try TrainingConfiguration(trial.options)
        let data = try load(configuration.dataRequest)
        let network = try Network(configuration.networkDescription(for: data), backend: backend)
        try network.initialize(seed: configuration.run.seed)
        let probe = try TrainingProbe(configuration: configuration, network: network, data: data)
        var result = StartResults.Trial(
            key: trial.key,
            blocks: network.description.blockCount,
            atStart: StartResults.Measurement(try probe.measure(batch: 0), withBlocks: true),
            afterSteps: nil,
            failure: nil
        )
        guard plan.steps > 0 else { return result }
        do {
            for step in 0..<plan.steps {
                if shouldStop() { throw ExperimentInterrupted() }
                try probe.train(batch: step, rate: configuration.learning.learningRate)
            }
            result.afterSteps = StartResults.Measurement(try probe.measure(batch: plan.steps), withBlocks: false)
        } catch TrainingError.diverged(let what, let step, let epoch, _) {
            result.failure = RunFailure(what: what, step: step, epoch: epoch)
        }
        return result
    }
}

extension StartResults.Key {
    /// For people.
    package var title: String { "\(model), γ \(start.scale), b \(start.bias), h \(height)" }
}
