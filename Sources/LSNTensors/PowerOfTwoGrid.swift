/// What ``WeightGrid`` and ``GradientGrid`` share: integers q = rint(x·2^e) of floats x.
enum PowerOfTwoGrid {
    /// The bits of the largest |x|: floats without their sign are in the order of these, what is not finite at the end.
    static func largest(of values: some Sequence<Float>) -> UInt32 {
        values.reduce(0) { max($0, $1.bitPattern & 0x7fff_ffff) }
    }

    /// The exponent at which the largest |x| has so many bits, at most 126; nil where it is not finite.
    static func finestExponent(ofLargest pattern: UInt32, bits: Int = 20) -> Int? {
        pattern < Float.infinity.bitPattern ? min(126, bits - 1 - (Int(pattern >> 23) - 127)) : nil
    }

    /// rint(x·2^exponent), ties to even.
    static func quantized(_ value: Float, _ exponent: Int) -> Int32 {
        Int32((value * power(exponent)).rounded(.toNearestOrEven))
    }

    /// 2^exponent, of the exponents of normal numbers.
    static func power(_ exponent: Int) -> Float {
        Float(sign: .plus, exponent: exponent, significand: 1)
    }
}
