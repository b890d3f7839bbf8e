package import LSNDatasets

/// How a batch is cut into S micro-batches. Each goes through the network by itself, normalised by its own statistics (ghost
/// batch norm), and their gradients are added before the parameters move (gradient accumulation).
///
/// Of n samples micro-batch s has those from ⌊s·n / S⌋ to ⌊(s + 1)·n / S⌋ − 1. Where n is smaller than S some have none, the
/// last one never.
package struct MicroBatchCut: Hashable, Sendable {
    /// S.
    package let count: Int

    /// A cut into `count` ≥ 1 micro-batches.
    package init(_ count: Int) {
        precondition(count >= 1, "\(count) micro-batches")
        self.count = count
    }

    /// The places of every micro-batch of a batch that has these.
    package func places(_ batch: Range<Int>) -> [Range<Int>] {
        (0..<count).map { part in
            let (begin, end) = (part * batch.count / count, (part + 1) * batch.count / count)
            return batch.lowerBound + begin..<batch.lowerBound + end
        }
    }

    /// Samples of the largest micro-batch of a batch of `samples`.
    package func largest(of samples: Int) -> Int { (samples + count - 1) / count }

    /// Batch `index` of an epoch, cut.
    package func batch(
        epoch: Int,
        index: Int,
        of provider: any BatchProvider
    ) throws(DatasetError) -> MicroBatches {
        var parts: [Batch] = []
        for places in places(provider.range(of: index)) {
            parts.append(try provider.trainingSamples(epoch: epoch, places: places))
        }
        return MicroBatches(parts: parts)
    }
}

extension TrainingConfiguration {
    /// The first batch of the first epoch.
    package func firstBatch(of data: any TrainingData) throws(DatasetError) -> MicroBatches {
        let batches = data.trainingBatches(
            batchSize: learning.batchSize,
            seed: run.seed,
            policy: self.data.augmentation
        )
        return try learning.cut.batch(epoch: 0, index: 0, of: batches)
    }
}

/// A batch of training, cut into micro-batches.
package struct MicroBatches: Sendable {
    /// In the order of the samples; some may have none.
    package let parts: [Batch]

    init(parts: [Batch]) {
        self.parts = parts
    }

    /// A batch that is not cut.
    package init(_ batch: Batch) {
        parts = [batch]
    }

    /// Samples of all.
    package var count: Int { parts.reduce(0) { $0 + $1.count } }
}
