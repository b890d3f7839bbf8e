import LSNOpenCLRuntime
import LSNTensors

/// The gradient of an input by Winograd's minimal filtering: winograd_backward_data.cl.
extension OpenCLBackend {
    func winogradBackwardData(_ call: BackwardDataCall, _ tile: WinogradTile) throws(BackendError) {
        let plan = call.plan
        let file = "convolution/simd/winograd_backward_data.cl"
        let transformedFilter = try allocate(words: 36 * plan.output.channels * plan.input.channelStride)
        try run(
            "winograd_filter_transform",
            file,
            options: plan.options + tile.options,
            arguments: [.storage(call.filter), .storage(transformedFilter)],
            global: [plan.input.channelStride / tile.width, (plan.output.channels + 15) / 16]
        )
        guard !tile.isByPosition else { return try byPosition(call, tile, transformedFilter: transformedFilter) }
        let items = min(tile.blocks, tile.items(computeUnits: computeUnits))
        let scratch = try allocate(words: items * tile.scratchWords)
        try run(
            "winograd_backward_data",
            file,
            options: plan.options + tile.options,
            arguments: [.storage(call.gradient), .storage(transformedFilter), .storage(call.result), .storage(scratch)]
                + plan.extents + [.int(tile.tiles), .int32(call.accumulates ? 1 : 0)],
            global: [items]
        )
    }

    /// The input transforms, the products and the output transforms of all tiles, one after the other.
    private func byPosition(
        _ call: BackwardDataCall,
        _ tile: WinogradTile,
        transformedFilter: any Storage
    ) throws(BackendError) {
        let plan = call.plan
        func run(_ kernel: String, _ arguments: [KernelArgument], _ global: [Int]) throws(BackendError) {
            try self.run(
                kernel,
                "convolution/simd/winograd_backward_data.cl",
                options: plan.options + tile.options,
                arguments: arguments,
                global: global
            )
        }
        let transformedInput = try allocate(words: 36 * tile.filled * plan.output.channelStride)
        let products = try allocate(words: 36 * tile.filled * plan.input.channelStride)
        let slices = plan.input.channelStride / (tile.vectors * tile.width)
        let (tiles, filled) = (KernelArgument.int(tile.tiles), KernelArgument.int(tile.filled))
        try run(
            "winograd_input_transform",
            [.storage(call.gradient), .storage(transformedInput)] + plan.extents + [tiles, filled],
            [(tile.filled + tile.block - 1) / tile.block]
        )
        try run(
            "winograd_multiply",
            [.storage(transformedInput), .storage(transformedFilter), .storage(products), filled],
            [slices, 36]
        )
        try run(
            "winograd_output_transform",
            [
                .storage(products), .storage(call.result), .int(plan.input.height), .int(plan.input.width), tiles,
                filled,
                .int32(call.accumulates ? 1 : 0),
            ],
            [tile.blocks, slices]
        )
    }
}
