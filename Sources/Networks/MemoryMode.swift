/// What a training pass keeps for its backward pass, and what it computes again instead. The results are the same bits.
public enum MemoryMode: String, CaseIterable, Codable, Sendable {
    /// Every spike and every convolution's output.
    case fast
    /// The packed input of every unit; convolution outputs are computed again.
    case balanced
    /// The packed input of every block; the whole block is computed again.
    case lean
}
