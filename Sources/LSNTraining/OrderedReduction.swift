package import LSNCommunication

/// Sums over the micro-batches of all ranks, to the same bits however many ranks there are.
///
/// Each rank has the sums of some parts of ``SumTree``. The words are cut into as many slices as there are ranks: every rank sends
/// each other its slice of every part (an all-to-all), adds up its own slice in the tree's order, and sends the sum to all (an
/// all-gather). So a rank sends and receives (K − 1) / K of the words twice, as in a ring's all-reduce, plus what a rank has of
/// more than one part; no order is left to MPI.
package struct OrderedReduction {
    /// The ranks.
    let ranks: any Communicator
    /// Which micro-batches each has.
    let runs: [Range<Int>]
    /// Samples of every micro-batch: of one that has none there is nothing to add.
    let sizes: [Int]
    private let tree: SumTree

    /// A sum over micro-batches.
    ///
    /// - Parameters:
    ///   - ranks: that share them.
    ///   - runs: which of them each has.
    ///   - sizes: samples of all.
    package init(_ ranks: any Communicator, runs: [Range<Int>], sizes: [Int]) {
        self.ranks = ranks
        self.runs = runs
        self.sizes = sizes
        tree = SumTree(sizes.count)
    }

    /// The parts of a rank in which there is something.
    private func parts(of rank: Int) -> [Range<Int>] {
        tree.parts(within: runs[rank]).filter { $0.contains { sizes[$0] > 0 } }
    }

    /// The sum of floats over all ranks' parts.
    ///
    /// - Parameters:
    ///   - parts: of this rank's part of the tree by their places; the bits of as many floats each.
    ///   - words: how many.
    ///   - own: words that every rank is told beside, see `told`.
    ///   - told: how many words each rank tells.
    /// - Returns: the bits of the sums, and what each rank tells.
    /// - Throws: ``CommunicationError``.
    package func total(
        _ parts: [Range<Int>: [UInt32]],
        words: Int,
        telling own: [UInt32],
        told: [Int]
    ) throws(CommunicationError) -> (sum: [UInt32], told: [[UInt32]]) {
        let slices = ranks.slices(of: words)
        let mine = self.parts(of: ranks.rank)
        let slice = slices[ranks.rank]
        let outgoing = slices.map { slice in
            var message: [UInt32] = []
            message.reserveCapacity(mine.count * slice.count + own.count)
            for part in mine { message += parts[part]?[slice] ?? [] }
            return message + own
        }
        let counts = (0..<ranks.count).map { self.parts(of: $0).count * slice.count + told[$0] }
        let received = try ranks.exchange(outgoing, receiving: counts)

        var terms: [Range<Int>: [Float]?] = [:]
        for part in tree.parts(of: runs) { terms[part] = .some(nil) }
        for (rank, message) in received.enumerated() {
            for (index, part) in self.parts(of: rank).enumerated() {
                let start = index * slice.count
                terms[part] = message[start..<start + slice.count].map(Float.init(bitPattern:))
            }
        }
        let sum = tree.total(terms) { sum, term in
            for index in sum.indices { sum[index] += term[index] }
        }
        let bits = sum?.map(\.bitPattern) ?? [UInt32](repeating: 0, count: slice.count)
        let gathered = try ranks.exchange(
            [[UInt32]](repeating: bits, count: ranks.count),
            receiving: slices.map(\.count)
        )
        return (Array(gathered.joined()), received.enumerated().map { Array($1.suffix(told[$0])) })
    }
}

extension SumTree {
    /// The largest parts within each of some runs of places.
    fileprivate func parts(of runs: [Range<Int>]) -> [Range<Int>] { runs.flatMap { parts(within: $0) } }
}
