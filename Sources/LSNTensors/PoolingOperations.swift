/// Pooling.
extension Backend {
    /// The maximum of spikes over `window` × `window` pixels: their OR. Pixels outside the image are silent.
    public func maxPool(
        _ input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> SpikeTensor {
        try require(input, "maxPool", "the input")
        let output = try newSpikes(try pooled(input.shape, window, geometry, "maxPool"))
        try kernels.pooling.maxPool(input, window: window, geometry: geometry, output: output)
        return output
    }

    /// ∂L/∂x: each window's gradient goes to its first maximum in row-major order among the pixels inside the image
    /// (in a window of zeros, to its first pixel inside), as in PyTorch.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try require(input, "maxPoolBackward", "the input")
        try requirePooled(gradient, of: input.shape, window, geometry, "maxPoolBackward")
        let result = try newTensor(input.shape)
        try kernels.pooling.maxPoolBackward(gradient, input: input, window: window, geometry: geometry, result: result)
        return result
    }

    /// The maximum of real values over `window` × `window` pixels; pixels outside the image do not count. Not a number
    /// counts as the largest.
    public func maxPool(
        _ input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try require(input, "maxPool", "the input")
        let output = try newTensor(try pooled(input.shape, window, geometry, "maxPool"))
        try kernels.pooling.maxPool(input, window: window, geometry: geometry, output: output)
        return output
    }

    /// ∂L/∂x of the maximum of real values: each window's gradient goes to its first maximum in row-major order.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try require(input, "maxPoolBackward", "the input")
        try requirePooled(gradient, of: input.shape, window, geometry, "maxPoolBackward")
        let result = try newTensor(input.shape)
        try kernels.pooling.maxPoolBackward(gradient, input: input, window: window, geometry: geometry, result: result)
        return result
    }

    /// The mean over `window` × `window` pixels that touch each other (stride = window, no padding; rows and columns
    /// that do not fill a window are left out).
    public func averagePool(_ input: Activation, window: Int) throws(BackendError) -> RealTensor {
        try require(input, "averagePool", "the input")
        let shape = try pooled(input.shape, window, WindowGeometry(stride: window), "averagePool")
        let output = try newTensor(shape)
        try kernels.pooling.averagePool(input, rows: window, columns: window, output: output)
        return output
    }

    /// ∂L/∂x of ``averagePool(_:window:)``.
    public func averagePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape,
        window: Int
    ) throws(BackendError) -> RealTensor {
        let geometry = WindowGeometry(stride: window)
        try requirePooled(gradient, of: inputShape, window, geometry, "averagePoolBackward")
        let result = try newTensor(inputShape)
        try kernels.pooling.averagePoolBackward(gradient, rows: window, columns: window, result: result)
        return result
    }

    /// The mean over each image: `[images, 1, 1, channels]`.
    public func globalAveragePool(_ input: Activation) throws(BackendError) -> RealTensor {
        let shape = input.shape
        try require(input, "globalAveragePool", "the input")
        let output = try newTensor(shape.withoutArea)
        try kernels.pooling.averagePool(input, rows: shape.height, columns: shape.width, output: output)
        return output
    }

    /// ∂L/∂x of ``globalAveragePool(_:)``.
    public func globalAveragePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape
    ) throws(BackendError) -> RealTensor {
        let operation = "globalAveragePoolBackward"
        try requirePixels(inputShape, operation)
        try requireEqual(gradient.shape, inputShape.withoutArea, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        let result = try newTensor(inputShape)
        try kernels.pooling.averagePoolBackward(
            gradient,
            rows: inputShape.height,
            columns: inputShape.width,
            result: result
        )
        return result
    }

    private func requirePooled(
        _ gradient: RealTensor,
        of input: ImageShape,
        _ window: Int,
        _ geometry: WindowGeometry,
        _ operation: String
    ) throws(BackendError) {
        try requireEqual(gradient.shape, try pooled(input, window, geometry, operation), operation, "the gradient")
        try require(gradient, operation, "the gradient")
    }

    /// The shape that pooling makes, checked: there is a window, and each has a pixel.
    private func pooled(
        _ shape: ImageShape,
        _ window: Int,
        _ geometry: WindowGeometry,
        _ operation: String
    ) throws(BackendError) -> ImageShape {
        try requirePixels(shape, operation)
        let limit = WindowGeometry.limit
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

/// What the pooling of ``Backend`` runs.
public protocol PoolingKernels: Sendable {
    /// The OR of every window.
    func maxPool(
        _ input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry,
        output: SpikeTensor
    ) throws(BackendError)

    /// ∂L/∂x of it.
    func maxPoolBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry,
        result: RealTensor
    ) throws(BackendError)

    /// The largest value of every window.
    func maxPool(
        _ input: RealTensor,
        window: Int,
        geometry: WindowGeometry,
        output: RealTensor
    ) throws(BackendError)

    /// ∂L/∂x of it.
    func maxPoolBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        window: Int,
        geometry: WindowGeometry,
        result: RealTensor
    ) throws(BackendError)

    /// The mean of `rows` × `columns` pixels that touch each other.
    func averagePool(
        _ input: Activation,
        rows: Int,
        columns: Int,
        output: RealTensor
    ) throws(BackendError)

    /// ∂L/∂x of it: 0 for pixels that are in no window.
    func averagePoolBackward(
        _ gradient: RealTensor,
        rows: Int,
        columns: Int,
        result: RealTensor
    ) throws(BackendError)
}
