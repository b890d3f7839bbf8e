import LSNOpenCLRuntime
import LSNTensors
import Testing

@testable import LSNOpenCLBackend

/// How partitions of a gradient of weights become one, against the specification.
@Suite(.enabled(if: TestDevice.isUsed))
struct PartitionSumsTests {
    /// Of integers, no partition has more pixels than 32 bits hold; of ordered floats, all have as many as the order says.
    @Test(arguments: [1, 2047, 2048, 4551, 1 << 20], [1, 3, 64])
    func partitionsFitWhatTheyAre(pixels: Int, wanted: Int) throws {
        let grid = try OpenCLBackend(dryRunFor: nil).allocate(words: 1)
        let integers = FilterSums.integers(grid: grid).partitions(of: pixels, wanted: wanted)
        #expect(integers.pixels <= GradientGrid.pixels && integers.count * integers.pixels >= pixels)
        let ordered = FilterSums.ordered.partitions(of: pixels, wanted: wanted)
        #expect(ordered.pixels == ConvolutionOrder.partition && ordered.count * ordered.pixels >= pixels)
    }

    /// Sums of 64 bits that are ties between two floats, just beside one, or anything.
    @Test func integersAreRoundedOnceTiesToEven() throws {
        let (count, partitions) = (8 * 200, 65)
        var random = Philox(seed: 5, purpose: .conformance)
        let sums = (0..<count).map { index -> Int64 in
            let bits = Int(1 + random.nextWord() % 36)
            var sum = Int64(bitPattern: UInt64(random.nextWord()) << 32 | UInt64(random.nextWord()))
            sum = abs(sum >> Int64(63 - bits)) | 1 << Int64(bits - 1)
            // The bits that a float lacks.
            if index % 3 > 0, bits > 25 {
                let lost = Int64(1) << Int64(bits - 24)
                sum = sum / lost * lost + lost / 2 + Int64(random.integer(below: 3)) - 1
            }
            return index.isMultiple(of: 2) ? sum : -sum
        }
        var partial = [Int32](repeating: 0, count: count * partitions)
        for (index, sum) in sums.enumerated() {
            var left = sum
            for partition in 0..<partitions {
                let part = Int32(clamping: left)
                partial[partition * count + index] = part
                left -= Int64(part)
            }
            #expect(left == 0)
        }
        let grid = [Float](repeating: 0x1p20, count: 8) + [Float](repeating: 0x1p-20, count: 8)
        let backend = try TestDevice.kernels()
        let result = try backend.allocate(words: count)
        try backend.run(
            "sum_integers",
            "convolution/portable/sum_integers.cl",
            options: [.define("OUT_STRIDE", 8)],
            arguments: [
                .storage(backend.upload(partial.map { UInt32(bitPattern: $0) })),
                .storage(backend.upload(grid.map(\.bitPattern))), .storage(result), .uint32(UInt32(count)),
                .int(partitions),
            ],
            global: [count / 8]
        )
        let expected = sums.map { (Float($0) * 0x1p-20).bitPattern }
        #expect(try backend.read(result, count: count) == expected)
    }

    @Test(arguments: [1, 2, 63, 64, 65, 128, 4095, 4096, 4097, 9001])
    func floatsAreMergedInTheirOrder(partitions: Int) throws {
        var numbers = Numbers()
        let partial = numbers.normal(partitions * 8)
        let backend = try TestDevice.kernels()
        let result = try backend.allocate(words: 8)
        try backend.run(
            "merge_partitions",
            "convolution/portable/merge_partitions.cl",
            arguments: [
                .storage(backend.upload(partial.map(\.bitPattern))), .storage(result), .uint32(8), .int(partitions),
            ],
            global: [1]
        )
        let expected = (0..<8).map { lane in
            SumOrder.merged((0..<partitions).map { partial[$0 * 8 + lane] }).bitPattern
        }
        #expect(try backend.read(result, count: 8) == expected)
    }
}
