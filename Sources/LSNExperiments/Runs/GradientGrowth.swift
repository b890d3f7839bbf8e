import Foundation
package import LSNTraining

/// How a gradient's norm changes on its way back through the blocks.
package struct GradientGrowth: Codable, Hashable, Sendable {
    /// L2 norm of ∂L/∂X' of the first block.
    package var first: Double
    /// L2 norm of ∂L/∂X' of the last block.
    package var last: Double
    /// First over last: above 1 it explodes, below it vanishes; nil where the last is 0.
    package var ratio: Double?
    /// The factor of one block: ratio^(1 / (blocks − 1)); nil where the ratio is unknown or there is one block.
    package var perBlock: Double?

    /// Names in JSON.
    package enum CodingKeys: String, CodingKey {
        case first
        case last
        case ratio
        case perBlock = "per_block"
    }

    /// Of the norms of every block, first to last; nil where one of the two ends is not finite, or there is none.
    package init?(_ norms: [Double?]) {
        guard let first = norms.first ?? nil, let last = norms.last ?? nil, first.isFinite, last.isFinite else {
            return nil
        }
        self.first = first
        self.last = last
        let ratio = last > 0 ? first / last : .nan
        self.ratio = ratio.isFinite ? ratio : nil
        let factor = norms.count > 1 ? pow(ratio, 1 / Double(norms.count - 1)) : .nan
        perBlock = factor.isFinite ? factor : nil
    }

    /// Of statistics whose first entry is the stem.
    package init?(_ statistics: BlockStatistics) {
        self.init(statistics.blocks.dropFirst().map { $0.gradientNorm.map(Double.init) })
    }
}

/// The gradient at both ends of a network, in the last training batch of an epoch.
package struct EpochGradient: Codable, Hashable, Sendable {
    /// 1 for the first epoch.
    package var epoch: Int
    /// L2 norm of ∂L/∂X' of the first block; this and the others are nil where an end is not finite.
    package var first: Double?
    /// L2 norm of ∂L/∂X' of the last block.
    package var last: Double?
    /// First over last; nil where the last is 0.
    package var ratio: Double?

    /// Of an epoch's statistics, to six digits.
    init(_ statistics: BlockStatistics) {
        let growth = GradientGrowth(statistics)?.sixDigits
        epoch = statistics.epoch
        first = growth?.first
        last = growth?.last
        ratio = growth?.ratio
    }
}
