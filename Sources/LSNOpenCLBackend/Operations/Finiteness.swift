import LSNOpenCLRuntime
public import LSNTensors

// Kernels/finiteness/find_non_finite.cl.
extension OpenCLBackend: FinitenessKernels {
    /// Writes the index of the first infinite or undefined value among the first `count` floats of `storage`, or
    /// `StepRecord.none`, to word `word` of `record`.
    public func findNonFinite(
        in storage: any Storage,
        count: Int,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let runs = wordRuns(count, bytes: wordBytes, isCounted: true)
        var firsts: any Storage = try allocate(words: runs.count)
        try run(
            "find_non_finite_partial",
            Self.nonFinite,
            options: wordOptions,
            arguments: [.storage(storage), .storage(firsts)] + runs.arguments,
            global: [runs.count]
        )
        var left = runs.count
        while mapping == .simt, left > SumOrder.fanIn {
            let count = (left + SumOrder.fanIn - 1) / SumOrder.fanIn
            let merged = try allocate(words: count)
            try combineFirsts(firsts, runs: left, fanIn: SumOrder.fanIn, result: merged, word: 0)
            (firsts, left) = (merged, count)
        }
        try combineFirsts(firsts, runs: left, fanIn: max(left, 1), result: record, word: word)
    }

    /// The smallest of every `fanIn` indices, written to as many words of `result` from `word` on.
    private func combineFirsts(
        _ firsts: any Storage,
        runs: Int,
        fanIn: Int,
        result: any Storage,
        word: Int
    ) throws(BackendError) {
        try run(
            "find_non_finite_combine",
            Self.nonFinite,
            options: wordOptions,
            arguments: [.storage(firsts), .storage(result), .int(runs), .int(fanIn), .int(word)],
            global: [max(1, (runs + fanIn - 1) / fanIn)]
        )
    }

    private static let nonFinite = "finiteness/find_non_finite.cl"
}
