public import LSNTensors

// Maximum of spikes: y = OR of x over the window, pixels outside the image silent; of real values: the largest inside.
//     ∂L/∂x: g of every window goes to its first maximum in row-major order among the pixels inside the image.
// Average: y = Σ x / area, windows of that area side by side.        ∂L/∂x = g / area inside a window, else 0.
//
// Rounded as Kernels/pooling rounds: gradients are added in the order of their windows, rows of a window before their sums.
extension ReferenceBackend {
    /// The OR of every window.
    public func maxPool(
        _ input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry,
        output: SpikeTensor
    ) throws(BackendError) {
        let words = input.shape.wordsPerPixel
        let x = try loadWords(input)
        var y = [UInt32](repeating: 0, count: output.shape.spikeWords)
        forEachWindow(output.shape) { image, row, column, target in
            forEachPixel(input.shape, window, geometry, image, row, column) { pixel in
                for word in 0..<words { y[target * words + word] |= x[pixel * words + word] }
            }
        }
        try store(y, in: output.storage)
    }

    /// The largest value of every window.
    public func maxPool(
        _ input: RealTensor,
        window: Int,
        geometry: WindowGeometry,
        output: RealTensor
    ) throws(BackendError) {
        let x = try load(input)
        var y = [Float](repeating: 0, count: output.shape.realWords)
        forEachMaximum(of: x, input.shape, output.shape, window, geometry) { target, winner in y[target] = x[winner] }
        try store(y, in: output.storage)
    }

    /// ∂L/∂x of the maximum of spikes.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry,
        result: RealTensor
    ) throws(BackendError) {
        try maxPoolBackward(gradient, of: try load(input), window: window, geometry: geometry, result: result)
    }

    /// ∂L/∂x of the maximum of real values.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        window: Int,
        geometry: WindowGeometry,
        result: RealTensor
    ) throws(BackendError) {
        try maxPoolBackward(gradient, of: try load(input), window: window, geometry: geometry, result: result)
    }

    private func maxPoolBackward(
        _ gradient: RealTensor,
        of x: [Float],
        window: Int,
        geometry: WindowGeometry,
        result: RealTensor
    ) throws(BackendError) {
        let g = try load(gradient)
        var sums = [Float](repeating: 0, count: result.shape.realWords)
        forEachMaximum(of: x, result.shape, gradient.shape, window, geometry) { target, winner in
            sums[winner] += g[target]
        }
        try store(sums, in: result.storage)
    }

    /// The mean of every window.
    public func averagePool(
        _ input: Activation,
        rows: Int,
        columns: Int,
        output: RealTensor
    ) throws(BackendError) {
        let shape = input.shape
        let x = try load(input)
        let area = Float(rows) * Float(columns)
        var y = [Float](repeating: 0, count: output.shape.realWords)
        forEachWindowSideBySide(shape, rows, columns, output.shape) { target, pixels in
            for channel in 0..<shape.channels {
                let sums = pixels.map { row in row.reduce(0) { $0 + x[$1 * shape.channelStride + channel] } }
                y[target * shape.channelStride + channel] = sums.reduce(0, +) / area
            }
        }
        try store(y, in: output.storage)
    }

    /// ∂L/∂x of the average.
    public func averagePoolBackward(
        _ gradient: RealTensor,
        rows: Int,
        columns: Int,
        result: RealTensor
    ) throws(BackendError) {
        let shape = result.shape
        let g = try load(gradient)
        let area = Float(rows) * Float(columns)
        var byInput = [Float](repeating: 0, count: shape.realWords)
        forEachWindowSideBySide(shape, rows, columns, gradient.shape) { target, pixels in
            for pixel in pixels.joined() {
                for channel in 0..<shape.channels {
                    byInput[pixel * shape.channelStride + channel] = g[target * shape.channelStride + channel] / area
                }
            }
        }
        try store(byInput, in: result.storage)
    }
}

/// Calls `body` with the index of every window of `rows` × `columns` pixels that touch each other, and those of its pixels,
/// row by row.
private func forEachWindowSideBySide(
    _ input: ImageShape,
    _ rows: Int,
    _ columns: Int,
    _ output: ImageShape,
    _ body: (_ target: Int, _ pixels: [Range<Int>]) -> Void
) {
    forEachWindow(output) { image, row, column, target in
        let pixels = (row * rows..<(row + 1) * rows).map { r in
            let first = (image * input.height + r) * input.width + column * columns
            return first..<first + columns
        }
        body(target, pixels)
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
