import OpenCLRuntime
public import Tensors

// Kernels/augmentation/prepare_frames.cl.
extension OpenCLBackend {
    /// Rolls and mirrors counts of events, and brings time to the outside.
    public func prepareFrames(
        counts: any Storage,
        transforms: any Storage,
        shape: ImageShape,
        timeSteps: Int
    ) throws(BackendError) -> RealTensor {
        let operation = "prepareFrames"
        try requirePixels(shape, operation)
        try require(
            timeSteps >= 1 && shape.images % max(timeSteps, 1) == 0,
            operation,
            "\(shape.images) images do not divide into \(timeSteps) time steps"
        )
        let samples = shape.images / timeSteps
        try requireRoom((shape.count + 1) / 2, in: counts, operation, "the counts")
        try requireRoom(3 * samples, in: transforms, operation, "the transforms")
        let output = try newTensor(shape)
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
            global: [runs.count, shape.images]
        )
        return output
    }
}
