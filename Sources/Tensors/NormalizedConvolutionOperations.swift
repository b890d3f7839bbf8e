/// Convolutions whose output a batch norm is to normalise: its statistics are taken while it is made.
public protocol NormalizedConvolutionOperations: ConvolutionOperations, NormalizationOperations {
    /// `convolve` and, of what it makes, `batchStatistics`.
    ///
    /// - Parameters:
    ///   - input: spikes or real values.
    ///   - filter: the weights.
    ///   - geometry: stride and padding.
    ///   - parameters: of the norm; their running estimates are moved.
    ///   - repeats: T for a static picture, else 1; see `batchStatistics`.
    func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> (output: RealTensor, statistics: ChannelStatistics)
}
