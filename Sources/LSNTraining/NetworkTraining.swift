import LSNCommunication
package import LSNDatasets
package import LSNNetworks
import LSNTensors

/// Training of a network that another program holds, on samples in memory and without a run's folder: epochs, as `lsn train` has
/// them, or single steps.
package struct NetworkTraining: Sendable {
    private let configuration: TrainingConfiguration
    private let data: MemoryDataset
    private var step: TrainingStep
    /// Steps done so far.
    package private(set) var steps = 0

    /// Training from the parameters as they are, with moments of zero.
    ///
    /// - Parameters:
    ///   - network: whose parameters move.
    ///   - configuration: how it learns; where its data are and where it runs does not count.
    ///   - data: what it learns from; single steps have samples of their own, alike.
    ///   - memory: what is kept for the backward pass.
    /// - Throws: ``ConfigurationError`` where an option does not fit the samples; `NetworkError`, `DatasetError`, `BackendError`.
    package init(
        _ network: Network,
        _ configuration: TrainingConfiguration,
        data: MemoryDataset,
        memory: MemoryMode
    ) throws {
        self.configuration = configuration
        self.data = data
        step = try TrainingStep(
            configuration: configuration,
            network: configuration.freezing(network),
            data: data,
            memory: memory
        )
        try step.beginAverage()
    }

    /// The epochs of the configuration, from the first. Stopped, it leaves the parameters of the last step; where they are averaged,
    /// it leaves the averages in either case.
    ///
    /// - Parameters:
    ///   - observer: hears what happens, on the thread that trains.
    ///   - shouldStop: asked before each step and between batches of an evaluation.
    /// - Throws: ``TrainingError/diverged(what:step:epoch:advice:)`` and others.
    package func fit(
        observer: @escaping @Sendable (TrainingNotification) -> Void,
        shouldStop: @escaping @Sendable () -> Bool
    ) async throws -> TrainingSummary {
        let divided = try configuration.trainingData(data)
        try DataFit.check(configuration, step.network.description, divided)
        let validates = configuration.data.valSplit != nil
        var trainer = try Trainer(
            configuration: configuration,
            folder: nil,
            step: step,
            data: divided,
            test: nil,
            progress: TrainingProgress(),
            ranks: OneProcess(),
            observer: observer,
            shouldStop: shouldStop,
            evaluated: validates ? .validation : .test
        )
        let outcome = try await trainer.run()
        try step.average?.copy(to: step.network.parameters)
        return TrainingSummary(
            outcome: outcome,
            folder: "",
            step: trainer.progress.step,
            last: trainer.last,
            best: trainer.best,
            test: nil
        )
    }

    /// One step on all of these samples.
    ///
    /// - Parameters:
    ///   - samples: with labels that are classes of the network.
    ///   - rate: learning rate.
    /// - Returns: the mean loss, and how many samples were classified rightly, both before the update.
    /// - Throws: ``TrainingError/diverged(what:step:epoch:advice:)``, `BackendError`.
    package mutating func run(_ samples: MemorySamples, rate: Double) throws -> (loss: Float, correct: Int) {
        let parts = configuration.learning.cut.places(0..<samples.labels.count)
        let batch = MicroBatches(
            parts: parts.map { samples.batch(Array($0)) },
            own: parts.indices,
            sizes: parts.map(\.count)
        )
        steps += 1
        let outcome = try step.run(batch, rate: rate, number: steps, epoch: 1)
        return (outcome.loss, outcome.correct)
    }
}
