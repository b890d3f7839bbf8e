/// sums[k] = fma(factor, values[start + k], sums[k]), for every k of `sums`, to the bit.
///
/// `addingProduct` is a call of fmaf on processors whose fused multiply-add a program may not count on, ten times as slow as
/// this. The product of two Floats is exact in Double, so that the sum in Double is rounded once, and then again to Float. Both
/// together are one rounding unless the first ends midway between two Floats, or the result is so small that Floats lie
/// farther apart: only those are left to `addingProduct`.
func addProducts(_ sums: inout [Float], _ factor: Float, _ values: [Float], from start: Int) {
    let count = sums.count
    precondition(start >= 0 && start + count <= values.count)
    let scale = Double(factor)
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { results in
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            unsafe values.withUnsafeBufferPointer { all in
                let values = unsafe UnsafeBufferPointer(rebasing: all[start..<start + count])
                var doubts: UInt64 = 0
                for k in 0..<count {
                    let sum = scale * Double(unsafe values[k]) + Double(unsafe sums[k])
                    doubts |= doubt(sum)
                    unsafe results[k] = Float(sum)
                }
                if doubts >> 63 != 0 {
                    for k in 0..<count {
                        let sum = scale * Double(unsafe values[k]) + Double(unsafe sums[k])
                        if doubt(sum) >> 63 != 0 {
                            unsafe results[k] = unsafe sums[k].addingProduct(factor, values[k])
                        }
                    }
                }
                _ = unsafe sums.update(fromContentsOf: results)
            }
        }
    }
}

/// The highest bit is set where a sum may be rounded wrongly to Float: its lowest 29 bits, those that a Float lacks, are those of
/// a midpoint, or it is below 2⁻¹²⁵ and not 0. (By integers, of which vectors are made.)
@inline(__always)
private func doubt(_ sum: Double) -> UInt64 {
    let bits = sum.bitPattern
    let magnitude = bits & ~(1 << 63)
    let isMidpoint = ((bits & 0x1fff_ffff) ^ 0x1000_0000) &- 1
    let isTiny = (magnitude &- Double(0x1p-125).bitPattern) & ~(magnitude &- 1)
    return isMidpoint | isTiny
}
