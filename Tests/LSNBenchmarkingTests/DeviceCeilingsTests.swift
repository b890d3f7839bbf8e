import Testing

@testable import LSNBenchmarking

@Suite struct DeviceCeilingsTests {
    /// Runs start at whole vectors, whatever the number of cores: kernels load them aligned.
    @Test(arguments: [4, 8, 16], [1, 2, 3, 6, 7, 12, 96])
    func runsAreWholeVectorsAndCoverAllWords(lanes: Int, cores: Int) {
        let words = 1 << 24
        let (length, count) = DeviceCeilings.runs(of: words, lanes: lanes, wanted: 8 * cores)
        #expect(length.isMultiple(of: lanes))
        #expect(length * count >= words && length * (count - 1) < words)
        #expect(count <= 8 * cores)
    }
}
