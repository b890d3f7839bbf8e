import OpenCLRuntime
public import Tensors

// Kernels/health/find_non_finite.cl.
extension OpenCLBackend: HealthOperations {
    /// Writes the index of the first infinite or undefined value among the first `count` floats of `storage`, or
    /// `StepRecord.none`, to word `word` of `record`.
    public func findNonFinite(
        in storage: OpenCLStorage,
        count: Int,
        record: OpenCLStorage,
        word: Int
    ) throws(BackendError) {
        let operation = "findNonFinite"
        try requireRoom(count, in: storage, operation, "the storage")
        try require(word >= 0, operation, "word \(word) of a record")
        try requireRoom(word + 1, in: record, operation, "the record")
        let runs = try WordRuns(count, bytes: wordBytes, operation)
        let firsts = try allocate(words: runs.count)
        try run(
            "find_non_finite_partial",
            "health/find_non_finite.cl",
            arguments: [.storage(storage), .storage(firsts)] + runs.arguments,
            global: [runs.count]
        )
        try run(
            "find_non_finite_combine",
            "health/find_non_finite.cl",
            arguments: [.storage(firsts), .storage(record), .int(runs.count), .int(word)],
            global: [1]
        )
    }
}
