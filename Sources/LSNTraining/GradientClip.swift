import LSNNetworks
import LSNTensors

/// Clips the gradient of a step by its norm, as PyTorch's `clip_grad_norm_`: of all parameters that train together, and of the
/// whole batch, after its micro-batches, and those of all ranks, were added up.
struct GradientClip: Sendable {
    /// The largest norm.
    private let maximum: Float
    /// The words that count.
    private let runs: RunTable

    /// - Parameters:
    ///   - maximum: the largest norm.
    ///   - parameters: whose gradients they are; of those that are frozen none counts.
    init(_ maximum: Float, of parameters: ParameterSet) throws(BackendError) {
        self.maximum = maximum
        let words = parameters.trainedEntries.map { $0.offset..<$0.offset + $0.words }
        runs = try parameters.backend.runTable(words)
    }

    /// Clips the gradients where they stand.
    ///
    /// - Parameter record: where the norm is written, see `StepRecord`.
    func apply(to parameters: ParameterSet, record: any Storage) throws(BackendError) {
        try parameters.backend.clipNorm(
            of: parameters.gradients,
            count: parameters.wordCount,
            over: runs,
            maximum: maximum,
            record: record,
            word: StepRecord.norm
        )
    }
}
