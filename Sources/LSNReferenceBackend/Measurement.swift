public import LSNTensors

// Counts are integers; the norm is the root of a sum of squares, rounded as Kernels/measurement/norm.cl rounds.
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
        let runs = stride(from: 0, to: values.count, by: SumOrder.wordRun).map { first in
            values[first..<min(first + SumOrder.wordRun, values.count)]
        }
        try store([norm(of: runs).bitPattern], in: record, at: word)
    }

    /// √Σx² over all runs; the largest magnitude where it is not finite.
    func norm(of runs: [ArraySlice<Float>]) -> Float {
        let largest = runs.joined().reduce(0) { max($0, $1.bitPattern & 0x7fff_ffff) }
        guard largest < Float.infinity.bitPattern else { return Float(bitPattern: largest) }
        // The power of two that brings the largest to 1…2 keeps squares in range.
        let exponent = max(-126, min(Int(largest >> 23) - 127, 126))
        let scale = Float(sign: .plus, exponent: -exponent, significand: 1)
        let partials = runs.map { squaresByLane($0, scale: scale) }
        var lanes = SIMD8<Float>()
        for lane in lanes.indices { lanes[lane] = SumOrder.merged(partials.map { $0[lane] }) }
        return SumOrder.joined(lanes).squareRoot() * Float(sign: .plus, exponent: exponent, significand: 1)
    }

    private func squaresByLane(_ values: ArraySlice<Float>, scale: Float) -> SIMD8<Float> {
        var lanes = SIMD8<Float>()
        for (index, value) in values.enumerated() {
            let scaled = value * scale
            lanes[index % SumOrder.lanes].addProduct(scaled, scaled)
        }
        return lanes
    }

    private func storeCount(_ count: Int, in record: any Storage, at word: Int) throws(BackendError) {
        let words = [UInt32(truncatingIfNeeded: count), UInt32(truncatingIfNeeded: count >> 32)]
        try store(words, in: record, at: word)
    }
}
