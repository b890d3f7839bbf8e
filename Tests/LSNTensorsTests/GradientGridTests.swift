import LSNTensors
import Testing

struct GradientGridTests {
    @Test(arguments: [1, 1.999, 0x1p-106, 0x1p127, 3e-20] as [Float])
    func theLargestGradientHasTwentyBits(_ largest: Float) throws {
        let grid = GradientGrid(of: [largest / 3, -largest, 0])
        let exponent = try #require(grid.exponent)
        #expect(exponent <= 126)
        let q = grid.quantized(-largest).magnitude
        #expect(q <= 1 << 20 && q >= 1 << 19)
        #expect(GradientGrid.pixels * Int(1 << 20) <= Int(Int32.max))
        #expect(abs(grid.value(ofSum: Int64(grid.quantized(-largest))) + largest) <= largest * 0x1p-20)
    }

    /// Of channels below 2⁻¹⁰⁷ the step is 2⁻¹²⁶, that of the smallest normal float.
    @Test func theStepIsNoSmallerThanNormalNumbers() {
        let grid = GradientGrid(of: [0x1p-110, 0x1.8p-126])
        #expect(grid.exponent == 126)
        #expect(grid.value(ofSum: Int64(grid.quantized(0x1p-110))) == 0x1p-110)
        #expect(grid.value(ofSum: Int64(grid.quantized(0x1.8p-126))) == 0x1p-125)
    }

    @Test func channelsOfZerosStayZero() {
        let grid = GradientGrid(of: [0, -0.0])
        #expect(grid.exponent == 126 && grid.quantized(-0.0) == 0 && grid.value(ofSum: 0).bitPattern == 0)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func whatIsNotFiniteIsNotHidden(_ value: Float) {
        let grid = GradientGrid(of: [1, value, 2])
        #expect(grid.exponent == nil && grid.quantized(1) == 0 && grid.value(ofSum: 0).isNaN)
    }

    /// What the grid costs, against sums in Double, in parts of the largest weight's gradient: of gradients of one scale, and of
    /// many, of which only the largest keep all their bits.
    @Test(arguments: [(power: 1, error: 2e-6), (power: 5, error: 2e-5)])
    func sumsAreClose(_ gradients: (power: Int, error: Double)) {
        var random = Philox(seed: 11, purpose: .conformance)
        let pixels = 20_000
        let values = (0..<pixels).map { _ -> Float in
            let normal = (0..<6).reduce(Float(0)) { sum, _ in sum + random.uniform() } - 3
            return (1..<gradients.power).reduce(normal) { power, _ in power * normal }
        }
        let grid = GradientGrid(of: values)
        var (worst, largest) = (0.0, 0.0)
        for _ in 0..<40 {
            var (exact, sum) = (0.0, Int64(0))
            for value in values where random.uniform() < 0.2 {
                exact += Double(value)
                sum += Int64(grid.quantized(value))
            }
            worst = max(worst, abs(Double(grid.value(ofSum: sum)) - exact))
            largest = max(largest, abs(exact))
        }
        #expect(worst > 0 && worst <= gradients.error * largest, "\(worst / largest)")
    }
}
