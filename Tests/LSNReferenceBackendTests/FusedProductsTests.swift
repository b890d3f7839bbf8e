import LSNTensors
import Testing

@testable import LSNReferenceBackend

/// Products added in Double, against fmaf: the same bits.
struct FusedProductsTests {
    /// Numbers of one kind, of which sums are hard to round.
    enum Numbers: String, CaseIterable {
        /// Any bits: all exponents, infinities and NaN among them.
        case bits
        /// Few significant bits, of exponents that meet: midpoints, and sums that cancel.
        case short
        /// Whole numbers, whose sums are often midway between two Floats.
        case whole
        /// So small that products and sums lie below 2⁻¹²⁶.
        case tiny
        case uniform

        func draw(_ random: inout Philox) -> Float {
            switch self {
            case .bits: return Float(bitPattern: random.nextWord())
            case .short:
                let significand = 1 + Float(random.integer(below: 16)) / 16
                let value = Float(sign: .plus, exponent: random.integer(below: 60) - 30, significand: significand)
                return random.nextWord() & 1 == 0 ? value : -value
            case .whole: return Float(random.integer(below: 1 << 14) - 1 << 13)
            case .tiny:
                let value = Float(sign: .plus, exponent: -random.integer(below: 150), significand: 1 + random.uniform())
                return random.nextWord() & 1 == 0 ? value : -value
            case .uniform: return 2 * random.uniform() - 1
            }
        }
    }

    @Test(arguments: Numbers.allCases, Numbers.allCases)
    func areRoundedOnce(_ kind: Numbers, _ other: Numbers) {
        var random = Philox(seed: 3, purpose: .conformance)
        for count in 0..<1500 {
            let factor = kind.draw(&random)
            let values = (0..<count % 37 + 3).map { _ in other.draw(&random) }
            let before = (3..<values.count).map { _ in (random.nextWord() & 1 == 0 ? kind : other).draw(&random) }
            var sums = before
            addProducts(&sums, factor, values, from: 3)
            for (index, sum) in sums.enumerated() {
                let expected = before[index].addingProduct(factor, values[index + 3])
                #expect(
                    sum.bitPattern == expected.bitPattern || sum.isNaN && expected.isNaN,
                    "\(factor) · \(values[index + 3]) + \(before[index])"
                )
            }
        }
    }

    /// A sum in Double that is midway between two Floats though the exact one is not: its second rounding would be wrong.
    @Test func aFalseMidpointIsRoundedOnce() {
        // 1 + 2⁻²³ ± (2⁻²⁴ − 2⁻⁷⁰): Double drops the last term, and ties would go to even.
        let (factor, value) = (Float(sign: .plus, exponent: -24, significand: 1 + 0x1p-23), Float(1 - 0x1p-23))
        var sums: [Float] = [1 + 0x1p-23, 1 + 0x1p-23]
        addProducts(&sums, factor, [value, -value], from: 0)
        #expect(sums == [1 + 0x1p-23, 1 + 0x1p-23])
        var tied: [Float] = [0x1p-149, 1]
        addProducts(&tied, 0x1p-75, [0x1p-75, 0x1p+51], from: 0)
        #expect(tied == [Float(0x1p-149).addingProduct(0x1p-75, 0x1p-75), 1])
    }
}
