// What the host prepares for a run: weights at the start, learning rates, constants of kernels. Polynomials are those of
// fdlibm (Sun Microsystems, 1993); there are few functions here, and only as much of each as is needed.
extension PortableMath {
    private static let ln2High = 6.93147180369123816490e-01
    private static let ln2Low = 1.90821492927058770002e-10

    /// eˣ, within 1 unit in the last place; ∞ beyond the largest number, 0 below the smallest.
    public static func exp(_ x: Double) -> Double {
        guard x < 710 else { return x.isNaN ? x : .infinity }
        guard x > -746 else { return 0 }
        let n = (x * 1.4426950408889634).rounded(.toNearestOrEven)
        let (high, low) = (x - n * ln2High, n * ln2Low)
        let r = high - low
        let square = r * r
        var p = 4.13813679705723846039e-08
        p = -1.65339022054652515390e-06 + square * p
        p = 6.61375632143793436117e-05 + square * p
        p = -2.77777777770155933842e-03 + square * p
        p = 1.66666666666666019037e-01 + square * p
        let c = r - square * p
        let power = 1 - ((low - r * c / (2 - c)) - high)
        // 2ⁿ alone may be no normal number.
        let half = Int(n) / 2
        return power * Double(sign: .plus, exponent: half, significand: 1)
            * Double(sign: .plus, exponent: Int(n) - half, significand: 1)
    }

    /// ln x, within 1 unit in the last place; −∞ of both zeros, ∞ of ∞, not a number where x is negative or not a number.
    public static func log(_ x: Double) -> Double {
        guard !x.isZero else { return -.infinity }
        guard x > 0 else { return .nan }
        guard x < .infinity else { return x }
        // x = 2ᵏ·(1 + f), √½ ≤ 1 + f < √2
        let exponent = Int(x.exponent) + (x.significand >= 2.0.squareRoot() ? 1 : 0)
        let f = (x.significand >= 2.0.squareRoot() ? x.significand / 2 : x.significand) - 1
        let k = Double(exponent)
        let s = f / (2 + f)
        let square = s * s
        let fourth = square * square
        let odd =
            square
            * (6.666666666666735130e-01
                + fourth
                * (2.857142874366239149e-01
                    + fourth * (1.818357216161805012e-01 + fourth * 1.479819860511658591e-01)))
        let even =
            fourth
            * (3.999999999940941908e-01
                + fourth * (2.222219843214978396e-01 + fourth * 1.531383769920937332e-01))
        let half = 0.5 * f * f
        return k * ln2High - ((half - (s * (half + (even + odd)) + k * ln2Low)) - f)
    }

    /// sin x, within 1 unit in the last place for |x| ≤ 10⁵; not a number beyond.
    public static func sin(_ x: Double) -> Double {
        guard let angle = ReducedAngle(x) else { return .nan }
        let value = angle.quadrant & 1 == 0 ? angle.sine : angle.cosine
        return angle.quadrant & 2 == 0 ? value : -value
    }

    /// cos x, within 1 unit in the last place for |x| ≤ 10⁵; not a number beyond.
    public static func cos(_ x: Double) -> Double {
        guard let angle = ReducedAngle(x) else { return .nan }
        let value = angle.quadrant & 1 == 0 ? angle.cosine : angle.sine
        return angle.quadrant == 1 || angle.quadrant == 2 ? -value : value
    }

    /// tanh x, within 2 units in the last place.
    public static func tanh(_ x: Double) -> Double {
        let size = abs(x)
        let value: Double
        if size < 0.5 {
            // sinh x / cosh x, by their series.
            let square = size * size
            var (sine, cosine) = (0.0, 0.0)
            for term in stride(from: 16.0, through: 2, by: -2) {
                sine = (1 + square * sine) / (term * (term + 1))
                cosine = (1 + square * cosine) / (term * (term - 1))
            }
            value = (size + size * (square * sine)) / (1 + square * cosine)
        } else {
            let power = exp(-2 * size)
            value = (1 - power) / (1 + power)
        }
        return x < 0 ? -value : value
    }

    /// xⁿ of a whole n that is not negative: squared and multiplied with twice a Double's bits, then rounded.
    public static func pow(_ x: Double, _ n: Int) -> Double {
        var result = DoubledNumber(high: 1, low: 0)
        var square = DoubledNumber(high: x, low: 0)
        var left = n
        while left > 0 {
            if left & 1 == 1 { result = result.times(square) }
            left >>= 1
            if left > 0 { square = square.times(square) }
        }
        return result.high
    }
}

/// An angle less a multiple of π/2.
private struct ReducedAngle {
    /// Of the four quarters of a turn.
    let quadrant: Int
    /// What is left, at most π/4, and what that lacks by rounding.
    private let high, low: Double

    init?(_ x: Double) {
        guard abs(x) <= 1e5 else { return nil }
        let quarters = (x * 0.63661977236758134308).rounded(.toNearestOrEven)
        // π/2 is the sum of two numbers; the first difference is exact.
        let rest = x.addingProduct(-quarters, 1.57079632679489661923)
        let correction = quarters * 6.123233995736766e-17
        high = rest - correction
        low = (rest - high) - correction
        quadrant = Int(quarters) & 3
    }

    var sine: Double {
        let square = high * high
        let cube = square * high
        var p = 1.58969099521155010221e-10
        p = -2.50507602534068634195e-08 + square * p
        p = 2.75573137070700676789e-06 + square * p
        p = -1.98412698298579493134e-04 + square * p
        p = 8.33333333332248946124e-03 + square * p
        return high - ((square * (0.5 * low - cube * p) - low) + cube * 1.66666666666666324348e-01)
    }

    var cosine: Double {
        let square = high * high
        var p = -1.13596475577881948265e-11
        p = 2.08757232129817482790e-09 + square * p
        p = -2.75573143513906633035e-07 + square * p
        p = 2.48015872894767294178e-05 + square * p
        p = -1.38888888888741095749e-03 + square * p
        p = 4.16666666666666019037e-02 + square * p
        let half = 0.5 * square
        let near = 1 - half
        return near + (((1 - near) - half) + (square * (square * p) - high * low))
    }
}

/// A number with twice a Double's bits, as the sum of two (Dekker, 1971).
private struct DoubledNumber {
    let high, low: Double

    func times(_ other: DoubledNumber) -> DoubledNumber {
        let product = high * other.high
        guard product.isFinite else { return DoubledNumber(high: product, low: 0) }
        let rest = (-product).addingProduct(high, other.high) + (high * other.low + low * other.high)
        let sum = product + rest
        return DoubledNumber(high: sum, low: rest - (sum - product))
    }
}
