public import LSNDatasets
public import LSNNetworks
import LSNTensors
import Synchronization

/// How far the values of each layer of a network reach: a percentile over the training data, which a few stray values
/// do not move as they move the largest.
public struct ActivationPercentile: Sendable {
    /// The share of a layer's values that stay below its reach.
    public static let share = 0.999

    private let network: Network
    private let preparer: BatchPreparer
    private let batches: any BatchProvider
    private let batchSize: Int

    /// Of a network, on samples of `data` as training sees them in its first epoch, as many at a time.
    public init(
        network: Network,
        data: any TrainingData,
        configuration: TrainingConfiguration
    ) {
        self.network = network
        batchSize = configuration.learning.evaluationBatchSize
        preparer = BatchPreparer(backend: network.backend, data: data)
        batches = data.variedBatches(
            batchSize: batchSize,
            seed: configuration.run.seed,
            policy: configuration.data.augmentation
        )
    }

    /// The 99.9th percentile of each layer's values, zeros counted, by the layer's name.
    ///
    /// - Parameter samples: are looked at, rounded up to whole batches, or all where there are fewer.
    public func measure(samples: Int) throws -> [String: Float] {
        let wholeBatches = (samples + batchSize - 1) / batchSize * batchSize
        let meter = Meter(
            backend: network.backend,
            share: Self.share,
            samples: min(wholeBatches, batches.sampleCount)
        )
        var seen = 0
        for index in 0..<batches.batchCount where seen < samples {
            let batch = try batches.trainingBatch(epoch: 0, index: index)
            let pictures = try preparer.prepare(batch)
            _ = try network.forward(pictures, isStatic: preparer.isStatic, training: false, observer: meter)
            seen += batch.count
        }
        return meter.reach
    }

    /// Hears what layers compute.
    private final class Meter: NetworkObserver {
        private let backend: Backend
        private let share: Double
        private let samples: Int
        private let layers = Mutex<[String: LargestValues]>([:])

        init(backend: Backend, share: Double, samples: Int) {
            self.backend = backend
            self.share = share
            self.samples = samples
        }

        var reach: [String: Float] { layers.withLock { $0.mapValues(\.smallest) } }

        func didRun(_ block: BlockObservation) throws(BackendError) {}

        func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {}

        func didFire(_ layer: String, output: Activation) throws(BackendError) {
            guard case .real(let tensor) = output else { return }
            let values = try backend.readFloats(tensor.storage, count: tensor.shape.realWords)
            let total = samples * tensor.shape.count / tensor.shape.images
            let limit = max(Int(Double(total) * (1 - share)), 1)
            layers.withLock { $0[layer, default: LargestValues(limit: limit)].add(values) }
        }
    }
}

/// The largest of many values above 0.
struct LargestValues: Sendable {
    /// So many are kept.
    let limit: Int
    private var values: [Float] = []
    private var floor: Float = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ more: [Float]) {
        for value in more where value > floor { values.append(value) }
        guard values.count > limit else { return }
        values.sort(by: >)
        values.removeLast(values.count - limit)
        floor = values.last ?? 0
    }

    /// The smallest of the kept: the ``limit``-th largest of all, or the smallest above 0 where there are fewer; 0 where
    /// there is none.
    var smallest: Float { values.min() ?? 0 }
}
