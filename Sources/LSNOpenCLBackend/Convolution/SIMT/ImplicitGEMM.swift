import LSNOpenCLRuntime
import LSNTensors

/// Convolutions as implicit GEMMs: Kernels/convolution/simt.
extension OpenCLBackend {
    /// Forward of spikes: implicit_gemm_forward.cl.
    func implicitGEMMForward(
        _ plan: ConvolutionPlan,
        spikes: SpikeTensor,
        filter: Filter,
        grid: any Storage,
        output: RealTensor
    ) throws(BackendError) {
        try implicitGEMMForward(
            "implicit_gemm_spike_forward",
            plan,
            [.storage(spikes.storage), .storage(filter.storage), .storage(grid), .storage(output.storage)]
        )
    }

    /// Forward of real values: implicit_gemm_forward.cl.
    func implicitGEMMForward(
        _ plan: ConvolutionPlan,
        input: RealTensor,
        filter: Filter,
        output: RealTensor
    ) throws(BackendError) {
        try implicitGEMMForward(
            "implicit_gemm_forward",
            plan,
            [.storage(input.storage), .storage(filter.storage), .storage(output.storage)]
        )
    }

    private func implicitGEMMForward(
        _ kernel: String,
        _ plan: ConvolutionPlan,
        _ operands: [KernelArgument]
    ) throws(BackendError) {
        let tile = ImplicitGEMMTile(rows: plan.output.pixels, columns: plan.output.channelStride)
        try run(
            kernel,
            "convolution/simt/implicit_gemm_forward.cl",
            options: plan.options + tile.options,
            arguments: operands + plan.extents + [.int(plan.output.pixels)],
            global: tile.global(),
            local: ImplicitGEMMTile.workGroup
        )
    }

    /// The gradient of the input: implicit_gemm_backward_data.cl. The phases of a stride are layers.
    func implicitGEMMBackwardData(_ call: BackwardDataCall) throws(BackendError) {
        let plan = call.plan
        let (input, stride) = (plan.input, plan.geometry.stride)
        let phase = input.images * ((input.height + stride - 1) / stride) * ((input.width + stride - 1) / stride)
        let tile = ImplicitGEMMTile(rows: phase, columns: input.channelStride, layers: stride * stride)
        try run(
            "implicit_gemm_backward_data",
            "convolution/simt/implicit_gemm_backward_data.cl",
            options: plan.options + tile.options,
            arguments: [.storage(call.gradient), .storage(call.filter), .storage(call.result)] + plan.extents
                + [.int(input.images), .int32(call.accumulates ? 1 : 0)],
            global: tile.global(layers: stride * stride),
            local: ImplicitGEMMTile.workGroup
        )
    }

    /// The gradient of the weights: implicit_gemm_backward_filter.cl.
    func implicitGEMMBackwardFilter(_ call: BackwardFilterCall, isSpikes: Bool) throws(BackendError) {
        let plan = call.plan
        let (pixels, taps) = (plan.output.pixels, plan.filter.taps)
        // So many pixels are worth a partition's sums; of more there are partitions enough to fill a large device.
        let partitionPixels = 1024
        let most = max(1, (pixels + partitionPixels - 1) / partitionPixels)
        let tile = ImplicitGEMMTile(rows: plan.input.channels, columns: plan.output.channelStride, layers: taps * most)
        let workGroups = tile.rowTiles * tile.columnTiles * taps
        let wanted = max(1, min(most, (1024 + workGroups - 1) / workGroups))
        let partitions = call.sums.partitions(of: pixels, wanted: wanted)
        try sumOverPartitions(partitions.count, call) { partial throws(BackendError) in
            try run(
                "implicit_gemm_backward_filter",
                "convolution/simt/implicit_gemm_backward_filter.cl",
                options: plan.options + tile.options + [.define("SPIKES", isSpikes), call.sums.option],
                arguments: [.storage(call.input), .storage(call.gradient), .storage(partial)] + plan.extents
                    + [.int(pixels), .int(partitions.pixels)],
                global: tile.global(layers: partitions.count, times: taps),
                local: ImplicitGEMMTile.workGroup
            )
        }
    }
}
