import LSNTensors
import Synchronization

/// The order of a split's samples in every epoch. It remembers the latest: every step asks for it, and shuffling a large
/// split takes longer than a step.
final class EpochOrder: Sendable {
    private let count: Int
    private let seed: UInt64
    private let latest = Mutex<(epoch: Int, order: [Int])?>(nil)

    /// Orders of `count` samples in a run with this seed.
    init(count: Int, seed: UInt64) {
        self.count = count
        self.seed = seed
    }

    /// The order in an epoch (Fisher–Yates).
    func order(epoch: Int) -> [Int] {
        latest.withLock { latest in
            if let latest, latest.epoch == epoch { return latest.order }
            var random = Philox(seed: seed, purpose: .shuffling, epoch: epoch)
            var order = Array(0..<count)
            for last in stride(from: order.count - 1, to: 0, by: -1) {
                order.swapAt(last, random.integer(below: last + 1))
            }
            latest = (epoch, order)
            return order
        }
    }
}
