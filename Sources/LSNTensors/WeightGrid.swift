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
/// With ``Precision/high`` the largest weight of a channel has 13 bits instead of 20, and e is lowered, in the same way, until
/// Σ|q| < 2¹⁵ of every group, 32 input channels of one window row: then sums of what a word of spikes selects there fit 16 bits,
/// and a weight fits two limbs of 7 bits.
///
/// Kernels compute the same (`Kernels/convolution/weight_grid_exponents.cl`). Gradients are those of the weights as they are.
public struct WeightGrid: Hashable, Sendable {
    /// e, or nil where a weight is not finite.
    public let exponent: Int?

    /// The grid of an output channel's weights, for sums of 32 bits.
    public init(of weights: some Collection<Float>) {
        self.init(of: [Array(weights)], bits: 20, weightsOfSum: weights.count, limit: 1 << 31)
    }

    /// The grid of one output channel.
    ///
    /// - Parameters:
    ///   - output: the channel.
    ///   - weights: of all channels, in the filter's layout.
    ///   - shape: the filter's.
    ///   - precision: how fine it is.
    public init(ofOutput output: Int, weights: [Float], shape: FilterShape, precision: Precision) {
        func row(_ tap: Int, _ input: Int) -> Float {
            weights[(tap * shape.inputs + input) * shape.outputStride + output]
        }
        switch precision {
        case .highest:
            self.init(of: (0..<shape.taps * shape.inputs).map { row($0 / shape.inputs, $0 % shape.inputs) })
        case .high:
            let groups = (0..<shape.height).flatMap { line in
                stride(from: 0, to: shape.inputs, by: Self.groupChannels).map { first in
                    (0..<shape.width).flatMap { column in
                        (first..<min(first + Self.groupChannels, shape.inputs)).map {
                            row(line * shape.width + column, $0)
                        }
                    }
                }
            }
            let most = shape.width * min(Self.groupChannels, shape.inputs)
            self.init(of: groups, bits: 13, weightsOfSum: most, limit: 1 << 15)
        }
    }

    /// Input channels of a group.
    private static let groupChannels = 32

    /// The finest grid on which the largest weight has at most so many bits, and no sum of a group's weights, `count` at most,
    /// reaches the limit.
    private init(of groups: [[Float]], bits: Int, weightsOfSum count: Int, limit: Int) {
        guard
            let finest = PowerOfTwoGrid.finestExponent(
                ofLargest: PowerOfTwoGrid.largest(of: groups.joined()),
                bits: bits
            )
        else {
            exponent = nil
            return
        }
        let sums = groups.map { $0.reduce(0) { $0 + Int(PowerOfTwoGrid.quantized($1, finest).magnitude) } }
        exponent = finest - Self.bitsToDrop(sum: sums.max() ?? 0, count: count, limit: limit)
    }

    /// q = rint(w·2^e), ties to even.
    public func quantized(_ weight: Float) -> Int32 {
        exponent.map { PowerOfTwoGrid.quantized(weight, $0) } ?? 0
    }

    /// float(Σq)·2^−e.
    public func value(ofSum sum: Int32) -> Float {
        exponent.map { Float(sum) * PowerOfTwoGrid.power(-$0) } ?? .nan
    }

    /// k: bits by which `count` quantized weights that add up to `sum` have to become smaller.
    private static func bitsToDrop(sum: Int, count: Int, limit: Int) -> Int {
        guard sum >= limit else { return 0 }
        var bits = 1
        while (2 * sum + count - 1) >> (bits + 1) + 1 + (count + 1) / 2 >= limit { bits += 1 }
        return bits
    }
}
