/// What came of a batch of an evaluation.
struct EvaluatedBatch: Codable, Sendable {
    /// The samples that could be read.
    var indices: [Int] = []
    /// Their mean loss.
    var loss: Float = 0
    /// How many were classified rightly.
    var correct = 0
    /// Their labels, where logits are kept.
    var labels: [UInt32] = []
    /// Whether the evaluation is to stop.
    var isStopping = false
}

extension EpochSums {
    /// Counts a batch of an evaluation.
    mutating func add(_ batch: EvaluatedBatch) {
        loss += Double(batch.loss) * Double(batch.indices.count)
        correct += batch.correct
        samples += batch.indices.count
    }
}
