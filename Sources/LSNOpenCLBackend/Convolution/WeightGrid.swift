import LSNOpenCLRuntime
import LSNTensors

extension OpenCLBackend {
    /// The grid of each output channel's weights, on which spikes select integers: `[2][outputs rounded up]` floats, see
    /// convolution/quantized_weights.cl.
    func newGrid(of filter: Filter) throws(BackendError) -> any Storage {
        let shape = filter.shape
        return try powerOfTwoGrid(
            of: filter.storage,
            rows: shape.taps * shape.inputs,
            channels: shape.outputs,
            groups: precision == .highest
                ? [] : [.define("KH", shape.height), .define("KW", shape.width), .define("INPUTS", shape.inputs)]
        )
    }

    /// The grid of each channel of `rows` rows of values, the finest of fewer than 2,048 rows, else one at which no sum of them
    /// leaves 32 bits; with `groups`, which say how rows form groups, one at which no sum of a group leaves 16.
    func powerOfTwoGrid(
        of values: any Storage,
        rows: Int,
        channels: Int,
        groups: [KernelOption] = []
    ) throws(BackendError) -> any Storage {
        let shape = ImageShape(images: 1, height: 1, width: 1, channels: channels)
        let lanes = lanes(of: shape)
        let grid = try allocate(words: 2 * shape.channelStride)
        let options: [KernelOption] =
            [lanes.option, .define("OUT_STRIDE", shape.channelStride), .define("GROUPED", !groups.isEmpty)] + groups
        let arguments: [KernelArgument] = [try .storage(values), try .storage(grid), .int(rows)]
        switch mapping {
        case .simd:
            try run(
                "weight_grid",
                "convolution/simd/weight_grid.cl",
                options: options,
                arguments: arguments,
                global: [lanes.chunks]
            )
        case .simt:
            // Lanes that lie side by side read up to 128 bytes of a row together.
            let columns = [8, 4, 2].first { lanes.chunks.isMultiple(of: $0) } ?? 1
            let parts = WorkMapping.mostWorkGroupItems / columns
            try run(
                "weight_grid",
                "convolution/simt/weight_grid.cl",
                options: options + [.define("CHUNKS", columns), .define("PARTS", parts)],
                arguments: arguments,
                global: [lanes.chunks, parts],
                local: [columns, parts]
            )
        }
        return grid
    }
}
