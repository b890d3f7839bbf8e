import LSNOpenCLRuntime
import LSNTensors

extension OpenCLBackend {
    /// The grid of each output channel's weights, on which spikes select integers: `[2][outputs rounded up]` floats, see
    /// convolution/quantized_weights.cl.
    func weightGrid(of filter: Filter) throws(BackendError) -> any Storage {
        let shape = filter.shape
        let lanes = lanes(of: ImageShape(images: 1, height: 1, width: 1, channels: shape.outputs))
        let grid = try allocate(words: 2 * shape.outputStride)
        let options: [KernelOption] = [lanes.option, .define("OUT_STRIDE", shape.outputStride)]
        let arguments: [KernelArgument] = [
            try .storage(filter.storage), try .storage(grid), .int(shape.taps * shape.inputs),
        ]
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
