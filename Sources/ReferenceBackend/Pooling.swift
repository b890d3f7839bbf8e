public import Tensors

// Maximum of spikes: y = OR of x over the window, pixels outside the image silent; of real values: the largest inside.
//     ∂L/∂x: g of every window goes to its first maximum in row-major order among the pixels inside the image.
// Average: y = Σ x / window², windows side by side.        ∂L/∂x = g / window² inside a window, else 0.
// Global average: y[n, c] = Σ x / (H·W).                   ∂L/∂x = g / (H·W).
extension ReferenceBackend {
    /// The OR of every window.
    public func maxPool(
        _ input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> SpikeTensor {
        let inShape = input.shape
        let x = try loadWords(input, "maxPool", "the input")
        let outShape = try pooledShape(inShape, window, geometry, "maxPool")
        let words = inShape.wordsPerPixel

        var y = [UInt32](repeating: 0, count: outShape.spikeWords)
        forEachWindow(outShape) { image, row, column, target in
            forEachPixel(inShape, window, geometry, image, row, column) { pixel in
                for word in 0..<words { y[target * words + word] |= x[pixel * words + word] }
            }
        }
        return newSpikes(y, shape: outShape)
    }

    /// The largest value of every window.
    public func maxPool(
        _ input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        let inShape = input.shape
        let x = try load(input, "maxPool", "the input")
        let outShape = try pooledShape(inShape, window, geometry, "maxPool")
        var y = [Float](repeating: 0, count: outShape.realWords)
        forEachMaximum(of: x, inShape, outShape, window, geometry) { target, winner in y[target] = x[winner] }
        return newTensor(y, shape: outShape)
    }

    /// ∂L/∂x of the maximum of spikes.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try maxPoolBackward(gradient, input: .spikes(input), window: window, geometry: geometry)
    }

    /// ∂L/∂x of the maximum of real values.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        try maxPoolBackward(gradient, input: .real(input), window: window, geometry: geometry)
    }

    private func maxPoolBackward(
        _ gradient: RealTensor,
        input: Activation,
        window: Int,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor {
        let operation = "maxPoolBackward"
        let inShape = input.shape
        let x = try load(input, operation, "the input")
        let outShape = try pooledShape(inShape, window, geometry, operation)
        try requireEqual(gradient.shape, outShape, operation, "the gradient")
        let g = try load(gradient, operation, "the gradient")
        var result = [Double](repeating: 0, count: inShape.realWords)
        forEachMaximum(of: x, inShape, outShape, window, geometry) { target, winner in
            result[winner] += Double(g[target])
        }
        return newTensor(result.map { Float($0) }, shape: inShape)
    }

    /// The mean of every window.
    public func averagePool(_ input: Activation, window: Int) throws(BackendError) -> RealTensor {
        let inShape = input.shape
        let x = try load(input, "averagePool", "the input")
        let geometry = WindowGeometry(stride: window)
        let outShape = try pooledShape(inShape, window, geometry, "averagePool")
        let stride = inShape.channelStride

        var sums = [Double](repeating: 0, count: outShape.realWords)
        forEachWindow(outShape) { image, row, column, target in
            forEachPixel(inShape, window, geometry, image, row, column) { pixel in
                for channel in 0..<inShape.channels {
                    sums[target * stride + channel] += Double(x[pixel * stride + channel])
                }
            }
        }
        return newTensor(sums.map { Float($0 / Double(window * window)) }, shape: outShape)
    }

    /// ∂L/∂x of the average.
    public func averagePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape,
        window: Int
    ) throws(BackendError) -> RealTensor {
        let operation = "averagePoolBackward"
        try requireValid(inputShape, operation, "the input")
        let geometry = WindowGeometry(stride: window)
        let outShape = try pooledShape(inputShape, window, geometry, operation)
        try requireEqual(gradient.shape, outShape, operation, "the gradient")
        let g = try load(gradient, operation, "the gradient")
        let stride = inputShape.channelStride

        var result = [Float](repeating: 0, count: inputShape.realWords)
        forEachWindow(outShape) { image, row, column, target in
            forEachPixel(inputShape, window, geometry, image, row, column) { pixel in
                for channel in 0..<inputShape.channels {
                    let share = Double(g[target * stride + channel]) / Double(window * window)
                    result[pixel * stride + channel] = Float(share)
                }
            }
        }
        return newTensor(result, shape: inputShape)
    }

    /// The mean of every image.
    public func globalAveragePool(_ input: Activation) throws(BackendError) -> RealTensor {
        let shape = input.shape
        let x = try load(input, "globalAveragePool", "the input")
        let outShape = ImageShape(images: shape.images, height: 1, width: 1, channels: shape.channels)
        var sums = [Double](repeating: 0, count: outShape.realWords)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels {
                sums[pixel / shape.area * shape.channelStride + channel] +=
                    Double(x[pixel * shape.channelStride + channel])
            }
        }
        return newTensor(sums.map { Float($0 / Double(shape.area)) }, shape: outShape)
    }

    /// ∂L/∂x of the global average.
    public func globalAveragePoolBackward(
        _ gradient: RealTensor,
        inputShape: ImageShape
    ) throws(BackendError) -> RealTensor {
        let operation = "globalAveragePoolBackward"
        try requireValid(inputShape, operation, "the input")
        let outShape = ImageShape(images: inputShape.images, height: 1, width: 1, channels: inputShape.channels)
        try requireEqual(gradient.shape, outShape, operation, "the gradient")
        let g = try load(gradient, operation, "the gradient")
        let stride = inputShape.channelStride
        var result = [Float](repeating: 0, count: inputShape.realWords)
        for pixel in 0..<inputShape.pixels {
            for channel in 0..<inputShape.channels {
                let share = Double(g[pixel / inputShape.area * stride + channel]) / Double(inputShape.area)
                result[pixel * stride + channel] = Float(share)
            }
        }
        return newTensor(result, shape: inputShape)
    }

    private func pooledShape(
        _ input: ImageShape,
        _ window: Int,
        _ geometry: WindowGeometry,
        _ operation: String
    ) throws(BackendError) -> ImageShape {
        try requireWindow(input, height: window, width: window, geometry, operation)
        // Every window then has a pixel inside the image: the first and the last overlap it.
        try require(
            geometry.padding < window,
            operation,
            "padding \(geometry.padding) leaves windows of \(window)×\(window) without a pixel"
        )
        return geometry.output(of: input, window: window)
    }
}

