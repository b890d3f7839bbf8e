import OpenCLRuntime
public import Tensors

// Kernels/pooling: max.cl, max_real.cl, average.cl. The global average is an average over windows as large as the image.
extension OpenCLBackend: PoolingOperations {
    /// The maximum of spikes over `window` × `window` pixels: their OR.
    public func maxPool(
        _ input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> SpikeTensor {
        let (from, to) = (input.shape, try pooled(input.shape, window, geometry, "maxPool"))
        try require(input, "maxPool", "the input")
        let output = try newSpikes(to)
        let runs = pixelRuns(to.pixels, bytes: (window * window + 1) * from.wordsPerPixel * wordBytes)
        try run(
            "max_pool",
            "pooling/max.cl",
            options: [lanes(of: from).option],
            arguments: [
                .storage(input.storage), .storage(output.storage), .int(from.height), .int(from.width),
                .int(to.height), .int(to.width), .int(from.wordsPerPixel), .int(window), .int(geometry.stride),
                .int(geometry.padding), .int(to.pixels), .int(runs.length),
            ],
            global: [runs.count]
        )
        return output
    }

    /// ∂L/∂x: each window's gradient goes to its first maximum in row-major order among the pixels inside the image.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        let operation = "maxPoolBackward"
        let (from, to) = (input.shape, try pooled(input.shape, window, geometry, operation))
        try require(input, operation, "the input")
        try requireEqual(gradient.shape, to, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        let result = try newTensor(from)
        let runs = pixelRuns(from.pixels, bytes: (window * window + 4) * lanes(of: from).width * wordBytes)
        try run(
            "max_pool_backward",
            "pooling/max.cl",
            options: [lanes(of: from).option],
            arguments: [
                .storage(gradient.storage), .storage(input.storage), .storage(result.storage), .int(from.height),
                .int(from.width), .int(to.height), .int(to.width), .int(from.channelStride),
                .int(from.wordsPerPixel), .int(window), .int(geometry.stride), .int(geometry.padding),
                .int(from.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks, runs.count]
        )
        return result
    }

    /// The maximum of real values over `window` × `window` pixels, those outside the image not counting.
    public func maxPool(
        _ input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        let operation = "maxPool"
        let (from, to) = (input.shape, try pooled(input.shape, window, geometry, operation))
        try require(input, operation, "the input")
        try requirePixelInside(window, geometry, operation)
        let output = try newTensor(to)
        let runs = pixelRuns(to.pixels, bytes: (window * window + 1) * lanes(of: from).width * wordBytes)
        try run(
            "max_pool_real",
            "pooling/max_real.cl",
            options: [lanes(of: from).option],
            arguments: [
                .storage(input.storage), .storage(output.storage), .int(from.height), .int(from.width),
                .int(to.height), .int(to.width), .int(from.channelStride), .int(window), .int(geometry.stride),
                .int(geometry.padding), .int(to.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks, runs.count]
        )
        return output
    }

    /// ∂L/∂x of the maximum of real values: each window's gradient goes to its first maximum in row-major order.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        let operation = "maxPoolBackward"
        let (from, to) = (input.shape, try pooled(input.shape, window, geometry, operation))
        try require(input, operation, "the input")
        try requireEqual(gradient.shape, to, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        try requirePixelInside(window, geometry, operation)
        let result = try newTensor(from)
        let runs = pixelRuns(from.pixels, bytes: (2 * window * window + 4) * lanes(of: from).width * wordBytes)
        try run(
            "max_pool_real_backward",
            "pooling/max_real.cl",
            options: [lanes(of: from).option],
            arguments: [
                .storage(gradient.storage), .storage(input.storage), .storage(result.storage), .int(from.height),
                .int(from.width), .int(to.height), .int(to.width), .int(from.channelStride), .int(window),
                .int(geometry.stride), .int(geometry.padding), .int(from.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks, runs.count]
        )
        return result
    }

    private func requirePixelInside(
        _ window: Int,
        _ geometry: WindowGeometry,
        _ operation: String
    ) throws(BackendError) {
        try require(
            geometry.padding < window,
            operation,
            "padding \(geometry.padding) leaves windows of \(window)×\(window) without a pixel"
        )
    }

    /// The mean over `window` × `window` pixels that touch each other; what does not fill a window is left out.
    public func averagePool(
        _ input: Activation,
        window: Int
    ) throws(BackendError) -> RealTensor {
        let geometry = WindowGeometry(stride: window)
        let output = try pooled(input.shape, window, geometry, "averagePool")
        return try average(input, rows: window, columns: window, output: output, "averagePool")
    }

    /// ∂L/∂x of ``averagePool(_:window:)``.
    public func averagePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape,
        window: Int
    ) throws(BackendError) -> RealTensor {
        let operation = "averagePoolBackward"
        let output = try pooled(inputShape, window, WindowGeometry(stride: window), operation)
        return try averageBackward(gradient, inputShape, rows: window, columns: window, output: output, operation)
    }

    /// The mean over each image.
    public func globalAveragePool(
        _ input: Activation
    ) throws(BackendError) -> RealTensor {
        let shape = input.shape
        return try average(
            input,
            rows: shape.height,
            columns: shape.width,
            output: shape.withoutArea,
            "globalAveragePool"
        )
    }

    /// ∂L/∂x of ``globalAveragePool(_:)``.
    public func globalAveragePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape
    ) throws(BackendError) -> RealTensor {
        try averageBackward(
            gradient,
            inputShape,
            rows: inputShape.height,
            columns: inputShape.width,
            output: inputShape.withoutArea,
            "globalAveragePoolBackward"
        )
    }

    private func average(
        _ input: Activation,
        rows: Int,
        columns: Int,
        output to: ImageShape,
        _ operation: String
    ) throws(BackendError) -> RealTensor {
        let from = input.shape
        try require(input, operation, "the input")
        let output = try newTensor(to)
        let runs = pixelRuns(to.pixels, bytes: (rows * columns + 1) * lanes(of: from).width * wordBytes)
        try run(
            "average_pool",
            "pooling/average.cl",
            options: [lanes(of: from).option, .define("SPIKES", input.isSpikes)],
            arguments: [
                .storage(input.storage), .storage(output.storage), .int(from.height), .int(from.width),
                .int(to.height), .int(to.width), .int(from.channelStride), .int(from.wordsPerPixel), .int(rows),
                .int(columns), .int(to.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks, runs.count]
        )
        return output
    }

    private func averageBackward(
        _ gradient: RealTensor,
        _ from: ImageShape,
        rows: Int,
        columns: Int,
        output to: ImageShape,
        _ operation: String
    ) throws(BackendError) -> RealTensor {
        try requirePixels(from, operation)
        try requireEqual(gradient.shape, to, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        let result = try newTensor(from)
        let runs = pixelRuns(from.pixels, bytes: 2 * lanes(of: from).width * wordBytes)
        try run(
            "average_pool_backward",
            "pooling/average.cl",
            options: [lanes(of: from).option, .define("SPIKES", false)],
            arguments: [
                .storage(gradient.storage), .storage(result.storage), .int(from.height), .int(from.width),
                .int(to.height), .int(to.width), .int(from.channelStride), .int(rows), .int(columns),
                .int(from.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks, runs.count]
        )
        return result
    }

    /// The shape that pooling makes, checked: there is a window, and each has a pixel.
    private func pooled(
        _ shape: ImageShape,
        _ window: Int,
        _ geometry: WindowGeometry,
        _ operation: String
    ) throws(BackendError) -> ImageShape {
        try requirePixels(shape, operation)
        // The limits keep the kernels' 32-bit coordinates from overflowing.
        let limit = 1 << 20
        try require(
            (1...limit).contains(window) && (1...limit).contains(geometry.stride)
                && (0..<window).contains(geometry.padding)
                && min(shape.height, shape.width) + 2 * geometry.padding >= window,
            operation,
            "windows of \(window)×\(window) with stride \(geometry.stride) and padding \(geometry.padding) do not each "
                + "have a pixel of shape \(shape)"
        )
        let output = geometry.output(of: shape, window: window)
        try requirePixels(output, operation)
        return output
    }
}

extension ImageShape {
    /// What is left when each image is averaged.
    fileprivate var withoutArea: ImageShape {
        ImageShape(images: images, height: 1, width: 1, channels: channels)
    }
}
