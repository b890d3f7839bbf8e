import LSNCommunication
import LSNTensors
import LSNTraining

/// The sum of gradients over micro-batches that ranks share: each adds up its own on the device, and they exchange parts of the
/// sum as in training. Checked against a sum in double precision, and against that of one rank, bit by bit.
enum MicroBatchSumOperation: ConformanceOperation {
    static let name = "micro_batch_sum"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let terms = try operands.tensor("input.terms")
        guard terms.shape.count == 2, terms.values.count > 0 else { throw operands.refuse(terms, "is not [S, words]") }
        let (count, words) = (terms.shape[0], terms.shape[1])
        let ranks = try operands.integer("ranks", in: 1...count)
        func sum(_ ranks: Int) throws -> [UInt32] {
            try total(terms.values, count: count, words: words, ranks: ranks, on: results.backend)
        }
        let found = try sum(ranks)
        guard try found == sum(1) else {
            throw ConformanceError.wrong(
                "the sum over \(count) micro-batches on \(ranks) ranks has other bits than on one"
            )
        }
        let values = found.map(Float.init(bitPattern:))
        for (word, value) in values.enumerated() {
            let all = (0..<count).map { Double(terms.values[$0 * words + word]) }
            // No term is rounded more often than the tree is deep.
            let depth = Double(Int.bitWidth - count.leadingZeroBitCount)
            let bound = depth * 0x1p-24 * all.reduce(0) { $0 + abs($1) }
            guard abs(Double(value) - all.reduce(0, +)) <= bound else {
                throw ConformanceError.wrong(
                    "the sum of word \(word) over \(count) micro-batches on \(ranks) ranks is \(value), and "
                        + "\(all.reduce(0, +)) in double precision"
                )
            }
        }
        results.add("output.sum", shape: [words], values: values)
    }

    private static func total(
        _ terms: [Float],
        count: Int,
        words: Int,
        ranks: Int,
        on backend: Backend
    ) throws -> [UInt32] {
        let runs = MicroBatchCut(count).runs(ranks: ranks)
        let shape = ImageShape(images: words, height: 1, width: 1, channels: 1)
        // What each rank has, before they meet.
        let parts = try runs.map { own -> [Range<Int>: [UInt32]] in
            var sums = TreeSum<RealTensor>(of: count, from: own.lowerBound)
            for place in own {
                let term = try backend.realTensor(Array(terms[place * words..<(place + 1) * words]), shape: shape)
                for before in sums.complete() { try backend.accumulate(before, into: term) }
                sums.push(term)
            }
            var found: [Range<Int>: [UInt32]] = [:]
            for (places, sum) in sums.parts {
                if let sum { found[places] = try backend.values(sum).map(\.bitPattern) }
            }
            return found
        }
        let sums = try ThreadRanks.run(ranks) { rank in
            let reduction = OrderedReduction(rank, runs: runs, sizes: [Int](repeating: 1, count: count))
            let told = [Int](repeating: 0, count: ranks)
            return try reduction.total(parts[rank.rank], words: words, telling: [], told: told).sum
        }
        guard sums.allSatisfy({ $0 == sums[0] }) else {
            throw ConformanceError.wrong("the sum over \(count) micro-batches is not the same on all of \(ranks) ranks")
        }
        return sums[0]
    }
}
