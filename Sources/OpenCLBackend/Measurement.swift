import OpenCLRuntime
public import Tensors

// Kernels/measurement: count.cl, norm.cl.
extension OpenCLBackend: MeasurementOperations {
    private static let counting = "measurement/count.cl"
    private static let norm = "measurement/norm.cl"

    /// Counts the spikes of `first`, or those that stand in exactly one of the two tensors, into two words of `record`.
    public func countSpikes(
        _ first: SpikeTensor,
        differingFrom second: SpikeTensor?,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let operation = "countSpikes"
        try require(first, operation, "the first tensor")
        if let second {
            try requireEqual(second.shape, first.shape, operation, "the second tensor")
            try require(second, operation, "the second tensor")
        }
        try requireWords(2, at: word, of: record, operation)
        let runs = try wordRuns(
            first.shape.spikeWords,
            bytes: (second == nil ? 1 : 2) * wordBytes,
            operation,
            isReduced: true
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
        let operation = "countValues"
        try require(tensor, operation, "the tensor")
        try requireWords(4, at: word, of: record, operation)
        let runs = try wordRuns(tensor.shape.realWords, bytes: wordBytes, operation, isReduced: true)
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
        let operation = "measureNorm"
        try require(tensor, operation, "the tensor")
        try requireWords(1, at: word, of: record, operation)
        let runs = try wordRuns(tensor.shape.realWords, bytes: wordBytes, operation, isReduced: true)
        let partials = try allocate(words: runs.count)
        let largest = try allocate(words: 1)
        try run(
            "largest_magnitude_partial",
            Self.norm,
            options: wordOptions,
            arguments: [.storage(tensor.storage), .storage(partials)] + runs.arguments,
            global: [runs.count]
        )
        try run(
            "largest_magnitude_combine",
            Self.norm,
            options: wordOptions,
            arguments: [.storage(partials), .storage(largest), .int(runs.count)],
            global: [1]
        )
        try run(
            "squares_partial",
            Self.norm,
            options: wordOptions,
            arguments: [.storage(tensor.storage), .storage(largest), .storage(partials)] + runs.arguments,
            global: [runs.count]
        )
        try run(
            "squares_combine",
            Self.norm,
            options: wordOptions,
            arguments: [.storage(partials), .storage(largest), .storage(record), .int(runs.count), .int(word)],
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

    private func requireWords(
        _ count: Int,
        at word: Int,
        of record: any Storage,
        _ operation: String
    ) throws(BackendError) {
        try require(word >= 0, operation, "word \(word) of a record")
        try requireRoom(word + count, in: record, operation, "the record")
    }
}
