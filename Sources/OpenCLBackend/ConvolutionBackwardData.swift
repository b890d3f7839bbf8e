import OpenCLRuntime
public import Tensors

extension OpenCLBackend {
    /// ∂L/∂x, written to `result` or added to it.
    public func convolveBackwardData(
        _ gradient: RealTensor,
        filter: Filter,
        geometry: WindowGeometry,
        result: RealTensor,
        accumulates: Bool
    ) throws(BackendError) {
        let plan = ConvolutionPlan(input: result.shape, filter: filter.shape, geometry: geometry)
        let call = BackwardDataCall(
            plan: plan,
            gradient: gradient.storage,
            filter: filter.storage,
            result: result.storage,
            accumulates: accumulates
        )
        if mapping == .groups {
            try groupBackwardData(call)
        } else if let tile = WinogradTile(of: plan, smallestChannels: choices.winogradChannels, registers: registers) {
            try byWinograd(call, tile)
        } else {
            try directly(call)
        }
    }

    private func directly(_ call: BackwardDataCall) throws(BackendError) {
        let plan = call.plan.joiningRows
        let file = "convolution/backward_data.cl"
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
            "backward_data",
            file,
            options: options,
            arguments: [.storage(call.gradient), .storage(transposed), .storage(call.result)]
                + plan.extents + [.int(tile.rows), .int32(call.accumulates ? 1 : 0)],
            global: [input.images * bands, input.channelStride / (tile.width * tile.vectors)]
        )
    }

    private func byWinograd(_ call: BackwardDataCall, _ tile: WinogradTile) throws(BackendError) {
        let plan = call.plan
        let file = "convolution/winograd_backward_data.cl"
        let turned = try allocate(words: 36 * plan.output.channels * plan.input.channelStride)
        try run(
            "turn_filter",
            file,
            options: plan.options + tile.options,
            arguments: [.storage(call.filter), .storage(turned)],
            global: [plan.input.channelStride / tile.width, (plan.output.channels + 15) / 16]
        )
        guard !tile.isByPosition else { return try byPosition(call, tile, turned: turned) }
        let items = min(tile.blocks, tile.items(computeUnits: computeUnits))
        let scratch = try allocate(words: items * tile.scratchWords)
        try run(
            "winograd_backward_data",
            file,
            options: plan.options + tile.options,
            arguments: [.storage(call.gradient), .storage(turned), .storage(call.result), .storage(scratch)]
                + plan.extents + [.int(tile.tiles), .int32(call.accumulates ? 1 : 0)],
            global: [items]
        )
    }

    /// Sources, products and pixels of all tiles, one after the other.
    private func byPosition(
        _ call: BackwardDataCall,
        _ tile: WinogradTile,
        turned: any Storage
    ) throws(BackendError) {
        let plan = call.plan
        func run(_ kernel: String, _ arguments: [KernelArgument], _ global: [Int]) throws(BackendError) {
            try self.run(
                kernel,
                "convolution/winograd_backward_data.cl",
                options: plan.options + tile.options,
                arguments: arguments,
                global: global
            )
        }
        let sources = try allocate(words: 36 * tile.filled * plan.output.channelStride)
        let products = try allocate(words: 36 * tile.filled * plan.input.channelStride)
        let groups = plan.input.channelStride / (tile.vectors * tile.width)
        let (tiles, filled) = (KernelArgument.int(tile.tiles), KernelArgument.int(tile.filled))
        try run(
            "winograd_sources",
            [.storage(call.gradient), .storage(sources)] + plan.extents + [tiles, filled],
            [(tile.filled + tile.block - 1) / tile.block]
        )
        try run(
            "winograd_products",
            [.storage(sources), .storage(turned), .storage(products), filled],
            [groups, 36]
        )
        try run(
            "winograd_pixels",
            [
                .storage(products), .storage(call.result), .int(plan.input.height), .int(plan.input.width), tiles,
                filled,
                .int32(call.accumulates ? 1 : 0),
            ],
            [tile.blocks, groups]
        )
    }
}

/// The operands of one gradient of an input.
struct BackwardDataCall {
    let plan: ConvolutionPlan
    let gradient: any Storage
    let filter: any Storage
    let result: any Storage
    let accumulates: Bool
}
