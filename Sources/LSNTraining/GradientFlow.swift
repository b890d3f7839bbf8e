import Foundation

/// What becomes of a gradient on its way back through the blocks, where that keeps a network from training.
public struct GradientFlow: Hashable, Sendable {
    /// Which way it goes wrong.
    public enum Problem: String, Hashable, Sendable {
        /// Its norm grows beyond ``largestFactor``, or is infinite.
        case explodes
        /// Its norm falls below the inverse of ``largestFactor``, or is 0.
        case vanishes
    }

    /// Norms further than this factor from the last block's are a problem. Networks that train well were measured to stay
    /// within some thousands.
    public static let largestFactor: Float = 1e5

    /// Which way it goes wrong.
    public let problem: Problem
    /// The block where it first does, coming from the last.
    public let block: String
    /// ‖∂L/∂X'‖ there over that of the last block; nil where that is infinite.
    public let factor: Float?

    /// The course of a gradient, if it is a problem.
    ///
    /// - Parameters:
    ///   - statistics: of the stem and every block; a norm that is nil is not finite.
    ///   - firstTrained: the first layer in which anything trains; those before it have no gradient.
    public init?(_ statistics: BlockStatistics, firstTrained: String = "stem") {
        let start = statistics.blocks.firstIndex { $0.name == firstTrained } ?? statistics.blocks.endIndex
        let blocks = statistics.blocks[start...].drop { $0.name == "stem" }
        guard let last = blocks.last?.gradientNorm, last > 0 else { return nil }
        for block in blocks.reversed() {
            let factor = block.gradientNorm.map { $0 / last }
            guard factor.map({ $0 > Self.largestFactor || $0 < 1 / Self.largestFactor }) ?? true else { continue }
            problem = factor.map { $0 < 1 } ?? false ? .vanishes : .explodes
            self.block = block.name
            self.factor = factor
            return
        }
        return nil
    }

    /// For people: what happens, where, and what to change.
    public func text(_ advice: StabilityAdvice) -> String {
        let size = factor.map { "\(String(format: "%.1e", Double($0))) times the last block's" } ?? "not finite"
        let remedy =
            switch problem {
            case .explodes: advice.explosion
            case .vanishes: advice.vanishing
            }
        return "the gradient \(problem.rawValue) going back: at \(block) its norm is \(size); \(remedy)"
    }
}
