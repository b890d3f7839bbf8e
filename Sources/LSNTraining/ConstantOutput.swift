/// Blocks at the end of a network whose output is the same whatever the picture: all of it 0, or all of it spikes. The logits
/// then do not depend on the picture, and accuracy stays at chance.
public struct ConstantOutput: Hashable, Sendable {
    /// The first block from which on every block's output is such.
    public let block: String
    /// Whether every neuron fires; otherwise none does.
    public let isFiring: Bool

    /// Before so many steps, rates say nothing: in an evaluation norms use running estimates, of which 0.9^50, half a
    /// percent, are then still those that the run began with.
    static let leastSteps = 50

    /// What there is of it, if anything.
    ///
    /// - Parameter statistics: of the stem and every block; the rates are those of a batch of the test split.
    public init?(_ statistics: BlockStatistics) {
        guard statistics.step >= Self.leastSteps else { return nil }
        guard let last = statistics.blocks.last, let rate = last.outputRate, rate == 0 || Self.isFull(last) else {
            return nil
        }
        isFiring = rate != 0
        let constant = statistics.blocks.reversed().prefix { $0.outputRate == 0 || Self.isFull($0) }
        block = constant.last?.name ?? last.name
    }

    /// Numbers that are not 0 need not be the same; spikes are.
    private static func isFull(_ block: BlockStatistics.Block) -> Bool {
        block.outputRate == 1 && block.otherShare == nil
    }

    /// For people: what happens, where, and what to change.
    public func text(_ advice: StabilityAdvice) -> String {
        let last = isFiring ? "every neuron of the last fires" : "no neuron of the last fires"
        return
            "the logits are the same for every picture, and accuracy is at chance: every block from \(block) on gives a "
            + "constant, and \(last); \(isFiring ? advice.saturation : advice.silence)"
    }
}
