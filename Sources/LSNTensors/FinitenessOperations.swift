/// Watching numbers: spikes hide NaN (a comparison with NaN is false), so a finite loss proves nothing.
extension Backend {
    /// Writes to word `word` of `record` the index of the first value among the first `count` floats of `storage` that
    /// is infinite or not a number, or ``StepRecord/none``.
    public func findNonFinite(
        in storage: any Storage,
        count: Int,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        try requireRun(count, in: storage, "findNonFinite", "the storage")
        try requireWords(1, at: word, of: record, "findNonFinite")
        try kernels.finiteness.findNonFinite(in: storage, count: count, record: record, word: word)
    }
}

/// What ``Backend/findNonFinite(in:count:record:word:)`` runs.
public protocol FinitenessKernels: Sendable {
    /// The index of the first value that is not finite.
    func findNonFinite(in storage: any Storage, count: Int, record: any Storage, word: Int) throws(BackendError)
}
