import LSNOpenCLRuntime
public import LSNTensors

// Kernels/augmentation/prepare_frames.cl.
extension OpenCLBackend {
    /// Rolls and flips counts of events, and brings time to the outside.
    public func prepareFrames(
        counts: any Storage,
        transforms: any Storage,
        timeSteps: Int,
        output: RealTensor
    ) throws(BackendError) {
        let shape = output.shape
        let samples = shape.images / timeSteps
        let runs = pixelRuns(shape.height, bytes: 2 * shape.width * shape.channelStride * wordBytes)
        try run(
            "prepare_frames",
            "augmentation/prepare_frames.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(counts), .storage(transforms), .storage(output.storage), .int(timeSteps), .int(samples),
                .int(shape.height), .int(shape.width), .int(shape.channels), .int(shape.channelStride),
                .int(runs.length),
            ],
            global: [runs.count * shape.images]
        )
    }
}
