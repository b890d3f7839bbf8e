import LSNOpenCLRuntime
import LSNTensors

/// How many pixels and vectors a work-item of the dense kernels holds in registers.
struct DenseTile: Hashable {
    let width: Int
    let vectors: Int
    let pixels: Int
    /// Rows that a work-item makes, so that it does some hundred pixels' work.
    let rows: Int

    /// The tile for rows of a result of this shape, of which `columns` pixels are made together (each phase, under a
    /// stride). Among the numbers of pixels that `registers` hold, that one wins which wastes the fewest at the end of a
    /// row; where registers are few, small tiles cost more, for they load weights more often. No result depends on it.
    init(of result: ImageShape, columns: Int, registers: VectorRegisters) {
        width = result.vectorWidth
        vectors = registers.vectors(of: result)
        // Of 32 registers, 14 pixels × 1 vector, 10 × 2 and 8 × 3 leave room for the weights.
        let limit = registers.areMany ? [14, 10, 8][vectors - 1] : registers.sums(of: width)
        func cost(_ pixels: Int) -> Int {
            let tiles = (columns + pixels - 1) / pixels
            return registers.areMany ? tiles * pixels : tiles * (pixels + 2)
        }
        pixels = (min(4, limit)...limit).min { (cost($0), -$0) < (cost($1), -$1) } ?? limit
        rows = max(1, 128 / result.width)
    }

    var options: [KernelOption] {
        [.define("WIDTH", width), .define("TILE_PIXELS", pixels), .define("TILE_VECTORS", vectors)]
    }
}

/// Convolutions of real values, forward and to the input's gradient: tiles in registers.
extension OpenCLBackend {
    func denseForward(
        _ plan: ConvolutionPlan,
        input: RealTensor,
        filter: Filter,
        output: RealTensor
    ) throws(BackendError) {
        let shape = plan.output
        let tile = DenseTile(of: shape, columns: shape.width, registers: registers)
        let bands = (shape.height + tile.rows - 1) / tile.rows
        try run(
            "dense_forward",
            "convolution/simd/dense_forward.cl",
            options: plan.options + tile.options,
            arguments: [.storage(input.storage), .storage(filter.storage), .storage(output.storage)]
                + plan.extents + [.int(tile.rows)],
            global: [shape.images * bands, shape.channelStride / (tile.width * tile.vectors)]
        )
    }

    func denseBackwardData(_ call: BackwardDataCall) throws(BackendError) {
        let plan = call.plan.joiningRows
        let file = "convolution/simd/dense_backward_data.cl"
        let input = plan.input
        let stride = plan.geometry.stride
        let tile = DenseTile(of: input, columns: (input.width + stride - 1) / stride, registers: registers)
        let options = plan.options + tile.options
        let transposed = try allocate(words: plan.filter.taps * plan.output.channels * input.channelStride)
        try run(
            "transpose_filter",
            file,
            options: options,
            arguments: [.storage(call.filter), .storage(transposed)],
            global: [input.channelStride / 8, plan.output.channels, plan.filter.taps]
        )
        let bands = (input.height + tile.rows - 1) / tile.rows
        try run(
            "dense_backward_data",
            file,
            options: options,
            arguments: [.storage(call.gradient), .storage(transposed), .storage(call.result)]
                + plan.extents + [.int(tile.rows), .int32(call.accumulates ? 1 : 0)],
            global: [input.images * bands, input.channelStride / (tile.width * tile.vectors)]
        )
    }
}
