public import LSNTensors

// Counts are integers; the norm is the root of a sum of squares in Double.
extension ReferenceBackend {
    /// Counts set bits of `first`, or of `first ^ second`.
    public func countSpikes(
        _ first: SpikeTensor,
        differingFrom second: SpikeTensor?,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        var words = try loadWords(first)
        if let second {
            let others = try loadWords(second)
            for index in words.indices { words[index] ^= others[index] }
        }
        try storeCount(words.reduce(0) { $0 + $1.nonzeroBitCount }, in: record, at: word)
    }

    /// Counts values that are not 0, and values that are neither 0 nor 1.
    public func countValues(
        _ tensor: RealTensor,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let values = try load(tensor)
        try storeCount(values.count { $0 != 0 }, in: record, at: word)
        try storeCount(values.count { $0 != 0 && $0 != 1 }, in: record, at: word + 2)
    }

    /// √Σx².
    public func measureNorm(
        of tensor: RealTensor,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let values = try load(tensor)
        // The square of the largest Float fits a Double a trillion times over.
        let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
        try store([Float(sum.squareRoot()).bitPattern], in: record, at: word)
    }

    private func storeCount(_ count: Int, in record: any Storage, at word: Int) throws(BackendError) {
        let words = [UInt32(truncatingIfNeeded: count), UInt32(truncatingIfNeeded: count >> 32)]
        try store(words, in: record, at: word)
    }
}
