public import Tensors

// Counts are integers; the norm is the root of a sum of squares in Double.
extension ReferenceBackend {
    /// Counts set bits of `first`, or of `first ^ second`.
    public func countSpikes(
        _ first: SpikeTensor,
        differingFrom second: SpikeTensor?,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let operation = "countSpikes"
        var words = try loadWords(first, operation, "the first tensor")
        if let second {
            try requireEqual(second.shape, first.shape, operation, "the second tensor")
            let others = try loadWords(second, operation, "the second tensor")
            for index in words.indices { words[index] ^= others[index] }
        }
        let record = try requireWords(2, at: word, of: record, operation)
        store(words.reduce(0) { $0 + $1.nonzeroBitCount }, in: record, at: word)
    }

    /// Counts values that are not 0, and values that are neither 0 nor 1.
    public func countValues(
        _ tensor: RealTensor,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let values = try load(tensor, "countValues", "the tensor")
        let record = try requireWords(4, at: word, of: record, "countValues")
        store(values.count { $0 != 0 }, in: record, at: word)
        store(values.count { $0 != 0 && $0 != 1 }, in: record, at: word + 2)
    }

    /// √Σx².
    public func measureNorm(
        of tensor: RealTensor,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let values = try load(tensor, "measureNorm", "the tensor")
        let record = try requireWords(1, at: word, of: record, "measureNorm")
        // The square of the largest Float fits a Double a trillion times over.
        let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
        record.write([Float(sum.squareRoot()).bitPattern], at: word)
    }

    private func requireWords(
        _ count: Int,
        at word: Int,
        of record: any Storage,
        _ operation: String
    ) throws(BackendError) -> ReferenceStorage {
        let record = try own(record, operation, "the record")
        try require(
            word >= 0 && word <= record.words - count,
            operation,
            "\(count) words from word \(word) do not lie within a record of \(record.words)"
        )
        return record
    }

    private func store(_ count: Int, in record: ReferenceStorage, at word: Int) {
        record.write([UInt32(truncatingIfNeeded: count), UInt32(truncatingIfNeeded: count >> 32)], at: word)
    }
}
