import LSNTensors

/// The spikes of `input.first`, those of it that `input.second` does not share and the other way round; and that a record's
/// other words are left alone.
enum CountSpikesOperation: ConformanceOperation {
    static let name = "count_spikes"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let first: SpikeTensor = try operands.spikes("input.first", on: backend)
        let second: SpikeTensor = try operands.spikes("input.second", on: backend)
        let record = try MeasurementRecord(words: 6, backend: backend)
        try backend.countSpikes(first, differingFrom: nil, record: record.storage, word: 1)
        try backend.countSpikes(first, differingFrom: second, record: record.storage, word: 3)
        let words = try record.read(reporting: [0, 5], to: &results)
        results.add("output.counts", shape: [2], values: [words.count(at: 1), words.count(at: 3)])
    }
}

/// How many values of `input.x` are not 0, and how many neither 0 nor 1.
enum CountValuesOperation: ConformanceOperation {
    static let name = "count_values"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let tensor: RealTensor = try operands.real("input.x", on: backend)
        let record = try MeasurementRecord(words: 6, backend: backend)
        try backend.countValues(tensor, record: record.storage, word: 1)
        let words = try record.read(reporting: [0, 5], to: &results)
        results.add("output.counts", shape: [2], values: [words.count(at: 1), words.count(at: 3)])
    }
}

/// The Euclidean norm of `input.x`.
enum MeasureNormOperation: ConformanceOperation {
    static let name = "measure_norm"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let tensor: RealTensor = try operands.real("input.x", on: backend)
        let record = try MeasurementRecord(words: 3, backend: backend)
        try backend.measureNorm(of: tensor, record: record.storage, word: 1)
        let words = try record.read(reporting: [0, 2], to: &results)
        results.add("output.norm", shape: [1], values: [Float(bitPattern: words[1])])
    }
}

/// A record whose words hold a mark at first.
private struct MeasurementRecord {
    private static var mark: UInt32 { 77 }

    let storage: any Storage
    private let count: Int

    init(words count: Int, backend: Backend) throws(BackendError) {
        self.count = count
        storage = try backend.upload([UInt32](repeating: Self.mark, count: count))
    }

    /// All words; those in `untouched` must have kept their mark.
    func read(reporting untouched: [Int], to results: inout CaseResults) throws(BackendError) -> [UInt32] {
        let words = try results.backend.read(storage, count: count)
        for word in untouched where words[word] != Self.mark {
            results.note("word \(word) of the record was overwritten")
        }
        return words
    }
}

extension [UInt32] {
    /// A count of 64 bits in two words, the low one first.
    fileprivate func count(at word: Int) -> Float {
        Float(UInt64(self[word]) | UInt64(self[word + 1]) << 32)
    }
}
