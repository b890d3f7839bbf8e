public import Tensors

// The first index whose float is infinite or not a number.
extension ReferenceBackend {
    /// Scans in order; `record[word]` gets the index.
    public func findNonFinite(
        in storage: ReferenceStorage,
        count: Int,
        record: ReferenceStorage,
        word: Int
    ) throws(BackendError) {
        let operation = "findNonFinite"
        try requireRoom(count, in: storage, operation, "the storage")
        try require(
            word >= 0 && word < record.count,
            operation,
            "word \(word) is not one of the record's \(record.count)"
        )
        let first = storage.floats(count).firstIndex { !$0.isFinite }
        record.write([first.map { UInt32($0) } ?? StepRecord.none], at: word)
    }
}
