public import Tensors

extension ReferenceBackend {
    /// A convolution and the statistics of its output, one after the other.
    public func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> (output: RealTensor, statistics: ChannelStatistics) {
        let output = try convolve(input, filter: filter, geometry: geometry)
        return (output, try batchStatistics(of: output, updating: parameters, repeats: repeats))
    }
}
