public import LSNTensors

// Convolution as PyTorch's conv2d, a cross-correlation without bias:
//
//     y[n, o, h, w]              = Σ_{i,a,b} x[n, i, h·s + a − p, w·s + b − p] · weight[o, i, a, b]
//     ∂L/∂x[n, i, r, q]          = Σ_{o,a,b} g[n, o, h, w] · weight[o, i, a, b]     where h·s + a − p = r, w·s + b − p = q
//     ∂L/∂weight[o, i, a, b]     = Σ_{n,h,w} x[n, i, h·s + a − p, w·s + b − p] · g[n, o, h, w]
//
// with x = 0 outside the image and g = ∂L/∂y.
extension ReferenceBackend {
    /// y of the formulas above. Of spikes it is a sum of integers (``WeightGrid``); moments are taken afterwards, in Double.
    public func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        output: RealTensor,
        takesMoments: Bool
    ) throws(BackendError) -> RunMoments? {
        let weights = try load(filter)
        let windows = Windows(input: input.shape, filter: filter.shape, geometry: geometry, output: output.shape)
        switch input {
        case .spikes(let spikes):
            let x = try load(spikes)
            let grids = windows.grids(of: weights)
            let outputs = filter.shape.outputStride
            let quantized = weights.indices.map { grids[$0 % outputs].quantized(weights[$0]) }
            let y = windows.map(from: Int32(0)) { sums, pixel, weight in
                for i in 0..<filter.shape.inputs where x[pixel + i] != 0 {
                    for o in sums.indices { sums[o] += quantized[weight + i * outputs + o] }
                }
            } result: { sums in
                sums.indices.map { grids[$0].value(ofSum: sums[$0]) }
            }
            try store(y, in: output.storage)
        case .real(let values):
            let x = try load(values)
            let outputs = filter.shape.outputStride
            let factors = weights.map(Double.init)
            let y = windows.map(from: 0.0) { sums, pixel, weight in
                for i in 0..<filter.shape.inputs {
                    addScaled(&sums, Double(x[pixel + i]), factors, from: weight + i * outputs)
                }
            } result: { sums in
                sums.map { Float($0) }
            }
            try store(y, in: output.storage)
        }
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

/// The windows that a convolution passes over.
private struct Windows: Sendable {
    let input: ImageShape
    let filter: FilterShape
    let geometry: WindowGeometry
    let output: ImageShape

    /// The grid of each output channel; of spare channels, whose weights are 0, too.
    func grids(of weights: [Float]) -> [WeightGrid] {
        parallelMap(filter.outputStride) { output in
            WeightGrid(of: stride(from: output, to: weights.count, by: filter.outputStride).map { weights[$0] })
        }
    }

    /// A real tensor's values: for each window, sums of all output channels begin as `zero`; `add` adds to them what the
    /// input pixel that starts at its second argument selects from the weights that start at its third; `result` makes
    /// values of them.
    func map<Sum: Sendable>(
        from zero: Sum,
        _ add: @Sendable (_ sums: inout [Sum], _ pixel: Int, _ weight: Int) -> Void,
        result: @Sendable ([Sum]) -> [Float]
    ) -> [Float] {
        parallelJoin(output.images) { image in
            var values = [Float](repeating: 0, count: output.area * output.channelStride)
            for row in 0..<output.height {
                for column in 0..<output.width {
                    var sums = [Sum](repeating: zero, count: filter.outputs)
                    for a in 0..<filter.height {
                        let r = row * geometry.stride + a - geometry.padding
                        guard r >= 0, r < input.height else { continue }
                        for b in 0..<filter.width {
                            let q = column * geometry.stride + b - geometry.padding
                            guard q >= 0, q < input.width else { continue }
                            let pixel = ((image * input.height + r) * input.width + q) * input.channelStride
                            add(&sums, pixel, (a * filter.width + b) * filter.inputs * filter.outputStride)
                        }
                    }
                    let start = (row * output.width + column) * output.channelStride
                    for (o, value) in result(sums).enumerated() { values[start + o] = value }
                }
            }
            return values
        }
    }
}

/// The window whose position `tap` lies on input pixel `position` along one axis: k with k·s + tap − p = position.
private func window(at position: Int, tap: Int, _ geometry: WindowGeometry, _ extent: Int) -> Int? {
    let offset = position + geometry.padding - tap
    guard offset >= 0, offset % geometry.stride == 0, offset / geometry.stride < extent else { return nil }
    return offset / geometry.stride
}
