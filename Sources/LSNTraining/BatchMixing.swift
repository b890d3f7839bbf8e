import LSNDatasets
import LSNTensors

/// Mixup and cutmix of training batches, as timm's `Mixup` has them in its mode `batch`: all samples of a batch are mixed in one way,
/// sample n of N with sample N − 1 − n; where both are asked for, each batch is drawn for one of them.
///
/// Pairs and draws are those of the whole batch, which are functions of the seed, the epoch and the batch's place, so that a cut into
/// micro-batches, or a share of ranks, changes no picture: a micro-batch's partners are read for it, also where they are
/// another's samples.
package struct BatchMixing: Hashable, Sendable {
    /// α of mixup; nil: none.
    let mixup: Double?
    /// α of cutmix; nil: none.
    let cutmix: Double?
    let seed: UInt64
    let height: Int
    let width: Int

    /// What becomes of a batch.
    ///
    /// λ is of Beta(α, α). The box of cutmix has √(1 − λ) of the rows and columns, around a pixel that may be any; what lies outside
    /// is cut off, and λ is what the box leaves.
    func draw(epoch: Int, batch: Int) -> SampleMix {
        var random = Philox(seed: seed, purpose: .mixing, epoch: epoch, index: batch)
        // Drawn whether or not it is used, so that the stream means the same under every policy.
        let isSwitched = random.uniform() < 0.5
        guard let alpha = cutmix, isSwitched || mixup == nil else {
            return SampleMix(share: Self.beta(mixup ?? 1, &random))
        }
        let side = (1 - Self.beta(alpha, &random)).squareRoot()
        func cut(_ extent: Int) -> Range<Int> {
            let (size, centre) = (Int(Double(extent) * side), random.integer(below: extent))
            return max(centre - size / 2, 0)..<min(centre + (size + 1) / 2, extent)
        }
        let rows = cut(height)
        let box = PictureBox(rows: rows, columns: cut(width))
        let area = Double(box.rows.count * box.columns.count)
        return SampleMix(share: 1 - area / Double(height * width), box: box)
    }

    /// A number of Beta(α, α): of α up to 1 by Jöhnk's method, else by rejection of uniform numbers.
    static func beta(_ alpha: Double, _ random: inout Philox) -> Double {
        func uniform() -> Double { (Double(random.next() >> 11) + 0.5) * 0x1p-53 }
        while true {
            let (first, second) = (uniform(), uniform())
            if alpha <= 1 {
                let (x, y) = (PortableMath.log(first) / alpha, PortableMath.log(second) / alpha)
                // x and y are logarithms of numbers that may be too small for themselves.
                if PortableMath.exp(x) + PortableMath.exp(y) <= 1 { return 1 / (1 + PortableMath.exp(y - x)) }
            } else if PortableMath.log(second) < (alpha - 1) * PortableMath.log(4 * first * (1 - first)) {
                return first
            }
        }
    }

    /// The places of the partners of some places of a batch: these the other way round.
    static func partners(of places: Range<Int>, in batch: Range<Int>) -> Range<Int> {
        let ends = batch.lowerBound + batch.upperBound
        return ends - places.upperBound..<ends - places.lowerBound
    }
}

extension TrainingConfiguration {
    /// How batches of these data are mixed; nil: not.
    func mixing(of data: any TrainingData) -> BatchMixing? {
        guard learning.mixes else { return nil }
        return BatchMixing(
            mixup: learning.mixup,
            cutmix: learning.cutmix,
            seed: run.seed,
            height: data.height,
            width: data.width
        )
    }
}
