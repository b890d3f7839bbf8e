import LSNTensors

/// What the gradient of a convolution's input goes over: for each input pixel, the windows that it lies in.
struct TransposedWindows: Sendable {
    let input: ImageShape
    let filter: FilterShape
    let geometry: WindowGeometry
    let output: ImageShape

    /// A real tensor's values: for each input pixel, sums of all input channels begin as 0, or as `from` makes them of `before`;
    /// `add` adds to them, by the gradient of an output channel of a window, the weights that start there; `result` makes values
    /// of them. The order is that of ``ConvolutionOrder``.
    func map<Sum: Numeric & Sendable>(
        _ weights: [Sum],
        before: [Float]?,
        from: @Sendable (ArraySlice<Float>) -> some Collection<Sum>,
        _ add: @Sendable (_ sums: inout [Sum], _ gradient: Int, _ weights: [Sum], _ start: Int) -> Void,
        result: @Sendable ([Sum]) -> [Float]
    ) -> [Float] {
        let byOutput = transposed(weights)
        return parallelJoin(input.images) { image in
            var part = [Float](repeating: 0, count: input.area * input.channelStride)
            for r in 0..<input.height {
                for q in 0..<input.width {
                    let start = (r * input.width + q) * input.channelStride
                    let place = image * part.count + start
                    var sums =
                        before.map { Array(from($0[place..<place + input.channels])) }
                        ?? [Sum](repeating: 0, count: input.channels)
                    for a in 0..<filter.height {
                        guard let row = window(at: r, tap: a, output.height) else { continue }
                        for outputs in blocks(of: filter.outputs) {
                            for b in 0..<filter.width {
                                guard let column = window(at: q, tap: b, output.width) else { continue }
                                let pixel = (image * output.height + row) * output.width + column
                                let tap = a * filter.width + b
                                for o in outputs {
                                    let start = (tap * filter.outputs + o) * filter.inputs
                                    add(&sums, pixel * output.channelStride + o, byOutput, start)
                                }
                            }
                        }
                    }
                    for (i, value) in result(sums).enumerated() { part[start + i] = value }
                }
            }
            return part
        }
    }

    /// [height][width][outputs][inputs]: the sums run over inputs here.
    private func transposed<Value: Numeric>(_ weights: [Value]) -> [Value] {
        var result = [Value](repeating: 0, count: filter.count)
        for tap in 0..<filter.taps {
            for i in 0..<filter.inputs {
                for o in 0..<filter.outputs {
                    result[(tap * filter.outputs + o) * filter.inputs + i] =
                        weights[(tap * filter.inputs + i) * filter.outputStride + o]
                }
            }
        }
        return result
    }

    /// The window whose position `tap` lies on input pixel `position` along one axis: k with k·s + tap − p = position.
    private func window(at position: Int, tap: Int, _ extent: Int) -> Int? {
        let offset = position + geometry.padding - tap
        guard offset >= 0, offset % geometry.stride == 0, offset / geometry.stride < extent else { return nil }
        return offset / geometry.stride
    }
}

/// What the gradient of a convolution's weights goes over: for each window position and input channel, a row of the filter's
/// storage, the output pixels.
struct FilterRows: Sendable {
    let input: ImageShape
    let filter: FilterShape
    let geometry: WindowGeometry
    let output: ImageShape

    /// With sums in Double.
    func inDouble(_ x: [Float], _ g: [Float], skipsZeros: Bool) -> [Float] {
        let gradient = g.map(Double.init)
        return rows { row in
            var sums = [Double](repeating: 0, count: filter.outputs)
            pixels(of: row) { pixel, source in
                if skipsZeros && x[source] == 0 { return }
                addScaled(&sums, Double(x[source]), gradient, from: pixel * output.channelStride)
            }
            return sums.map { Float($0) }
        }
    }

    /// Of spikes, with integers: ``GradientGrid``.
    func inIntegers(_ x: [Float], _ g: [Float]) -> [Float] {
        let channels = output.channelStride
        let grids = parallelMap(channels) { output in
            GradientGrid(of: stride(from: output, to: g.count, by: channels).lazy.map { g[$0] })
        }
        let quantized = g.indices.map { Int64(grids[$0 % channels].quantized(g[$0])) }
        return rows { row in
            var sums = [Int64](repeating: 0, count: filter.outputs)
            pixels(of: row) { pixel, source in
                if x[source] == 0 { return }
                for o in sums.indices { sums[o] += quantized[pixel * channels + o] }
            }
            return sums.indices.map { grids[$0].value(ofSum: sums[$0]) }
        }
    }

    /// Of real values, with Floats in one order: ``ConvolutionOrder``.
    func inPartitions(_ x: [Float], _ g: [Float]) -> [Float] {
        rows { row in
            let partitions = (output.pixels + ConvolutionOrder.partition - 1) / ConvolutionOrder.partition
            let zeros = [Float](repeating: 0, count: filter.outputs)
            var partials = [[Float]](repeating: zeros, count: partitions)
            pixels(of: row) { pixel, source in
                let partition = pixel / ConvolutionOrder.partition
                addProducts(&partials[partition], x[source], g, from: pixel * output.channelStride)
            }
            return (0..<filter.outputs).map { o in SumOrder.merged(partials.map { $0[o] }) }
        }
    }

    private func rows(_ body: @Sendable (Int) -> [Float]) -> [Float] {
        parallelJoin(filter.taps * filter.inputs) { HostLayout.channelWords(body($0)) }
    }

    /// Calls `body` with the output pixels, in the order in which they lie in memory, and with the value of the input that the
    /// row meets there; not where that lies outside the image.
    private func pixels(of row: Int, _ body: (_ pixel: Int, _ source: Int) -> Void) {
        let (tap, channel) = (row / filter.inputs, row % filter.inputs)
        let (a, b) = (tap / filter.width, tap % filter.width)
        for image in 0..<output.images {
            for line in 0..<output.height {
                let r = line * geometry.stride + a - geometry.padding
                guard r >= 0, r < input.height else { continue }
                for column in 0..<output.width {
                    let q = column * geometry.stride + b - geometry.padding
                    guard q >= 0, q < input.width else { continue }
                    body(
                        (image * output.height + line) * output.width + column,
                        ((image * input.height + r) * input.width + q) * input.channelStride + channel
                    )
                }
            }
        }
    }
}
