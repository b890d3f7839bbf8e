import LSNTensors
import Testing

/// Known answers of philox4x32-10 from the Random123 distribution (kat_vectors).
@Test(arguments: [
    (
        counter: [UInt32](repeating: 0, count: 4), key: [UInt32](repeating: 0, count: 2),
        answer: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8] as [UInt32]
    ),
    (
        counter: [UInt32](repeating: .max, count: 4), key: [UInt32](repeating: .max, count: 2),
        answer: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
    ),
    (
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
        answer: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    ),
])
func philoxGivesTheKnownAnswers(counter: [UInt32], key: [UInt32], answer: [UInt32]) {
    let block = Philox.block(
        counter: (counter[0], counter[1], counter[2], counter[3]),
        key: (key[0], key[1])
    )
    #expect([block.0, block.1, block.2, block.3] == answer)
}

@Test func aStreamStartsWithTheBlockOfItsKeyAndCounter() {
    var generator = Philox(seed: 0x0123_4567_89ab_cdef, purpose: .shuffling, epoch: 3, index: 7)
    let drawn = (0..<5).map { _ in generator.nextWord() }
    let first = Philox.block(counter: (0, 0, 7, 2 << 28 ^ 3), key: (0x89ab_cdef, 0x0123_4567))
    let second = Philox.block(counter: (1, 0, 7, 2 << 28 ^ 3), key: (0x89ab_cdef, 0x0123_4567))
    #expect(drawn == [first.0, first.1, first.2, first.3, second.0])
}

@Test func streamsOfOtherPurposesEpochsIndicesAndSeedsDiffer() {
    var generators = [
        Philox(seed: 1, purpose: .initialization),
        Philox(seed: 2, purpose: .initialization),
        Philox(seed: 1 << 32, purpose: .initialization),
        Philox(seed: 1, purpose: .shuffling),
        Philox(seed: 1, purpose: .initialization, epoch: 1),
        Philox(seed: 1, purpose: .initialization, index: 1),
    ]
    let numbers = generators.indices.map { generators[$0].next() }
    #expect(Set(numbers).count == numbers.count)
}

@Test func uniformNumbersFillTheUnitInterval() {
    var generator = Philox(seed: 5, purpose: .conformance)
    let numbers = (0..<20_000).map { _ in Double(generator.uniform()) }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 20_000
    let square = numbers.reduce(0) { $0 + $1 * $1 } / 20_000
    // Five standard deviations of the mean: 5·√(1/12/20000).
    #expect(abs(mean - 0.5) < 0.0103)
    #expect(abs(square - 1.0 / 3) < 0.0106)
}

@Test func integersBelowABoundAreEquallyLikely() {
    var generator = Philox(seed: 6, purpose: .conformance)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[generator.integer(below: 7)] += 1 }
    // Five standard deviations of a count: 5·√(70000·1/7·6/7).
    #expect(counts.allSatisfy { abs($0 - 10_000) < 463 })
    #expect(generator.integer(below: 1) == 0)
}
