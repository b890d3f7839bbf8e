import LSNFileFormats

/// Batches of samples that stay in their file; of those in memory there are ``MemoryDataset``'s.
struct ArrayBatches: BatchProvider {
    private let split: ArraySplit
    private let form: SampleForm
    private let preparation: ValuePreparation
    let batchSize: Int
    private let seed: UInt64
    private let policy: AugmentationPolicy
    private let order: EpochOrder

    init(
        _ split: ArraySplit,
        form: SampleForm,
        _ preparation: ValuePreparation,
        batchSize: Int,
        seed: UInt64,
        policy: AugmentationPolicy
    ) {
        precondition(batchSize >= 1, "a batch of \(batchSize) samples")
        self.split = split
        self.form = form
        self.preparation = preparation
        self.batchSize = batchSize
        self.seed = seed
        self.policy = policy
        order = EpochOrder(count: split.count, seed: seed)
    }

    /// Samples of the split.
    var sampleCount: Int { split.count }

    func trainingSamples(
        epoch: Int,
        places: Range<Int>,
        following: [Range<Int>]
    ) throws(DatasetError) -> Batch {
        try batch(Array(order.order(epoch: epoch)[places])) { policy.draw(seed: seed, epoch: epoch, sample: $0) }
    }

    func evaluationBatch(index: Int, following: [Int]) throws(DatasetError) -> Batch {
        try batch(Array(range(of: index))) { _ in [0, 0, 0] }
    }

    private func batch(_ indices: [Int], transform: (Int) -> [UInt32]) throws(DatasetError) -> Batch {
        let labels = indices.map { UInt32(split.label($0)) }
        guard form == .pictures else {
            return Batch(indices: indices, labels: labels, pixelWords: try words(indices, transform), transforms: [])
        }
        var samples: [FileSample] = []
        for index in indices {
            do throws(FileFormatError) {
                let bytes = try split.array.bytes(split.places[index])
                samples.append(FileSample(bytes: bytes, transform: transform(index)))
            } catch {
                throw DatasetError(error)
            }
        }
        return try Batch(samples, indices: indices, labels: labels, alignsSamples: false)
    }

    /// Values as they go into the network.
    private func words(_ indices: [Int], _ transform: (Int) -> [UInt32]) throws(DatasetError) -> [UInt32] {
        var words: [UInt32] = []
        words.reserveCapacity(indices.count * split.array.valueCount)
        for index in indices {
            do throws(FileFormatError) {
                let values = try split.array.floats(split.places[index])
                words += preparation.prepared(values, transform: transform(index)).map(\.bitPattern)
            } catch {
                throw DatasetError(error)
            }
        }
        return words
    }
}
