/// The power-of-two grid to which a convolution of spikes rounds the weights of one output channel.
///
/// A spike is 0 or 1, so a convolution adds up weights that spikes select. With weights that are integers q = rint(w·2^e),
/// that sum has no rounding and no order: every kernel, tile and device gives the same Σq, and y = float(Σq)·2^−e rounds
/// once. (PyTorch calls it symmetric quantization per channel; scales are powers of two here.) The exponent e belongs to an
/// output channel:
///
/// - e = min(126, 19 − ⌊log₂ max|w|⌋), so that 2¹⁹ ≤ |q| ≤ 2²⁰ for the largest weight, and no weight moves by more than 2⁻²⁰ of
///   it (⌊log₂⌋ is the exponent that a float holds, −127 of 0);
/// - where Σ|q| ≥ 2³¹, e is lowered by the fewest bits k for which ⌈(2·Σ|q| + n) / 2^(k+1)⌉ + ⌈n/2⌉ < 2³¹, n being the number
///   of weights, so that no sum leaves 32 bits, whatever the spikes are;
/// - a weight that is not finite makes every output of its channel NaN, since integers would hide it.
///
/// Kernels compute the same (`Kernels/convolution/weight_grid_exponents.cl`). Gradients are those of the weights as they are.
public struct WeightGrid: Hashable, Sendable {
    /// e, or nil where a weight is not finite.
    public let exponent: Int?

    /// The grid of an output channel's weights.
    public init(of weights: some Collection<Float>) {
        guard let finest = PowerOfTwoGrid.finestExponent(ofLargest: PowerOfTwoGrid.largest(of: weights)) else {
            exponent = nil
            return
        }
        let sum = weights.reduce(0) { $0 + Int(PowerOfTwoGrid.quantized($1, finest).magnitude) }
        exponent = finest - Self.bitsToDrop(sum: sum, count: weights.count)
    }

    /// q = rint(w·2^e), ties to even.
    public func quantized(_ weight: Float) -> Int32 {
        exponent.map { PowerOfTwoGrid.quantized(weight, $0) } ?? 0
    }

    /// float(Σq)·2^−e.
    public func value(ofSum sum: Int32) -> Float {
        exponent.map { Float(sum) * PowerOfTwoGrid.power(-$0) } ?? .nan
    }

    /// k: bits by which quantized weights that add up to `sum` have to become smaller.
    private static func bitsToDrop(sum: Int, count: Int) -> Int {
        guard sum >= 1 << 31 else { return 0 }
        var bits = 1
        while (2 * sum + count - 1) >> (bits + 1) + 1 + (count + 1) / 2 >= 1 << 31 { bits += 1 }
        return bits
    }
}
