import LSNCommunication
import LSNNetworks
import LSNTensors

/// What ranks tell each other in a step of training: between the backward pass and the update every rank gets the sums over all
/// micro-batches, and so makes the same update to the same parameters.
struct StepExchange: Sendable {
    /// The ranks.
    let ranks: any Communicator
    /// The micro-batches of each.
    let runs: [Range<Int>]

    /// Of a step in so many micro-batches; nil where there is one process.
    init?(_ ranks: any Communicator, _ cut: MicroBatchCut) {
        guard ranks.isShared else { return nil }
        self.ranks = ranks
        runs = cut.runs(ranks: ranks.count)
    }

    /// This rank's micro-batches.
    var own: Range<Int> { runs[ranks.rank] }

    /// What all ranks together have found.
    struct Result {
        /// Loss and right answers of every micro-batch; nil where it has no samples.
        var records: [[UInt32]?]
        /// What blocks did, in every micro-batch, where they were observed.
        var blocks: [[BlockMeasurement]?]?
        /// Whether any rank is asked to stop.
        var isStopping: Bool
    }

    /// Puts the sums over all micro-batches in the place of this rank's.
    ///
    /// - Parameters:
    ///   - sums: of this rank.
    ///   - parameters: whose gradients and running statistics are summed.
    ///   - sizes: samples of every micro-batch.
    ///   - records: of this rank's micro-batches, by their places; what was enqueued before is waited for.
    ///   - blocks: what they did in this rank's micro-batches, if anyone looked.
    ///   - wantsStop: whether this rank is asked to stop.
    func run(
        _ sums: GradientSums,
        of parameters: ParameterSet,
        sizes: [Int],
        records: StepRecords,
        blocks: [[BlockMeasurement]?]?,
        wantsStop: Bool
    ) throws -> Result {
        let backend = parameters.backend
        let (gradients, statistics) = (parameters.wordCount, parameters.bufferWordCount)
        var parts: [Range<Int>: [UInt32]] = [:]
        for (places, terms) in sums.parts {
            guard let terms else { continue }
            var words = try backend.read(terms.gradients.storage, count: gradients)
            if let moved = terms.statistics { words += try backend.read(moved.storage, count: statistics) }
            parts[places] = words
        }
        // Loss and right answers of every micro-batch, then the wish to stop.
        let found = try records.read()
        var tell: [UInt32] = []
        for place in own { tell += [found[place][StepRecord.loss], found[place][StepRecord.correct]] }
        tell.append(wantsStop ? 1 : 0)
        let reduction = OrderedReduction(ranks, runs: runs, sizes: sizes)
        let (sum, told) = try reduction.total(
            parts,
            words: gradients + statistics,
            telling: tell,
            told: runs.map { 2 * $0.count + 1 }
        )
        try backend.write(Array(sum[..<gradients]), to: parameters.gradients)
        if statistics > 0 { try backend.write(Array(sum[gradients...]), to: parameters.bufferValues) }

        var result = Result(records: [], isStopping: told.contains { $0.last == 1 })
        for (run, words) in zip(runs, told) {
            for (index, place) in run.enumerated() {
                result.records.append(sizes[place] > 0 ? [words[2 * index], words[2 * index + 1]] : nil)
            }
        }
        if let blocks { result.blocks = Array(try ranks.gather(values: blocks).joined()) }
        return result
    }
}
