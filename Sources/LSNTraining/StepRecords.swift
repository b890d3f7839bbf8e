import LSNTensors

/// A record (`StepRecord`) for each micro-batch of a step, all of which are read at once. The first also says what is not
/// finite.
struct StepRecords: Sendable {
    /// Of each micro-batch.
    let all: [any Storage]
    private let storage: any Storage
    /// Words from one to the next.
    private let stride: Int
    private let backend: Backend

    /// `count` ≥ 1 records of zeros.
    init(_ count: Int, on backend: Backend) throws(BackendError) {
        self.backend = backend
        stride = roundUp(StepRecord.words, toMultipleOf: backend.sliceAlignment)
        let storage = try backend.zeros(words: (count - 1) * stride + StepRecord.words)
        self.storage = storage
        var all: [any Storage] = []
        for index in 0..<count {
            all.append(try backend.slice(storage, offset: index * stride, count: StepRecord.words))
        }
        self.all = all
    }

    /// The words of every record; waits for all that was enqueued.
    func read() throws(BackendError) -> [[UInt32]] {
        let words = try backend.read(storage, count: (all.count - 1) * stride + StepRecord.words)
        return all.indices.map { Array(words[$0 * stride..<$0 * stride + StepRecord.words]) }
    }
}
