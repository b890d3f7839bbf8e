import LSNCommunication
import LSNTensors
import Testing

@testable import LSNTraining

/// Sums over ranks have the bits of the tree, whatever the number of ranks.
@Suite struct OrderedReductionTests {
    /// What micro-batch `place` adds: numbers of many magnitudes, so that another order gives other bits.
    private static func term(_ place: Int, words: Int) -> [Float] {
        var random = Philox(seed: 5, purpose: .conformance, index: place)
        return (0..<words).map { _ in
            Float(random.integer(below: 2_000_001) - 1_000_000) * (random.integer(below: 2) == 0 ? 1e-3 : 1)
        }
    }

    /// What a rank has: sums of parts of the tree.
    private static func parts(_ own: Range<Int>, sizes: [Int], words: Int) -> [Range<Int>: [UInt32]] {
        var sums = TreeSum<[Float]>(of: sizes.count, from: own.lowerBound)
        for place in own {
            let completed = sums.complete()
            let term = sizes[place] > 0 ? Self.term(place, words: words) : nil
            sums.push(completed.reduce(term) { sum, before in sum.map { zip(before, $0).map { $0 + $1 } } ?? before })
        }
        return Dictionary(
            uniqueKeysWithValues: sums.parts.compactMap { part in part.sum.map { (part.places, $0.map(\.bitPattern)) } }
        )
    }

    /// Odd sizes, and fewer words than ranks; of seven micro-batches some have no samples.
    @Test(
        arguments: [[3], [2, 1], [1, 2, 3], [0, 2, 0, 1], [0, 0, 1, 0, 2, 0, 1], [1, 1, 1, 1, 1, 1, 1, 1]],
        [1, 3, 1001]
    )
    func bitsDoNotDependOnTheRanks(sizes: [Int], words: Int) throws {
        let expected = (0..<words).map { word in
            TreeSum.total(sizes.indices.map { sizes[$0] > 0 ? Self.term($0, words: words)[word] : nil })?.bitPattern
        }
        for count in 1...sizes.count {
            let runs = MicroBatchCut(sizes.count).runs(ranks: count)
            let told = runs.map { $0.count + 1 }
            let results = try ThreadRanks.run(count) { ranks in
                let reduction = OrderedReduction(ranks, runs: runs, sizes: sizes)
                let own = [UInt32](repeating: UInt32(ranks.rank), count: told[ranks.rank])
                let parts = Self.parts(runs[ranks.rank], sizes: sizes, words: words)
                return try reduction.total(parts, words: words, telling: own, told: told)
            }
            for result in results {
                #expect(result.sum == expected, "\(count) ranks")
                #expect(result.told == told.enumerated().map { [UInt32](repeating: UInt32($0), count: $1) })
            }
        }
    }

    /// A chain of additions has other bits: the order matters for these numbers.
    @Test func theOrderMatters() {
        let terms = (0..<8).map { Self.term($0, words: 100) }
        let chain = (0..<100).map { word in terms.dropFirst().reduce(terms[0][word]) { $0 + $1[word] } }
        let tree = (0..<100).map { word in TreeSum.total(terms.map { $0[word] as Float? }) ?? .nan }
        #expect(chain != tree)
    }
}
