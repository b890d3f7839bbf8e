import LSNTensors
import Testing

@Suite struct WeightGridTests {
    @Test func theLargestWeightHasTwentyBits() {
        // 1 and 1.999… keep 19 bits behind the point: 2¹⁹ and almost 2²⁰.
        #expect(WeightGrid(of: [1, 0.25]).exponent == 19)
        #expect(WeightGrid(of: [Float(2).nextDown]).quantized(Float(2).nextDown) == 1 << 20)
        #expect(WeightGrid(of: [-2, 1]).exponent == 18)
        #expect(WeightGrid(of: [0x1p-40]).exponent == 59)
        #expect(WeightGrid(of: [0x1p100]).exponent == -81)
    }

    @Test func weightsAreRoundedToEven() {
        let grid = WeightGrid(of: [1])
        let step = Float(0x1p-19)
        #expect([0.5, 1.5, 2.5, -0.5, -1.5, 0.5000001].map { grid.quantized($0 * step) } == [0, 2, 2, 0, -2, 1])
    }

    @Test func verySmallWeightsHaveTheFinestGrid() {
        #expect(WeightGrid(of: [0, 0]).exponent == 126)
        #expect(WeightGrid(of: [Float.leastNonzeroMagnitude]).exponent == 126)
        #expect(WeightGrid(of: [0, 0]).value(ofSum: 0) == 0)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func aWeightThatIsNotFiniteShows(_ weight: Float) {
        let grid = WeightGrid(of: [1, weight, 2])
        #expect(grid.exponent == nil)
        #expect(grid.quantized(1) == 0 && grid.value(ofSum: 0).isNaN)
    }

    /// Weights that are all near the largest: without fewer bits, their sum would leave 32 bits.
    @Test(arguments: [(2047, 19), (2048, 18), (2049, 18), (4095, 18), (4097, 17), (65536, 13)])
    func noSumLeaves32Bits(_ count: Int, _ exponent: Int) {
        let weights = [Float](repeating: Float(2).nextDown, count: count)
        let grid = WeightGrid(of: weights)
        #expect(grid.exponent == exponent)
        let sum = weights.reduce(0) { $0 + Int(grid.quantized($1)) }
        #expect(sum < 1 << 31)
        #expect(abs(Double(grid.value(ofSum: Int32(sum))) / (2 * Double(count)) - 1) < 1e-5)
    }

    /// With high precision no sum of a group, 32 input channels of a window row, leaves 16 bits, and the grid is the finest or
    /// next to it; of output channels each has its own.
    @Test(arguments: [1, 3, 32, 33, 70], [1, 3])
    func noSumOfAGroupLeaves16Bits(_ inputs: Int, _ window: Int) throws {
        let shape = FilterShape(outputs: 3, inputs: inputs, height: window, width: window)
        var random = Philox(seed: 7, purpose: .conformance, index: inputs)
        var weights = [Float](repeating: 0, count: shape.words)
        for row in 0..<shape.taps * inputs {
            weights[row * shape.outputStride] = Float(2).nextDown
            weights[row * shape.outputStride + 1] = 2 * random.uniform() - 1
        }
        func grid(_ output: Int) -> WeightGrid {
            WeightGrid(ofOutput: output, weights: weights, shape: shape, precision: .high)
        }
        for output in 0..<2 {
            var largest = 0
            for (line, first) in (0..<window).flatMap({ line in stride(from: 0, to: inputs, by: 32).map { (line, $0) } }
            ) {
                let rows = (0..<window).flatMap { column in
                    (first..<min(first + 32, inputs)).map { (line * window + column) * inputs + $0 }
                }
                largest = max(
                    largest,
                    rows.reduce(0) {
                        $0 + Int(grid(output).quantized(weights[$1 * shape.outputStride + output]).magnitude)
                    }
                )
            }
            #expect(largest < 1 << 15 && largest >= 1 << 12, "\(largest)")
        }
        #expect(grid(2).exponent == 126)
        weights[0] = .infinity
        #expect(grid(0).exponent == nil && grid(1).exponent != nil)
    }

    /// Σw against float64, for weights of one size and of very different ones.
    @Test(arguments: [27, 864, 3456, 16384], [0, 1, 2])
    func sumsAreCloseToThoseOfFloat64(_ count: Int, _ tail: Int) {
        var random = Philox(seed: 7, purpose: .conformance, index: count)
        let weights = (0..<count).map { _ -> Float in
            let value = 2 * random.uniform() - 1
            // Cubes and ninth powers: few large weights, and many small ones.
            return (0..<tail).reduce(value) { power, _ in power * power * power }
        }
        let grid = WeightGrid(of: weights)
        var (worst, largest) = (0.0, 0.0)
        for _ in 0..<20 {
            let chosen = weights.filter { _ in random.uniform() < 0.3 }
            let truth = chosen.reduce(0.0) { $0 + Double($1) }
            let sum = chosen.reduce(Int32(0)) { $0 + grid.quantized($1) }
            worst = max(worst, abs(Double(grid.value(ofSum: sum)) - truth))
            largest = max(largest, abs(truth))
        }
        #expect(worst <= 1e-5 * largest, "\(worst) of \(largest)")
    }
}
