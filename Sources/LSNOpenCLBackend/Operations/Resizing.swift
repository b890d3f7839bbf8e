import LSNOpenCLRuntime
public import LSNTensors

// Kernels/augmentation/resize_images.cl.
extension OpenCLBackend {
    /// Resizes pictures of any size, cuts a part out of each, flips and normalises it.
    public func resizeImages(
        pixels: any Storage,
        crops: [PictureCrop],
        mean: [Float],
        deviation: [Float],
        output: RealTensor
    ) throws(BackendError) {
        let shape = output.shape
        var constants: [Float] = []
        for (mean, deviation) in zip(mean, deviation) {
            let normalization = ChannelNormalization(mean: mean, deviation: deviation)
            constants += [normalization.factor, normalization.summand]
        }
        // Named, so that none goes back to the pool before the next is taken from it.
        let cropTable = try upload(crops.flatMap(\.integers))
        let constantTable = try upload(constants.map(\.bitPattern))
        let runs = pixelRuns(shape.height, bytes: 8 * shape.width * shape.channelStride * wordBytes)
        try run(
            "resize_images",
            "augmentation/resize_images.cl",
            options: [lanes(of: shape).option, .define("CHANNELS", shape.channels)],
            arguments: [
                .storage(pixels), .storage(cropTable), .storage(constantTable),
                .storage(output.storage), .int(shape.height), .int(shape.width), .int(shape.channelStride),
                .int(runs.length),
            ],
            global: [runs.count * shape.images]
        )
    }
}
