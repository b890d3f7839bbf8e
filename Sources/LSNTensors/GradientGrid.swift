/// The power-of-two grid to which ``Numerics/portable`` rounds ∂L/∂y of one output channel, for the gradient of weights whose input
/// is spikes.
///
/// A spike selects the gradients that are added up. With integers q = rint(g·2^e) their sum has no rounding and no order, so that
/// every kernel, tile and device gives the same Σq, and ∂L/∂weight = float(Σq)·2^−e rounds once. As ``WeightGrid`` with another
/// bound:
///
/// - e = min(126, 19 − ⌊log₂ max|g|⌋), so that |q| ≤ 2²⁰, and no gradient moves by more than 2⁻²⁰ of the channel's largest (of a
///   channel below 2⁻¹⁰⁷, by no more than 2⁻¹²⁷);
/// - sums of up to ``pixels`` pixels fit 32 bits; those are added with 64, which hold any number of them;
/// - a gradient that is not finite makes NaN of every weight's gradient of its channel, since integers would hide it.
public struct GradientGrid: Hashable, Sendable {
    /// e, or nil where a gradient is not finite.
    public let exponent: Int?

    /// Pixels whose sum fits 32 bits, whatever they are: 2047·2²⁰ < 2³¹.
    public static let pixels = 2047

    /// The grid of an output channel's gradients.
    public init(of gradients: some Sequence<Float>) {
        exponent = PowerOfTwoGrid.finestExponent(ofLargest: PowerOfTwoGrid.largest(of: gradients))
    }

    /// q = rint(g·2^e), ties to even.
    public func quantized(_ gradient: Float) -> Int32 {
        exponent.map { PowerOfTwoGrid.quantized(gradient, $0) } ?? 0
    }

    /// float(Σq)·2^−e.
    public func value(ofSum sum: Int64) -> Float {
        exponent.map { Float(sum) * PowerOfTwoGrid.power(-$0) } ?? .nan
    }
}
