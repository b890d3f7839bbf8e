import LSNTensors

/// Where the first value stands that is not finite. `input.x` is finite; `indices` says where copies of it get, in turn,
/// NaN, +∞ and −∞, and everything behind an index is overwritten with NaN; `count` is how many values are looked at.
enum FindNonFiniteOperation: ConformanceOperation {
    static let name = "find_non_finite"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let values = try operands.tensor("input.x").values
        let indices = try operands.numbers("indices").compactMap { Int(exactly: $0) }
        let count = try operands.integer("count", in: 0...values.count)
        let record = try backend.upload([UInt32](repeating: 77, count: StepRecord.words))
        var found: [Float] = []
        for (turn, index) in indices.enumerated() where values.indices.contains(index) {
            var spoilt = values
            for behind in index..<values.count { spoilt[behind] = .nan }
            spoilt[index] = [.nan, .infinity, -.infinity][turn % 3]
            let word = turn % StepRecord.words
            let storage = try backend.upload(spoilt)
            try backend.findNonFinite(in: storage, count: count, record: record, word: word)
            let words = try backend.read(record, count: StepRecord.words)
            // One more than the index, and 0 for none, so that nothing found is not mistaken for nothing done.
            found.append(words[word] == StepRecord.none ? -1 : Float(words[word]) + 1)
        }
        results.add("output.found", shape: [found.count], values: found)
    }
}
