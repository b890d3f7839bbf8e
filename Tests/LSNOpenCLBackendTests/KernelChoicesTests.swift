import Foundation
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTensors
import Testing

@Suite(.enabled(if: TestDevice.isUsed))
struct KernelChoicesTests {
    /// One of the numbers, and what of a convolution it decides.
    struct Choice: Sendable, CustomTestStringConvertible {
        let name: String
        let window: Int
        let output: String

        var testDescription: String { name }
    }

    private func values(
        _ choice: Choice,
        _ number: Int,
        numerics: Numerics = .fast,
        on queue: ComputeQueue? = nil
    ) throws -> [Float] {
        var numbers = KernelChoices.standard.numbers
        numbers[choice.name] = number
        var choices = try #require(KernelChoices(numbers))
        choices.numerics = numerics
        let backend = Backend(try OpenCLBackend(queue: queue ?? TestDevice.queue(), choices: choices))
        let operation = ConvolutionCase(
            20,
            (8, 9),
            (40, 48),
            window: choice.window,
            padding: choice.window / 2,
            isSpikes: true
        )
        let output = try #require(try operation.run(on: backend).first { $0.name == choice.output })
        return try backend.read(output.storage, count: output.count).map { Float(bitPattern: $0) }
    }

    /// Kernels on either side of a choice agree but for rounding, and do not give the same bits: a choice that reached no
    /// kernel would.
    @Test(
        arguments: [
            Choice(name: "winograd_channels", window: 3, output: "input gradient"),
            Choice(name: "sparse_filter_channels", window: 1, output: "weight gradient"),
        ]
    )
    func aChoiceReachesItsKernels(_ choice: Choice) throws {
        let (low, high) = (try values(choice, 0), try values(choice, 1000))
        let differs = low != high
        #expect(differs)
        let largest = low.map(abs).max() ?? 0
        #expect(largest > 0 && zip(low, high).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
        // With portable numerics both give the same bits.
        let areEqual =
            try values(choice, 0, numerics: .portable).map(\.bitPattern)
            == values(choice, 1000, numerics: .portable).map(\.bitPattern)
        #expect(areEqual)
    }

    /// Forward both kernels of spikes give the same bits, so one is made to find no spikes here: its zeros show which of the two
    /// did the work.
    @Test func theSparseRateReachesItsKernels() throws {
        let choice = Choice(name: "largest_sparse_rate", window: 3, output: "output")
        let areEqual = try values(choice, 0) == values(choice, 1000)
        #expect(areEqual)
        var files = KernelSourceTree.embedded().files
        let name = "convolution/simd/sparse_forward.cl"
        let source = try #require(files[name])
        files[name] = source.replacing("while (spikes)", with: "while (spikes && false)")
        #expect(files[name] != source)
        let blind = try ComputeQueue(
            device: TestDevice.queue().device,
            sources: KernelSourceTree(files: files, origin: "Kernels"),
            cache: nil,
            profiling: false
        )
        #expect(try values(choice, 0, on: blind).contains { $0 != 0 })
        #expect(try values(choice, 1000, on: blind).allSatisfy { $0 == 0 })
    }

    @Test func numbersAreReadByName() {
        #expect(KernelChoices(KernelChoices.standard.numbers) == .standard)
        var simt = KernelChoices.standard
        simt.mapping = .simt
        #expect(KernelChoices(simt.numbers) == simt && simt.numbers["simt"] == 1)
        #expect(KernelChoices(["largest_sparse_rate": 1, "winograd_channels": 2]) == nil)
        #expect(KernelChoices(["largest_sparse_rate": 1, "winograd_channels": 2, "sparse_filter_channels": -1]) == nil)
        #expect(
            KernelChoices(["largest_sparse_rate": 1001, "winograd_channels": 2, "sparse_filter_channels": 1]) == nil
        )
    }

    /// Records of runs, and files of measured numbers, of versions that called the numbers otherwise.
    @Test func earlierNamesAreRead() throws {
        var expected = KernelChoices(largestSparseRate: 500, winogradChannels: 16, sparseFilterChannels: 7)
        var numbers = ["largest_event_rate": 500, "winograd_channels": 16, "event_filter_channels": 7]
        #expect(KernelChoices(numbers) == expected)
        let text = Data(#"{"largest_event_rate": 500, "winograd_channels": 16, "event_filter_channels": 7}"#.utf8)
        #expect(try JSONDecoder().decode(KernelChoices.self, from: text) == expected)
        numbers["work_groups"] = 1
        expected.mapping = .simt
        #expect(KernelChoices(numbers) == expected)
        #expect(KernelChoices(["largest_event_rate": 1001, "winograd_channels": 2, "event_filter_channels": 1]) == nil)
    }
}
