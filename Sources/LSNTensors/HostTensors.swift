// Tensors from values on the host, and back.
extension Backend {
    /// A real tensor from `[N, C, H, W]` values; a mismatch where they are not as many.
    public func realTensor(_ values: [Float], shape: ImageShape) throws(BackendError) -> RealTensor {
        try require(values, shape.count, "realTensor", "\(shape)")
        return RealTensor(shape: shape, storage: try upload(HostLayout.realWords(values, shape: shape)))
    }

    /// A spike tensor from `[N, C, H, W]` values, each 0 or 1; a mismatch where they are not as many.
    public func spikeTensor(_ values: [Float], shape: ImageShape) throws(BackendError) -> SpikeTensor {
        try require(values, shape.count, "spikeTensor", "\(shape)")
        return SpikeTensor(shape: shape, storage: try upload(HostLayout.spikeWords(values, shape: shape)))
    }

    /// A filter from `[out, in, kH, kW]` weights; a mismatch where they are not as many.
    public func filter(_ values: [Float], shape: FilterShape) throws(BackendError) -> Filter {
        try require(values, shape.count, "filter", "\(shape)")
        return Filter(shape: shape, storage: try upload(HostLayout.filterWords(values, shape: shape)))
    }

    private func require(_ values: [Float], _ count: Int, _ operation: String, _ shape: String) throws(BackendError) {
        guard values.count == count else {
            throw .mismatch(
                operation: operation,
                detail: "\(values.count) values for shape \(shape), which has \(count)"
            )
        }
    }

    /// One value a channel.
    public func channelVector(_ values: [Float]) throws(BackendError) -> ChannelVector {
        ChannelVector(channels: values.count, storage: try upload(HostLayout.channelWords(values)))
    }

    /// `[N, C, H, W]` values of a real tensor.
    public func values(_ tensor: RealTensor) throws(BackendError) -> [Float] {
        HostLayout.realValues(
            try readFloats(tensor.storage, count: tensor.shape.realWords),
            shape: tensor.shape
        )
    }

    /// `[N, C, H, W]` values of a spike tensor, 0 or 1.
    public func values(_ tensor: SpikeTensor) throws(BackendError) -> [Float] {
        HostLayout.spikeValues(try read(tensor.storage, count: tensor.shape.spikeWords), shape: tensor.shape)
    }

    /// `[out, in, kH, kW]` weights of a filter.
    public func values(_ filter: Filter) throws(BackendError) -> [Float] {
        HostLayout.filterValues(
            try readFloats(filter.storage, count: filter.shape.words),
            shape: filter.shape
        )
    }

    /// One value a channel.
    public func values(_ vector: ChannelVector) throws(BackendError) -> [Float] {
        try readFloats(vector.storage, count: vector.channels)
    }
}
