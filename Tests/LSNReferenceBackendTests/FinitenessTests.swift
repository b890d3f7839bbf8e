import LSNReferenceBackend
import LSNTensors
import Testing

@Test(
    arguments: [
        ([1, 2, 3], StepRecord.none), ([.nan, .infinity], 0), ([1, -.infinity, .nan], 1), ([0, 1, 2, .nan], 3),
        ([.greatestFiniteMagnitude, .leastNonzeroMagnitude], StepRecord.none),
    ] as [([Float], UInt32)]
)
func theFirstValueThatIsNotFiniteIsFound(values: [Float], index: UInt32) throws {
    let record = try reference.zeros(words: StepRecord.words)
    let storage = try reference.upload(values)
    try reference.findNonFinite(in: storage, count: values.count, record: record, word: StepRecord.parameter)
    var expected = [UInt32](repeating: 0, count: StepRecord.words)
    expected[StepRecord.parameter] = index
    #expect(try reference.read(record, count: StepRecord.words) == expected)
}

@Test func onlyTheFirstCountValuesAreLookedAt() throws {
    let record = try reference.zeros(words: StepRecord.words)
    let storage = try reference.upload([1, .nan] as [Float])
    try reference.findNonFinite(in: storage, count: 1, record: record, word: 0)
    #expect(try reference.read(record, count: 1) == [StepRecord.none])
}
