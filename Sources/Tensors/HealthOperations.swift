/// Watching numbers: spikes hide NaN (a comparison with NaN is false), so a finite loss proves nothing.
public protocol HealthOperations: StorageOperations {
    /// Writes to word `word` of `record` the index of the first value among the first `count` floats of `storage` that
    /// is infinite or not a number, or ``StepRecord/none``.
    func findNonFinite(in storage: any Storage, count: Int, record: any Storage, word: Int) throws(BackendError)
}
