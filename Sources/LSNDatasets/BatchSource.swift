/// Some samples, ready for a device.
public struct Batch: Sendable, Equatable {
    /// Which samples of the split, N of them.
    public let indices: [Int]
    /// Their N classes.
    public let labels: [UInt32]
    /// Their bytes, four to a word, the first in the lowest bits; spare bytes of the last word are 0. ``SampleForm`` has
    /// their order.
    public let pixelWords: [UInt32]
    /// Integers of every sample, as the operation of `Backend` for the samples' form takes them.
    public let transforms: [UInt32]
    /// Rectangles that become 0, as `Backend.erase` takes them, as many of every sample; empty: none.
    public internal(set) var erasures: [UInt32] = []

    /// N.
    public var count: Int { indices.count }
}

/// Cuts a split into batches. A batch is a function of the arguments alone: asked for again, in any order, it is the
/// same.
///
/// The order of an epoch's samples depends on the seed and the epoch; a sample's crop and flip on the seed, the epoch and
/// the sample's place in the split, not on the batch it is in.
public struct BatchSource: BatchProvider {
    /// The samples.
    public let split: ImageSplit
    /// Samples of every batch but the last, which may have fewer.
    public let batchSize: Int
    /// Of the run.
    public let seed: UInt64
    /// How training pictures are varied.
    public let policy: AugmentationPolicy
    private let order: EpochOrder

    /// Batches of `batchSize` ≥ 1 samples of `split`.
    public init(split: ImageSplit, batchSize: Int, seed: UInt64, policy: AugmentationPolicy) {
        precondition(batchSize >= 1, "a batch of \(batchSize) samples")
        self.split = split
        self.batchSize = batchSize
        self.seed = seed
        self.policy = policy
        order = EpochOrder(count: split.count, seed: seed)
    }

    /// Samples of the split.
    public var sampleCount: Int { split.count }

    /// The order of the samples in an epoch (Fisher–Yates).
    public func trainingOrder(epoch: Int) -> [Int] {
        order.order(epoch: epoch)
    }

    /// Batch `index`, below ``batchCount``, of an epoch: shuffled and varied.
    public func trainingBatch(epoch: Int, index: Int) -> Batch {
        trainingSamples(epoch: epoch, places: range(of: index))
    }

    /// The samples at some places of an epoch's order: shuffled and varied. All are in memory, whatever follows.
    public func trainingSamples(epoch: Int, places: Range<Int>, following: [Range<Int>]) -> Batch {
        trainingSamples(epoch: epoch, places: places)
    }

    /// The samples at some places of an epoch's order: shuffled and varied.
    public func trainingSamples(epoch: Int, places: Range<Int>) -> Batch {
        let indices = Array(trainingOrder(epoch: epoch)[places])
        return batch(indices, transforms: indices.flatMap { policy.draw(seed: seed, epoch: epoch, sample: $0) })
    }

    /// Batch `index`, below ``batchCount``, in file order, as it is. All are in memory, whatever follows.
    public func evaluationBatch(index: Int, following: [Int]) -> Batch {
        evaluationBatch(index: index)
    }

    /// Batch `index`, below ``batchCount``, in file order, as it is.
    public func evaluationBatch(index: Int) -> Batch {
        let indices = Array(range(of: index))
        return batch(indices, transforms: [UInt32](repeating: 0, count: 3 * indices.count))
    }

    private func batch(_ indices: [Int], transforms: [UInt32]) -> Batch {
        let imageBytes = split.bytesPerImage
        let wordCount = (indices.count * imageBytes + 3) / 4
        // Whole pictures are copied; words read their bytes lowest first on every host that runs this (little-endian).
        let words = unsafe [UInt32](unsafeUninitializedCapacity: wordCount) { buffer, initialized in
            if let last = buffer.indices.last { unsafe buffer[last] = 0 }
            let target = UnsafeMutableRawBufferPointer(buffer)
            unsafe split.pixels.withUnsafeBytes { source in
                for (position, index) in indices.enumerated() {
                    let picture = unsafe UnsafeRawBufferPointer(
                        rebasing: source[index * imageBytes..<(index + 1) * imageBytes]
                    )
                    unsafe UnsafeMutableRawBufferPointer(rebasing: target[(position * imageBytes)...])
                        .copyMemory(from: picture)
                }
            }
            initialized = wordCount
        }
        return Batch(
            indices: indices,
            labels: indices.map { UInt32(split.labels[$0]) },
            pixelWords: words,
            transforms: transforms
        )
    }
}
