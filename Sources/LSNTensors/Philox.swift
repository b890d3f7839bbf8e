/// What random numbers are used for. Each purpose has a stream of its own, so that using more numbers for one thing
/// never changes another.
public enum RandomPurpose: UInt32, Sendable {
    /// Weights at the start.
    case initialization = 1
    /// The order of an epoch's samples.
    case shuffling = 2
    /// Crops and flips.
    case augmentation = 3
    /// Inputs of the catalogue's cases and of tests.
    case conformance = 4
    /// Which files train and which test.
    case splitting = 5
    /// A simulated sensor.
    case simulation = 6
    /// Weights whose gradient is found by finite differences.
    case probing = 7
    /// Which samples of the training split validate.
    case validation = 8
    /// Rectangles that are erased.
    case erasing = 9
    /// How batches are mixed.
    case mixing = 10
}

/// Philox4x32-10, a counter-based generator: the n-th block of numbers is a function of the key and n alone, so the same
/// seed gives the same numbers whatever was drawn before, on any machine, in any order.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Not for cryptography.
public struct Philox: RandomNumberGenerator, Sendable {
    private let key: (UInt32, UInt32)
    private let stream: (UInt32, UInt32)
    private var block: UInt64 = 0
    private var buffer: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    private var used = 4

    /// A stream of numbers.
    ///
    /// - Parameters:
    ///   - seed: the run's.
    ///   - purpose: what the numbers are for.
    ///   - epoch: 0 where there is none.
    ///   - index: of the sample, or of the parameter, or 0. It is folded with `purpose` and `epoch` into the counter's
    ///     upper half.
    public init(seed: UInt64, purpose: RandomPurpose, epoch: Int = 0, index: Int = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        stream = (
            UInt32(truncatingIfNeeded: index),
            purpose.rawValue << 28 ^ UInt32(truncatingIfNeeded: epoch)
        )
    }

    /// The function itself: four numbers for a counter under a key.
    public static func block(
        counter: (UInt32, UInt32, UInt32, UInt32),
        key: (UInt32, UInt32)
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var c = counter
        var k = key
        for _ in 0..<10 {
            let a = UInt64(c.0) * 0xD251_1F53
            let b = UInt64(c.2) * 0xCD9E_8D57
            c = (
                UInt32(truncatingIfNeeded: b >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: b),
                UInt32(truncatingIfNeeded: a >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: a)
            )
            k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
        }
        return c
    }

    /// 32 random bits.
    public mutating func nextWord() -> UInt32 {
        if used == 4 {
            buffer = Self.block(
                counter: (
                    UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), stream.0, stream.1
                ),
                key: key
            )
            block += 1
            used = 0
        }
        defer { used += 1 }
        switch used {
        case 0: return buffer.0
        case 1: return buffer.1
        case 2: return buffer.2
        default: return buffer.3
        }
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 {
        UInt64(nextWord()) | UInt64(nextWord()) << 32
    }

    /// Uniform in [0, 1), a multiple of 2⁻²⁴.
    public mutating func uniform() -> Float {
        Float(nextWord() >> 8) * 0x1p-24
    }

    /// Uniform over 0, 1, …, `bound` − 1; `bound` is at least 1. Rejection keeps it exact (Lemire, 2019).
    public mutating func integer(below bound: Int) -> Int {
        let bound = UInt32(bound)
        var product = UInt64(nextWord()) * UInt64(bound)
        if UInt32(truncatingIfNeeded: product) < bound {
            let threshold = (0 &- bound) % bound
            while UInt32(truncatingIfNeeded: product) < threshold {
                product = UInt64(nextWord()) * UInt64(bound)
            }
        }
        return Int(product >> 32)
    }
}
