import OpenCLRuntime
public import Tensors

// Kernels/augmentation/resize_images.cl.
extension OpenCLBackend {
    /// Resizes pictures of any size, cuts a part out of each, mirrors and normalises it.
    public func resizeImages(
        pixels: any Storage,
        crops: [PictureCrop],
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) throws(BackendError) -> RealTensor {
        let operation = "resizeImages"
        try requirePixels(shape, operation)
        try require(
            mean.count == shape.channels && deviation.count == shape.channels,
            operation,
            "\(mean.count) means and \(deviation.count) deviations for \(shape.channels) channels"
        )
        try require(crops.count == shape.images, operation, "\(crops.count) crops for \(shape.images) images")
        for crop in crops {
            let problem = crop.problem(words: pixels.words, shape: shape)
            try require(problem == nil, operation, problem ?? "")
        }
        var constants: [Float] = []
        for (mean, deviation) in zip(mean, deviation) {
            constants += [Float(1 / (255 * Double(deviation))), Float(-Double(mean) / Double(deviation))]
        }
        // Named, so that none goes back to the pool before the next is taken from it.
        let cropTable = try upload(crops.flatMap(\.integers))
        let constantTable = try upload(constants)
        let output = try newTensor(shape)
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
            global: [runs.count, shape.images]
        )
        return output
    }
}
