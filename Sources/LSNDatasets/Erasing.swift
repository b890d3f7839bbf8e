import LSNTensors

// Rectangles of training samples that become 0, anew for every epoch.
extension AugmentationPolicy {
    /// Rectangles of a sample, of which some may be empty.
    package var rectangles: Int { (cutout > 0 ? 1 : 0) + (randomErasing > 0 ? 1 : 0) }

    /// The rectangles of one sample in an epoch, four integers each: the first row, the row behind the last, the first column, the
    /// column behind the last. All of a sample's frames have the same.
    ///
    /// Cutout (DeVries and Taylor) is a square of ``cutout`` pixels around a pixel that may be any, of which what lies outside is cut off.
    /// Random erasing (Zhong et al.) is torchvision's `RandomErasing`: with a probability of ``randomErasing`` a rectangle of 2 to
    /// 33 % of the area and a ratio of height to width of 0.3 to 3.3, uniform in its logarithm, anywhere inside; none after ten
    /// tries that do not fit.
    func erasures(seed: UInt64, epoch: Int, sample: Int, height: Int, width: Int) -> [UInt32] {
        var random = Philox(seed: seed, purpose: .erasing, epoch: epoch, index: sample)
        // Drawn whether or not it is used, so that the stream means the same under every policy.
        let (row, column) = (random.integer(below: height), random.integer(below: width))
        var result: [UInt32] = []
        if cutout > 0 {
            for (centre, extent) in [(row, height), (column, width)] {
                let first = centre - cutout / 2
                result += [max(first, 0), min(first + cutout, extent)].map { UInt32($0) }
            }
        }
        if randomErasing > 0 { result += drawErasing(height, width, &random) }
        return result
    }

    private func drawErasing(_ height: Int, _ width: Int, _ random: inout Philox) -> [UInt32] {
        guard Double(random.uniform()) < randomErasing else { return [0, 0, 0, 0] }
        let (least, most) = (PortableMath.log(0.3), PortableMath.log(3.3))
        for _ in 0..<10 {
            let area = Double(height * width) * (0.02 + (0.33 - 0.02) * Double(random.uniform()))
            let ratio = PortableMath.exp(least + (most - least) * Double(random.uniform()))
            let rows = Int((area * ratio).squareRoot().rounded(.toNearestOrEven))
            let columns = Int((area / ratio).squareRoot().rounded(.toNearestOrEven))
            guard rows < height, columns < width else { continue }
            let top = random.integer(below: height - rows + 1)
            let left = random.integer(below: width - columns + 1)
            return [top, top + rows, left, left + columns].map { UInt32($0) }
        }
        return [0, 0, 0, 0]
    }
}

extension TrainingData {
    /// The samples to train on, in batches, of which rectangles are erased where the policy says so.
    public func variedBatches(
        batchSize: Int,
        seed: UInt64,
        policy: AugmentationPolicy
    ) -> any BatchProvider {
        let batches = trainingBatches(batchSize: batchSize, seed: seed, policy: policy)
        guard policy.rectangles > 0 else { return batches }
        return ErasingBatches(batches: batches, seed: seed, policy: policy, height: height, width: width)
    }
}

/// Batches with the rectangles that are erased, which depend on the seed, the epoch and the sample's place in the split alone.
private struct ErasingBatches: BatchProvider {
    let batches: any BatchProvider
    let seed: UInt64
    let policy: AugmentationPolicy
    let height: Int
    let width: Int

    var sampleCount: Int { batches.sampleCount }
    var batchSize: Int { batches.batchSize }

    func trainingSamples(
        epoch: Int,
        places: Range<Int>,
        following: [Range<Int>]
    ) throws(DatasetError) -> Batch {
        var batch = try batches.trainingSamples(epoch: epoch, places: places, following: following)
        batch.erasures = batch.indices.flatMap {
            policy.erasures(seed: seed, epoch: epoch, sample: $0, height: height, width: width)
        }
        return batch
    }

    func evaluationBatch(index: Int, following: [Int]) throws(DatasetError) -> Batch {
        try batches.evaluationBatch(index: index, following: following)
    }
}
