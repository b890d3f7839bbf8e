import Testing

@testable import LSNTraining

@Suite struct TreeSumTests {
    /// The definition: n terms are split at the largest power of two below n.
    private static func tree(_ terms: ArraySlice<String?>) -> String? {
        guard terms.count > 1 else { return terms.first ?? nil }
        var split = 1
        while 2 * split < terms.count { split *= 2 }
        let middle = terms.startIndex + split
        guard let left = tree(terms[..<middle]) else { return tree(terms[middle...]) }
        return tree(terms[middle...]).map { "(\(left)+\($0))" } ?? left
    }

    private static func sum(_ terms: [String?]) -> (sum: String?, depth: Int) {
        var sums = TreeSum<String>(of: terms.count)
        var deepest = 0
        for term in terms {
            deepest = max(deepest, sums.depth)
            let completed = sums.complete()
            sums.push(completed.reduce(term) { sum, before in sum.map { "(\(before)+\($0))" } ?? before })
        }
        #expect(sums.parts.count == 1)
        return (sums.parts.first?.sum, deepest)
    }

    @Test(arguments: 1...33) func termsAreAddedInTheTreeOfTheDefinition(count: Int) {
        let terms = (0..<count).map { "\($0)" as String? }
        let found = Self.sum(terms)
        #expect(found.sum == Self.tree(terms[...]))
        // No more wait than ⌊log₂ n⌋.
        #expect(found.depth <= Int.bitWidth - 1 - count.leadingZeroBitCount)
    }

    @Test func sevenTerms() {
        #expect(Self.sum((0..<7).map { "\($0)" }).sum == "(((0+1)+(2+3))+((4+5)+6))")
    }

    /// Every pattern of terms that are nothing.
    @Test(arguments: 1...9) func missingTermsAreNotAdded(count: Int) {
        for pattern in 0..<1 << count {
            let terms = (0..<count).map { pattern >> $0 & 1 == 1 ? "\($0)" as String? : nil }
            #expect(Self.sum(terms).sum == Self.tree(terms[...]))
        }
    }

    @Test func totalsRoundAsTheTreeDoes() {
        // One after the other, 1e8 + 1 + 1 + 1 would stay 1e8.
        #expect(TreeSum.total([1e8, 1, 4, 4] as [Float?]) == 100_000_008)
        #expect(TreeSum.total([nil, 2, nil, 3, nil] as [Int?]) == 5)
        #expect(TreeSum<Float>.total([nil, nil]) == nil)
        #expect(TreeSum<Float>.total([]) == nil)
    }

    /// However the terms are shared out, each has sums of whole parts of the tree, and they come to the whole.
    @Test(arguments: 1...17) func partsOfTheTreeMakeTheWhole(count: Int) {
        let terms = (0..<count).map { $0 % 5 == 3 ? nil : "\($0)" as String? }
        let tree = SumTree(count)
        for ranks in 1...count {
            var parts: [Range<Int>: String?] = [:]
            for rank in 0..<ranks {
                let own = rank * count / ranks..<(rank + 1) * count / ranks
                var sums = TreeSum<String>(of: count, from: own.lowerBound)
                for term in terms[own] {
                    let completed = sums.complete()
                    sums.push(completed.reduce(term) { sum, before in sum.map { "(\(before)+\($0))" } ?? before })
                }
                #expect(sums.parts.map(\.places) == tree.parts(within: own))
                for (places, sum) in sums.parts { parts[places] = .some(sum) }
            }
            let total = tree.total(parts) { $0 = "(\($0)+\($1))" }
            #expect(total == Self.tree(terms[...]), "\(ranks) ranks")
        }
    }

    /// The definition, part by part.
    @Test(arguments: 1...17) func partsAreThoseOfTheDefinition(count: Int) {
        var parts: Set<Range<Int>> = []
        func split(_ places: Range<Int>) {
            parts.insert(places)
            guard places.count > 1 else { return }
            var half = 1
            while 2 * half < places.count { half *= 2 }
            split(places.lowerBound..<places.lowerBound + half)
            split(places.lowerBound + half..<places.upperBound)
        }
        split(0..<count)
        for start in 0..<count {
            for end in start + 1...count {
                #expect(SumTree(count).hasPart(start..<end) == parts.contains(start..<end), "\(start)..<\(end)")
            }
        }
    }
}
