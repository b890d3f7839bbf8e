import LSNOpenCLRuntime
public import LSNTensors

// Kernels/augmentation/mix.cl.
extension OpenCLBackend {
    /// Sample n mixed with sample `samples` − 1 − n of the other tensor.
    public func mix(
        _ tensor: RealTensor,
        with other: RealTensor,
        by mix: SampleMix,
        samples: Int,
        output: RealTensor
    ) throws(BackendError) {
        let shape = tensor.shape
        let runs = pixelRuns(shape.height, bytes: 3 * shape.width * shape.channelStride * wordBytes)
        let (rows, columns) = (mix.box?.rows ?? 0..<0, mix.box?.columns ?? 0..<0)
        try run(
            "mix_samples",
            "augmentation/mix.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(tensor.storage), .storage(other.storage), .storage(output.storage), .int(samples),
                .int(shape.height), .int(shape.width), .int(shape.channelStride), .int(rows.lowerBound),
                .int(rows.upperBound), .int(columns.lowerBound), .int(columns.upperBound), .float(Float(mix.share)),
                .float(Float(1 - mix.share)), .int(mix.box == nil ? 1 : 0), .int(runs.length),
            ],
            global: [runs.count * shape.images]
        )
    }
}
