public import Tensors

extension ReferenceBackend {
    /// A convolution and the statistics of its output, one after the other.
    public func convolve(
        _ input: Activation<ReferenceBackend>,
        filter: Filter<ReferenceBackend>,
        geometry: WindowGeometry,
        updating parameters: NormalizationParameters<ReferenceBackend>,
        repeats: Int
    ) throws(BackendError) -> (output: RealTensor<ReferenceBackend>, statistics: ChannelStatistics<ReferenceBackend>) {
        let output = try convolve(input, filter: filter, geometry: geometry)
        return (output, try batchStatistics(of: output, updating: parameters, repeats: repeats))
    }
}
