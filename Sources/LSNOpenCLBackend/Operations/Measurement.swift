import LSNOpenCLRuntime
public import LSNTensors

// Kernels/measurement: count.cl, norm.cl.
extension OpenCLBackend: MeasurementKernels {
    private static let counting = "measurement/count.cl"
    private static let norm = "measurement/norm.cl"

    /// Counts the spikes of `first`, or those that stand in exactly one of the two tensors, into two words of `record`.
    public func countSpikes(
        _ first: SpikeTensor,
        differingFrom second: SpikeTensor?,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let runs = wordRuns(
            first.shape.spikeWords,
            bytes: (second == nil ? 1 : 2) * wordBytes,
            isCounted: true
        )
        let counts = try allocate(words: runs.count)
        try run(
            "count_spikes_partial",
            Self.counting,
            options: wordOptions + [.define("PAIRED", second != nil)],
            arguments: [.storage(first.storage), .storage((second ?? first).storage), .storage(counts)]
                + runs.arguments,
            global: [runs.count]
        )
        try sum(counts, runs: runs.count, columns: 1, record: record, word: word)
    }

    /// Counts the values that are not 0, and those that are neither 0 nor 1, into four words of `record`.
    public func countValues(
        _ tensor: RealTensor,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let runs = wordRuns(tensor.shape.realWords, bytes: wordBytes, isCounted: true)
        let counts = try allocate(words: 2 * runs.count)
        try run(
            "count_values_partial",
            Self.counting,
            options: wordOptions,
            arguments: [.storage(tensor.storage), .storage(counts)] + runs.arguments,
            global: [runs.count]
        )
        try sum(counts, runs: runs.count, columns: 2, record: record, word: word)
    }

    /// Writes the Euclidean norm to a word of `record`.
    public func measureNorm(
        of tensor: RealTensor,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let runs = wordRuns(tensor.shape.realWords, bytes: wordBytes, isCounted: true)
        let partials = try allocate(words: runs.count)
        let largest = try allocate(words: 1)
        try run(
            "largest_magnitude_partial",
            Self.norm,
            options: wordOptions,
            arguments: [.storage(tensor.storage), .storage(partials)] + runs.arguments,
            global: [runs.count]
        )
        try combineLargest(partials, count: runs.count, result: largest)
        let itemRuns = mapping.mergedWordRuns
        let itemWords = SumOrder.wordRun * itemRuns
        let items = (tensor.shape.realWords + itemWords - 1) / itemWords
        let sums = try allocate(words: SumOrder.lanes * items)
        try run(
            "squares_partial",
            Self.norm,
            options: wordOptions,
            arguments: [
                .storage(tensor.storage), .storage(largest), .storage(sums),
                .uint32(UInt32(clamping: tensor.shape.realWords)), .uint32(UInt32(itemRuns)),
            ],
            global: range(1, by: items)
        )
        try combineSquares(sums, count: items, largest: largest, record: record, word: word)
    }

    /// The largest of some magnitudes.
    func combineLargest(_ partials: any Storage, count: Int, result: any Storage) throws(BackendError) {
        try run(
            "largest_magnitude_combine",
            Self.norm,
            options: wordOptions,
            arguments: [.storage(partials), .storage(result), .int(count)],
            global: [1]
        )
    }

    /// The norm, of sums of squares that were scaled by the largest magnitude.
    func combineSquares(
        _ sums: any Storage,
        count: Int,
        largest: any Storage,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let merged = try mergeSums(sums, words: SumOrder.lanes, runs: count)
        try run(
            "squares_combine",
            Self.norm,
            options: wordOptions,
            arguments: [
                .storage(merged.partials), .storage(largest), .storage(record), .int(merged.runs), .int(word),
            ],
            global: [1]
        )
    }

    private func sum(
        _ counts: any Storage,
        runs: Int,
        columns: Int,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        try run(
            "sum_counts",
            Self.counting,
            options: wordOptions,
            arguments: [.storage(counts), .storage(record), .int(runs), .int(columns), .int(word)],
            global: [1]
        )
    }
}
