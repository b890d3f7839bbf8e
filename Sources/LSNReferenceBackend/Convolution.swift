public import LSNTensors

// Convolution as PyTorch's conv2d, a cross-correlation without bias:
//
//     y[n, o, h, w]              = Σ_{i,a,b} x[n, i, h·s + a − p, w·s + b − p] · weight[o, i, a, b]
//     ∂L/∂x[n, i, r, q]          = Σ_{o,a,b} g[n, o, h, w] · weight[o, i, a, b]     where h·s + a − p = r, w·s + b − p = q
//     ∂L/∂weight[o, i, a, b]     = Σ_{n,h,w} x[n, i, h·s + a − p, w·s + b − p] · g[n, o, h, w]
//
// with x = 0 outside the image and g = ∂L/∂y.
extension ReferenceBackend {
    /// y of the formulas above. Of spikes it is a sum of integers (``WeightGrid``), of real values one of Floats in the order of
    /// ``ConvolutionOrder``; moments are taken afterwards.
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
            let grids = windows.grids(of: weights, precision)
            let outputs = filter.shape.outputStride
            let quantized = weights.indices.map { grids[$0 % outputs].quantized(weights[$0]) }
            let y = windows.map(from: Int32(0)) { sums, pixel, weight, channels in
                for i in channels where x[pixel + i] != 0 {
                    for o in sums.indices { sums[o] += quantized[weight + i * outputs + o] }
                }
            } result: { sums in
                sums.indices.map { grids[$0].value(ofSum: sums[$0]) }
            }
            try store(y, in: output.storage)
        case .real(let values):
            let x = try load(values)
            let outputs = filter.shape.outputStride
            let y = windows.map(from: Float(0)) { sums, pixel, weight, channels in
                for i in channels { addProducts(&sums, x[pixel + i], weights, from: weight + i * outputs) }
            } result: { sums in
                sums.map(stored)
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
        let g = try load(gradient)
        let weights = try load(filter)
        let before = accumulates ? try load(result) : nil
        let windows = TransposedWindows(
            input: result.shape,
            filter: filter.shape,
            geometry: geometry,
            output: gradient.shape
        )
        let x =
            switch numerics {
            case .fast:
                windows.map(weights.map(Double.init), before: before, from: { $0.map(Double.init) }) {
                    addScaled(&$0, Double(g[$1]), $2, from: $3)
                } result: { sums in
                    sums.map { Float($0) }
                }
            case .portable:
                windows.map(weights, before: before, from: { $0 }) {
                    addProducts(&$0, g[$1], $2, from: $3)
                } result: { sums in
                    sums.map(stored)
                }
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
        let x = try load(input)
        let g = try load(gradient)
        let rows = FilterRows(input: input.shape, filter: result.shape, geometry: geometry, output: gradient.shape)
        let weights =
            switch (numerics, input) {
            case (.fast, _): rows.inDouble(x, g, skipsZeros: input.isSpikes)
            case (.portable, .spikes): rows.inIntegers(x, g)
            case (.portable, .real): rows.inPartitions(x, g)
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
    func grids(of weights: [Float], _ precision: Precision) -> [WeightGrid] {
        parallelMap(filter.outputStride) { output in
            WeightGrid(ofOutput: output, weights: weights, shape: filter, precision: precision)
        }
    }

    /// A real tensor's values: for each window, sums of all output channels begin as `zero`; `add` adds to them what some channels
    /// of the input pixel that starts at its second argument select from the weights that start at its third; `result` makes
    /// values of them. The order is that of ``ConvolutionOrder``.
    func map<Sum: Sendable>(
        from zero: Sum,
        _ add: @Sendable (_ sums: inout [Sum], _ pixel: Int, _ weight: Int, _ channels: Range<Int>) -> Void,
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
                        for channels in blocks(of: filter.inputs) {
                            for b in 0..<filter.width {
                                let q = column * geometry.stride + b - geometry.padding
                                guard q >= 0, q < input.width else { continue }
                                let pixel = ((image * input.height + r) * input.width + q) * input.channelStride
                                let weight = (a * filter.width + b) * filter.inputs * filter.outputStride
                                add(&sums, pixel, weight, channels)
                            }
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

/// Channels that one window column after the other adds.
func blocks(of channels: Int) -> [Range<Int>] {
    stride(from: 0, to: channels, by: ConvolutionOrder.block).map { $0..<min($0 + ConvolutionOrder.block, channels) }
}

/// A sum as it is stored: 0 is +0.
@Sendable
func stored(_ sum: Float) -> Float { sum + 0 }