/// Calls `body` for every window and channel, with the index of the output value and that of the window's first maximum
/// in row-major order; not a number counts as the largest.
private func forEachMaximum(
    of x: [Float],
    _ input: ImageShape,
    _ output: ImageShape,
    _ window: Int,
    _ geometry: WindowGeometry,
    _ body: (_ target: Int, _ winner: Int) -> Void
) {
    let stride = input.channelStride
    forEachWindow(output) { image, row, column, target in
        for channel in 0..<input.channels {
            var winner: Int?
            forEachPixel(input, window, geometry, image, row, column) { pixel in
                let index = pixel * stride + channel
                if let best = winner, x[index] <= x[best] || x[best].isNaN { return }
                winner = index
            }
            if let winner { body(target * stride + channel, winner) }
        }
    }
}

/// Calls `body` for every window, with its image, its place, and the index of the output pixel.
private func forEachWindow(
    _ output: ImageShape,
    _ body: (_ image: Int, _ row: Int, _ column: Int, _ target: Int) -> Void
) {
    for image in 0..<output.images {
        for row in 0..<output.height {
            for column in 0..<output.width {
                body(image, row, column, (image * output.height + row) * output.width + column)
            }
        }
    }
}

/// Calls `body` with the index of every pixel of a window that lies inside the image, row by row.
private func forEachPixel(
    _ input: ImageShape,
    _ window: Int,
    _ geometry: WindowGeometry,
    _ image: Int,
    _ row: Int,
    _ column: Int,
    _ body: (_ pixel: Int) -> Void
) {
    for a in 0..<window {
        let r = row * geometry.stride + a - geometry.padding
        guard r >= 0, r < input.height else { continue }
        for b in 0..<window {
            let q = column * geometry.stride + b - geometry.padding
            guard q >= 0, q < input.width else { continue }
            body((image * input.height + r) * input.width + q)
        }
    }
}
