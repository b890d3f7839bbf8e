import OpenCLRuntime
import Tensors

extension OpenCLBackend {
    /// The grid of each output channel's weights, on which spikes select integers: `[2][outputs rounded up]` floats, see
    /// convolution/weight_levels.cl.
    func weightGrid(_ plan: ConvolutionPlan, _ filter: Filter) throws(BackendError) -> any Storage {
        let lanes = lanes(of: plan.output)
        let grid = try allocate(words: 2 * plan.output.channelStride)
        // Lanes that lie side by side read 128 bytes of a row together.
        let columns = mapping == .groups ? [8, 4, 2].first { lanes.chunks.isMultiple(of: $0) } ?? 1 : 1
        let parts = mapping == .groups ? WorkMapping.mostGroupItems / columns : 1
        try run(
            "weight_grid",
            "convolution/weight_grid.cl",
            options: [
                lanes.option, .define("OUT_STRIDE", plan.output.channelStride), .define("CHUNKS", columns),
                .define("PARTS", parts),
            ],
            arguments: [.storage(filter.storage), .storage(grid), .int(filter.shape.taps * filter.shape.inputs)],
            global: [lanes.chunks, parts],
            local: [columns, parts]
        )
        return grid
    }
}
