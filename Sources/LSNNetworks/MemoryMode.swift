/// What a training pass keeps for its backward pass, and what it recomputes instead. The results are the same bits.
public enum MemoryMode: String, CaseIterable, Codable, Sendable {
    /// Every spike and every convolution's output.
    case fast
    /// The packed input of every unit; convolution outputs are recomputed.
    case balanced
    /// The packed input of every block; the whole block is recomputed.
    case lean
}
