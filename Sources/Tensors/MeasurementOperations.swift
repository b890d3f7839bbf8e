/// Measuring tensors where they are: firing rates, gradients' norms. What is measured stands in words of a record, which
/// the host reads once for many measurements.
///
/// A count is 64 bits wide and takes two words, the low one first.
public protocol MeasurementOperations: StorageOperations {
    /// Counts the spikes that stand in exactly one of `first` and `second`, of equal shapes, or those of `first` where
    /// `second` is nil, into words `word` and `word + 1` of `record`.
    func countSpikes(
        _ first: SpikeTensor,
        differingFrom second: SpikeTensor?,
        record: any Storage,
        word: Int
    ) throws(BackendError)

    /// Counts the values of `tensor` that are not 0 into words `word` and `word + 1` of `record`, and those that are
    /// neither 0 nor 1 into the two words behind them. Not a number counts in both.
    func countValues(_ tensor: RealTensor, record: any Storage, word: Int) throws(BackendError)

    /// Writes the Euclidean norm of `tensor`, a float, to word `word` of `record`. Neither large nor small values
    /// overflow or vanish on the way; where one is infinite or not a number, the norm is not finite.
    func measureNorm(of tensor: RealTensor, record: any Storage, word: Int) throws(BackendError)
}
