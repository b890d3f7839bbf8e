/// Measuring tensors where they are: firing rates, gradients' norms. What is measured stands in words of a record, which
/// the host reads once for many measurements.
///
/// A count is 64 bits wide and takes two words, the low one first.
extension Backend {
    /// Counts the spikes that stand in exactly one of `first` and `second`, of equal shapes, or those of `first` where
    /// `second` is nil, into words `word` and `word + 1` of `record`.
    public func countSpikes(
        _ first: SpikeTensor,
        differingFrom second: SpikeTensor?,
        record: any Storage,
        word: Int
    ) throws(BackendError) {
        let operation = "countSpikes"
        try require(first, operation, "the first tensor")
        if let second {
            try requireEqual(second.shape, first.shape, operation, "the second tensor")
            try require(second, operation, "the second tensor")
        }
        try requireWords(2, at: word, of: record, operation)
        try kernels.measurement.countSpikes(first, differingFrom: second, record: record, word: word)
    }

    /// Counts the values of `tensor` that are not 0 into words `word` and `word + 1` of `record`, and those that are
    /// neither 0 nor 1 into the two words behind them. Not a number counts in both.
    public func countValues(_ tensor: RealTensor, record: any Storage, word: Int) throws(BackendError) {
        try require(tensor, "countValues", "the tensor")
        try requireWords(4, at: word, of: record, "countValues")
        try kernels.measurement.countValues(tensor, record: record, word: word)
    }

    /// Writes the Euclidean norm of `tensor`, a float, to word `word` of `record`. Neither large nor small values
    /// overflow or vanish on the way; where one is infinite or not a number, the norm is not finite.
    public func measureNorm(of tensor: RealTensor, record: any Storage, word: Int) throws(BackendError) {
        try require(tensor, "measureNorm", "the tensor")
        try requireWords(1, at: word, of: record, "measureNorm")
        try kernels.measurement.measureNorm(of: tensor, record: record, word: word)
    }
}

/// What the measurements of ``Backend`` run.
public protocol MeasurementKernels: Sendable {
    /// A count, into two words.
    func countSpikes(
        _ first: SpikeTensor,
        differingFrom second: SpikeTensor?,
        record: any Storage,
        word: Int
    ) throws(BackendError)
    /// Two counts, into four words.
    func countValues(_ tensor: RealTensor, record: any Storage, word: Int) throws(BackendError)
    /// The norm.
    func measureNorm(of tensor: RealTensor, record: any Storage, word: Int) throws(BackendError)
}
