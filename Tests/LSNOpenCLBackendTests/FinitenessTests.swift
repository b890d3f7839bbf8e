import LSNOpenCLBackend
import LSNTensors
import Testing

@Suite(.enabled(if: TestDevice.isUsed))
struct FinitenessTests {
    @Test(
        "The first value that is not finite is found",
        arguments: [
            (1, [0]), (1, []), (15, [14]), (16, [15]), (40, [33, 20]), (100_000, []), (100_000, [99_999]),
            (100_000, [70_001, 35_000, 35_001]), (100_000, [16_383, 16_384]), (99, [120]),
        ] as [(Int, [Int])],
        [Float.nan, .infinity, -.infinity]
    )
    func first(counted: (count: Int, places: [Int]), value: Float) throws {
        let backend = try TestDevice.backend()
        // Large but finite, and a wrong value behind what is looked at.
        var values = [Float](repeating: .greatestFiniteMagnitude, count: counted.count + 100)
        values[counted.count] = .nan
        for place in counted.places { values[place] = value }
        let record = try backend.upload([UInt32](repeating: 5, count: StepRecord.words))
        try backend.findNonFinite(
            in: try backend.upload(values),
            count: counted.count,
            record: record,
            word: StepRecord.parameter
        )
        let found = counted.places.filter { $0 < counted.count }.min().map(UInt32.init) ?? StepRecord.none
        var expected = [UInt32](repeating: 5, count: StepRecord.words)
        expected[StepRecord.parameter] = found
        #expect(try backend.read(record, count: StepRecord.words) == expected)
    }
}
