import LSNTensors

/// How the learning rate falls after the warm-up.
public enum ScheduleKind: String, CaseIterable, Codable, Sendable {
    /// Half a cosine, from the base rate down to the minimum, 0 by default.
    case cosine
    /// The base rate to the end.
    case constant
}

/// The learning rate of every epoch: a linear warm-up, then a cosine or a constant. It changes between epochs only.
///
/// For the 0-based epoch e of E, with W epochs of warm-up:
///
///     e < W:   base · (e + 1) / W
///     cosine:  minimum + (base − minimum) · ½ · (1 + cos(π · (e − W) / (E − W)))
///     constant: base
///
/// Source: Loshchilov and Hutter, "SGDR", without restarts; the paper's Table 4. The minimum is `eta_min` of PyTorch's
/// CosineAnnealingLR.
public struct LearningRateSchedule: Hashable, Sendable {
    /// What follows the warm-up.
    public let kind: ScheduleKind
    /// The highest rate.
    public let base: Double
    /// E.
    public let epochs: Int
    /// W, at most E.
    public let warmupEpochs: Int
    /// Where the cosine ends, at most the base rate.
    public let minimum: Double

    /// A schedule; `epochs` is at least 1.
    public init(kind: ScheduleKind, base: Double, epochs: Int, warmupEpochs: Int = 0, minimum: Double = 0) {
        self.kind = kind
        self.base = base
        self.epochs = epochs
        self.warmupEpochs = warmupEpochs
        self.minimum = minimum
    }

    /// The rate of the 0-based `epoch`, computed in Double.
    public func rate(epoch: Int) -> Double {
        if epoch < warmupEpochs {
            return base * Double(epoch + 1) / Double(warmupEpochs)
        }
        switch kind {
        case .constant:
            return base
        case .cosine:
            let share = Double(epoch - warmupEpochs) / Double(max(epochs - warmupEpochs, 1))
            return minimum + (base - minimum) * 0.5 * (1 + PortableMath.cos(.pi * share))
        }
    }
}
