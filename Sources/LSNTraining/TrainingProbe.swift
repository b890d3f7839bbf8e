public import LSNDatasets
public import LSNNetworks
public import LSNTensors

/// Passes over training batches outside of a run: gradients as they are at the start or in a checkpoint, and steps that
/// nobody saves.
public final class TrainingProbe: Sendable {
    /// What is trained and measured.
    public let network: Network
    private let step: TrainingStep
    private let batches: any BatchProvider
    private let cut: MicroBatchCut
    private let mixing: BatchMixing?
    private let observer: BlockObserver

    /// A probe of `network`, which must be the one that `configuration` describes for `data`; its parameters are the
    /// caller's to initialise or to load.
    public init(
        configuration: TrainingConfiguration,
        network: Network,
        data: any TrainingData
    ) throws(BackendError) {
        self.network = network
        step = try TrainingStep(
            configuration: configuration,
            network: network,
            data: data,
            memory: configuration.run.memory.mode ?? .fast
        )
        observer = try BlockObserver(network)
        cut = configuration.learning.cut
        mixing = configuration.mixing(of: data)
        batches = configuration.batches(of: data)
    }

    /// Batches of an epoch; later ones start over.
    public var batchCount: Int { batches.batchCount }

    /// A forward and a backward pass over training batch `index` (of as many epochs as it takes), without an update. The
    /// running statistics move.
    ///
    /// - Returns: what every block did, its gradient's norm with it.
    public func measure(batch index: Int) throws -> [BlockMeasurement] {
        try step.differentiate(try batch(index), observer: observer) ?? []
    }

    /// A step of training on batch `index`.
    ///
    /// - Parameters:
    ///   - index: of the batch, 0 for the first of the first epoch; it also numbers the step.
    ///   - rate: learning rate.
    /// - Throws: ``TrainingError/diverged(what:step:epoch:advice:)``, `BackendError`.
    public func train(batch index: Int, rate: Double) throws {
        _ = try step.run(
            try batch(index),
            rate: rate,
            number: index + 1,
            epoch: index / batches.batchCount + 1
        )
    }

    private func batch(_ index: Int) throws -> MicroBatches {
        try cut.batch(epoch: index / batches.batchCount, index: index % batches.batchCount, of: batches, mixing: mixing)
    }
}
