@testable import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTensors
import Testing

@Suite(.enabled(if: TestDevice.isUsed))
struct CeilingTests {
    @Test("The multiply-add measure computes what it says", arguments: [4, 8, 16])
    func multiplyAdd(width: Int) throws {
        let kernels = try TestDevice.kernels()
        let backend = Backend(kernels)
        let (items, iterations) = (3, 5)
        let result = try backend.allocate(words: items * width)
        try kernels.run(
            "multiply_add",
            "ceilings/multiply_add.cl",
            options: [.define("WIDTH", width), .define("CHAINS", 12)],
            arguments: [.storage(result), .int(iterations), .float(0.5), .float(1)],
            global: [items]
        )
        // x ← x/2 + 1, five times: 2 + (x − 2)/32, summed over the chains 0 … 11.
        let sum = (0..<12).reduce(Float(0)) { $0 + 2 + (Float($1) - 2) / 32 }
        #expect(try backend.readFloats(result, count: items * width).allSatisfy { $0 == sum })
    }

    @Test("The copy measure copies", arguments: [1, 16, 31, 100_000])
    func copy(words: Int) throws {
        let kernels = try TestDevice.kernels()
        let backend = Backend(kernels)
        var numbers = Numbers()
        let values = numbers.words(words, below: 1 << 30)
        let target = try backend.upload([UInt32](repeating: 3, count: words + 1))
        let runs = kernels.wordRuns(words, bytes: 8)
        try kernels.run(
            "copy_words",
            "elementwise/copy.cl",
            arguments: [.storage(try backend.upload(values)), .storage(target)] + runs.arguments,
            global: [runs.count]
        )
        #expect(try backend.read(target, count: words + 1) == values + [3])
    }
}
