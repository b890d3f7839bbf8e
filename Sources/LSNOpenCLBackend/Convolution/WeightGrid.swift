import LSNOpenCLRuntime
import LSNTensors

extension OpenCLBackend {
    /// The grid of each output channel's weights, on which spikes select integers: `[2][outputs rounded up]` floats, see
    /// convolution/weight_levels.cl.
    func weightGrid(of filter: Filter) throws(BackendError) -> any Storage {
        let shape = filter.shape
        let lanes = lanes(of: ImageShape(images: 1, height: 1, width: 1, channels: shape.outputs))
        let grid = try allocate(words: 2 * shape.outputStride)
        // Lanes that lie side by side read up to 128 bytes of a row together.
        let columns = mapping == .simt ? [8, 4, 2].first { lanes.chunks.isMultiple(of: $0) } ?? 1 : 1
        let parts = mapping == .simt ? WorkMapping.mostWorkGroupItems / columns : 1
        try run(
            "weight_grid",
            "convolution/weight_grid.cl",
            options: [
                lanes.option, .define("OUT_STRIDE", shape.outputStride), .define("CHUNKS", columns),
                .define("PARTS", parts),
            ],
            arguments: [.storage(filter.storage), .storage(grid), .int(shape.taps * shape.inputs)],
            global: [lanes.chunks, parts],
            local: [columns, parts]
        )
        return grid
    }
}
