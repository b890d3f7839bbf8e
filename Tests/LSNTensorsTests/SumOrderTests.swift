import LSNTensors
import Testing

@Suite struct SumOrderTests {
    /// Numbers whose sum depends on the order.
    private static func terms(_ count: Int) -> [Float] { (0..<count).map { 1 / Float($0 + 3) } }

    @Test(arguments: [0, 1, 63, 64])
    func fewPartialSumsAreAddedInTheirOrder(_ count: Int) {
        let terms = Self.terms(count)
        #expect(SumOrder.merged(terms) == terms.reduce(0, +))
    }

    /// Level by level: 64 · 64 partial sums and more need a third one.
    @Test(arguments: [65, 128, 4096, 4097, 10_000])
    func manyAreMergedLevelByLevel(_ count: Int) {
        let terms = Self.terms(count)
        func level(_ values: [Float]) -> [Float] {
            stride(from: 0, to: values.count, by: 64).map { first in
                var sum: Float = 0
                for index in first..<min(first + 64, values.count) { sum += values[index] }
                return sum
            }
        }
        var expected = level(terms)
        while expected.count > 1 { expected = level(expected) }
        #expect(SumOrder.merged(terms) == expected[0])
        #expect(count < 4096 || SumOrder.merged(terms) != terms.reduce(0, +))
    }

    @Test func lanesAreJoinedAsPairs() {
        let lanes = SIMD8<Float>(1, 0x1p-24, 0x1p-24, 0x1p-24, 1, 1, 0x1p-24, 0x1p-24)
        let pairs = (Float(1) + 0x1p-24, Float(0x1p-24) + 0x1p-24, Float(1) + 1, Float(0x1p-24) + 0x1p-24)
        #expect(SumOrder.joined(lanes) == (pairs.0 + pairs.1) + (pairs.2 + pairs.3))
    }

    @Test func theLastRunMayBeShort() {
        #expect([0, 1, 16, 17, 1024].map(SumOrder.runs) == [0, 1, 1, 2, 64])
    }
}
