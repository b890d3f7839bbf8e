/// Mathematics made of IEEE operations (+, −, ×, ÷, √, fma, and integers), so that a run has the same bits on every
/// processor and with every C library, whose functions differ in the last places.
///
/// Functions of `Float` are the twins of Kernels/common/math.cl, operation for operation; those of `Double` compute what the
/// host prepares (PortableMath+Double.swift).
public enum PortableMath {
    private static let ln2High: Float = 0x1.62e43p-1
    private static let ln2Low: Float = -0x1.05c61p-29

    /// eˣ, within 1 unit in the last place; ∞ from 128·ln 2 on, 0 below −126·ln 2 (where the result is no normal number),
    /// not a number where x is not.
    public static func exp(_ x: Float) -> Float {
        guard x < 0x1.62e43p+6 else { return x >= 0x1.62e43p+6 ? .infinity : .nan }
        guard x >= -0x1.5d589ep+6 else { return 0 }
        let n = (x * 0x1.715476p+0).rounded(.toNearestOrEven)
        let r = fma(n, -ln2Low, fma(n, -ln2High, x))
        var p: Float = 0x1.6a2256p-10
        p = fma(p, r, 0x1.123b02p-7)
        p = fma(p, r, 0x1.5558f8p-5)
        p = fma(p, r, 0x1.55549p-3)
        p = fma(p, r, 0x1.fffffcp-2)
        let power = 1 + fma(r * r, p, r)
        return Float(bitPattern: power.bitPattern &+ UInt32(bitPattern: Int32(n)) << 23)
    }

    /// ln x, within 1 unit in the last place; −∞ of both zeros, ∞ of ∞, not a number where x is negative or not a number.
    public static func log(_ x: Float) -> Float {
        var bits = x.bitPattern
        guard !x.isZero else { return -.infinity }
        guard bits < Float.infinity.bitPattern else { return x == .infinity ? x : .nan }
        var exponent: Int32 = 0
        if bits < Float.leastNormalMagnitude.bitPattern {
            let shift = bits.leadingZeroBitCount - 8
            bits <<= UInt32(shift)
            exponent = -Int32(shift)
        }
        // From the bits of ⅔ on.
        let k = (Int32(bits) - 0x3f2a_aaab) >> 23
        let f = Float(bitPattern: bits &- UInt32(bitPattern: k) << 23) - 1
        let twos = Float(exponent + k)
        var q: Float = -0x1.0e2ad4p-3
        q = fma(q, f, 0x1.1df33cp-3)
        q = fma(q, f, -0x1.f03c1p-4)
        q = fma(q, f, 0x1.1ef19cp-3)
        q = fma(q, f, -0x1.55b7e8p-3)
        q = fma(q, f, 0x1.99ce42p-3)
        q = fma(q, f, -0x1.fffe5ep-3)
        q = fma(q, f, 0x1.55550cp-2)
        q = fma(q, f, -0.5)
        return fma(twos, ln2High, f + fma(twos, ln2Low, q * (f * f)))
    }

    /// a·b + c, rounded once.
    private static func fma(_ a: Float, _ b: Float, _ c: Float) -> Float { c.addingProduct(a, b) }
}
