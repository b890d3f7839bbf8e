public import Tensors

// Convolution as PyTorch's conv2d, a cross-correlation without bias:
//
//     y[n, o, h, w]              = Σ_{i,a,b} x[n, i, h·s + a − p, w·s + b − p] · weight[o, i, a, b]
//     ∂L/∂x[n, i, r, q]          = Σ_{o,a,b} g[n, o, h, w] · weight[o, i, a, b]     where h·s + a − p = r, w·s + b − p = q
//     ∂L/∂weight[o, i, a, b]     = Σ_{n,h,w} x[n, i, h·s + a − p, w·s + b − p] · g[n, o, h, w]
//
// with x = 0 outside the image and g = ∂L/∂y.
extension ReferenceBackend {
    /// y of the formulas above; spikes count as 0 and 1. Moments are taken afterwards, in Double.
    public func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        output: RealTensor,
        takesMoments: Bool
    ) throws(BackendError) -> RunMoments? {
        let (inShape, outShape, filterShape) = (input.shape, output.shape, filter.shape)
        let x = try load(input)
        let weights = try load(filter).map(Double.init)
        // A silent channel adds nothing; a zero among real values is multiplied, so that 0 · NaN shows.
        let skipsZeros = input.isSpikes

        let y = parallelJoin(outShape.images) { image in
            var result = [Float](repeating: 0, count: outShape.area * outShape.channelStride)
            for row in 0..<outShape.height {
                for column in 0..<outShape.width {
                    var sums = [Double](repeating: 0, count: filterShape.outputs)
                    for a in 0..<filterShape.height {
                        let r = row * geometry.stride + a - geometry.padding
                        guard r >= 0, r < inShape.height else { continue }
                        for b in 0..<filterShape.width {
                            let q = column * geometry.stride + b - geometry.padding
                            guard q >= 0, q < inShape.width else { continue }
                            let pixel = ((image * inShape.height + r) * inShape.width + q) * inShape.channelStride
                            let tap = (a * filterShape.width + b) * filterShape.inputs
                            for i in 0..<filterShape.inputs {
                                let value = x[pixel + i]
                                if skipsZeros && value == 0 { continue }
                                let start = (tap + i) * filterShape.outputStride
                                addScaled(&sums, Double(value), weights, from: start)
                            }
                        }
                    }
                    let start = (row * outShape.width + column) * outShape.channelStride
                    for o in sums.indices { result[start + o] = Float(sums[o]) }
                }
            }
            return result
        }
        try store(y, in: output.storage)
        return nil
    }

    /// ∂L/∂x of the formulas above, added to what stands in `result` where it accumulates.
    public func convolveBackwardData(
        _ gradient: RealTensor,
        filter: Filter,
        geometry: WindowGeometry,
        result: RealTensor,
        accumulates: Bool
    ) throws(BackendError) {
        let (inputShape, outShape, filterShape) = (result.shape, gradient.shape, filter.shape)
        let g = try load(gradient)
        let weights = try load(filter)
        let before = accumulates ? try load(result) : nil

        // [height][width][outputs][inputs]: the sums run over inputs here.
        var transposed = [Double](repeating: 0, count: filterShape.count)
        for tap in 0..<filterShape.taps {
            for i in 0..<filterShape.inputs {
                for o in 0..<filterShape.outputs {
                    transposed[(tap * filterShape.outputs + o) * filterShape.inputs + i] =
                        Double(weights[(tap * filterShape.inputs + i) * filterShape.outputStride + o])
                }
            }
        }
        let byOutput = transposed

        let x = parallelJoin(inputShape.images) { image in
            var part = [Float](repeating: 0, count: inputShape.area * inputShape.channelStride)
            for r in 0..<inputShape.height {
                for q in 0..<inputShape.width {
                    var sums = [Double](repeating: 0, count: inputShape.channels)
                    for a in 0..<filterShape.height {
                        guard let row = window(at: r, tap: a, geometry, outShape.height) else { continue }
                        for b in 0..<filterShape.width {
                            guard let column = window(at: q, tap: b, geometry, outShape.width) else { continue }
                            let pixel =
                                ((image * outShape.height + row) * outShape.width + column) * outShape.channelStride
                            let tap = (a * filterShape.width + b) * filterShape.outputs
                            for o in 0..<filterShape.outputs {
                                let start = (tap + o) * filterShape.inputs
                                addScaled(&sums, Double(g[pixel + o]), byOutput, from: start)
                            }
                        }
                    }
                    let start = (r * inputShape.width + q) * inputShape.channelStride
                    let imageStart = image * inputShape.area * inputShape.channelStride
                    for i in sums.indices {
                        let base = before.map { Double($0[imageStart + start + i]) } ?? 0
                        part[start + i] = Float(base + sums[i])
                    }
                }
            }
            return part
        }
        try store(x, in: result.storage)
    }

    /// ∂L/∂weight of the formulas above, into `result`.
    public func convolveBackwardFilter(
        input: Activation,
        gradient: RealTensor,
        geometry: WindowGeometry,
        result: Filter
    ) throws(BackendError) {
        let (inShape, outShape, filterShape) = (input.shape, gradient.shape, result.shape)
        let x = try load(input)
        let g = try load(gradient).map(Double.init)
        let skipsZeros = input.isSpikes

        // One row of the filter's storage, all outputs of a tap and an input, at a time.
        let weights = parallelJoin(filterShape.taps * filterShape.inputs) { index in
            let (tap, i) = (index / filterShape.inputs, index % filterShape.inputs)
            let (a, b) = (tap / filterShape.width, tap % filterShape.width)
            var sums = [Double](repeating: 0, count: filterShape.outputs)
            for image in 0..<outShape.images {
                for row in 0..<outShape.height {
                    let r = row * geometry.stride + a - geometry.padding
                    guard r >= 0, r < inShape.height else { continue }
                    for column in 0..<outShape.width {
                        let q = column * geometry.stride + b - geometry.padding
                        guard q >= 0, q < inShape.width else { continue }
                        let value = x[((image * inShape.height + r) * inShape.width + q) * inShape.channelStride + i]
                        if skipsZeros && value == 0 { continue }
                        let pixel = (image * outShape.height + row) * outShape.width + column
                        addScaled(&sums, Double(value), g, from: pixel * outShape.channelStride)
                    }
                }
            }
            return HostLayout.channelWords(sums.map { Float($0) })
        }
        try store(weights, in: result.storage)
    }
}

/// The window whose position `tap` lies on input pixel `position` along one axis: k with k·s + tap − p = position.
private func window(at position: Int, tap: Int, _ geometry: WindowGeometry, _ extent: Int) -> Int? {
    let offset = position + geometry.padding - tap
    guard offset >= 0, offset % geometry.stride == 0, offset / geometry.stride < extent else { return nil }
    return offset / geometry.stride
}
