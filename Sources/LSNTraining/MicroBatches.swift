package import LSNDatasets
package import LSNTensors

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

    /// The micro-batches of each of so many ranks, in order: rank r of K has those from ⌊r·S / K⌋ to ⌊(r + 1)·S / K⌋ − 1.
    package func runs(ranks: Int) -> [Range<Int>] {
        (0..<ranks).map { $0 * count / ranks..<($0 + 1) * count / ranks }
    }

    /// Batch `index` of an epoch, cut.
    ///
    /// - Parameters:
    ///   - epoch: 0 for the first.
    ///   - index: below the provider's number of batches.
    ///   - provider: of the samples.
    ///   - own: the micro-batches whose samples are wanted; nil: all. Of others no sample is read, but for partners of these.
    ///   - mixing: how samples are mixed; nil: not.
    package func batch(
        epoch: Int,
        index: Int,
        of provider: any BatchProvider,
        own: Range<Int>? = nil,
        mixing: BatchMixing? = nil
    ) throws(DatasetError) -> MicroBatches {
        let batch = provider.range(of: index)
        let all = places(batch)
        let own = own ?? all.indices
        // What is read next: the rest of this batch's, and those of the two batches that follow.
        let later = (index + 1..<min(index + 3, provider.batchCount)).map { places(provider.range(of: $0))[own] }
        var parts: [Batch] = []
        for place in own {
            let following = Array(all[place + 1..<own.upperBound]) + later.joined()
            parts.append(try provider.trainingSamples(epoch: epoch, places: all[place], following: following))
        }
        var result = MicroBatches(parts: parts, own: own, sizes: all.map(\.count))
        guard let mixing else { return result }
        result.mix = mixing.draw(epoch: epoch, batch: index)
        for place in own {
            let partners = BatchMixing.partners(of: all[place], in: batch)
            if partners == all[place] {
                result.partners.append(nil)
            } else if let part = own.first(where: { all[$0] == partners }) {
                result.partners.append(parts[part - own.lowerBound])
            } else {
                result.partners.append(try provider.trainingSamples(epoch: epoch, places: partners, following: []))
            }
        }
        return result
    }
}

extension TrainingConfiguration {
    /// The samples to train on, in batches, varied.
    func batches(of data: any TrainingData) -> any BatchProvider {
        data.variedBatches(batchSize: learning.batchSize, seed: run.seed, policy: self.data.augmentation)
    }

    /// The first batch of the first epoch.
    package func firstBatch(of data: any TrainingData) throws(DatasetError) -> MicroBatches {
        try learning.cut.batch(epoch: 0, index: 0, of: batches(of: data), mixing: mixing(of: data))
    }
}

/// A batch of training, cut into micro-batches; where processes share it, with the samples of this one's.
package struct MicroBatches: Sendable {
    /// In the order of the samples; some may have none.
    package let parts: [Batch]
    /// Which of the batch's micro-batches these are.
    package let own: Range<Int>
    /// Samples of all micro-batches of the batch.
    package let sizes: [Int]
    /// How samples are mixed; nil: they are as they are.
    package internal(set) var mix: SampleMix?
    /// With what those of each part are mixed, the last of them with the first of the part; nil: with the part itself. Empty where
    /// nothing is mixed.
    package internal(set) var partners: [Batch?] = []

    init(parts: [Batch], own: Range<Int>, sizes: [Int]) {
        self.parts = parts
        self.own = own
        self.sizes = sizes
    }

    /// A batch that is not cut.
    package init(_ batch: Batch) {
        self.init(parts: [batch], own: 0..<1, sizes: [batch.count])
    }

    /// Samples of the whole batch.
    package var count: Int { sizes.reduce(0, +) }
}
