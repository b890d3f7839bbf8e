public import LSNTensors

// The first index whose float is infinite or not a number.
extension ReferenceBackend {
    /// Scans in order; `record[word]` gets the index.
    public func findNonFinite(
        in storage: any Storage,
        count: Int,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let first = try own(storage).floats(count).firstIndex { !$0.isFinite }
        try store([first.map { UInt32($0) } ?? StepRecord.none], in: record, at: word)
    }
}
