public import Tensors

// The first index whose float is infinite or not a number.
extension ReferenceBackend {
    /// Scans in order; `record[word]` gets the index.
    public func findNonFinite(
        in storage: any Storage,
        count: Int,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let operation = "findNonFinite"
        let values = try requireRoom(count, in: storage, operation, "the storage")
        let record = try own(record, operation, "the record")
        try require(
            word >= 0 && word < record.words,
            operation,
            "word \(word) is not one of the record's \(record.words)"
        )
        let first = values.floats(count).firstIndex { !$0.isFinite }
        record.write([first.map { UInt32($0) } ?? StepRecord.none], at: word)
    }
}
