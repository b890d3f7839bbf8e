/// What the arrays were that a network was trained on, as its checkpoint says it.
public struct ArrayFormat: Hashable, Sendable, LosslessStringConvertible {
    /// Whether values are levels from 0 to 255, which are divided by 255.
    public let isBytes: Bool
    /// Whether a sample is a sequence of pictures.
    public let isSequence: Bool

    /// Gathers what belongs together.
    public init(isBytes: Bool, isSequence: Bool) {
        self.isBytes = isBytes
        self.isSequence = isSequence
    }

    /// From its text.
    public init?(_ description: String) {
        switch description {
        case "bytes": self.init(isBytes: true, isSequence: false)
        case "numbers": self.init(isBytes: false, isSequence: false)
        case "byte sequences": self.init(isBytes: true, isSequence: true)
        case "number sequences": self.init(isBytes: false, isSequence: true)
        default: return nil
        }
    }

    /// As a checkpoint has it.
    public var description: String {
        switch (isBytes, isSequence) {
        case (true, false): "bytes"
        case (false, false): "numbers"
        case (true, true): "byte sequences"
        case (false, true): "number sequences"
        }
    }
}
