/// How finely convolutions of spikes round their weights, by the names of PyTorch's float32 matmul precision: a choice
/// between accuracy and speed whose results are the same bits on every device all the same.
public enum Precision: String, Codable, CaseIterable, Hashable, Sendable {
    /// About 20 bits of an output channel's largest weight: float's grade.
    case highest
    /// Up to 13 bits, about 12: TF32's grade. What a word of 32 input channels selects in a window row fits 16 bits, so that a register
    /// holds twice as many sums.
    case high
}
