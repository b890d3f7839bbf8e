import LSNOpenCLRuntime
import LSNTensors

/// The gradient of a convolution's weights, by the kernel that suits the input; see Convolution.swift.
extension OpenCLBackend {
    func sparseBackwardFilter(
        _ plan: ConvolutionPlan,
        _ tile: SparseFilterTile,
        spikes: SpikeTensor,
        gradient: RealTensor,
        result: Filter
    ) throws(BackendError) {
        try sumOverPartitions(tile.partitions, result) { partial throws(BackendError) in
            try run(
                "sparse_backward_filter",
                "convolution/simd/sparse_backward_filter.cl",
                options: plan.options + tile.options,
                arguments: [.storage(spikes.storage), .storage(gradient.storage), .storage(partial)] + plan.extents
                    + [.int(plan.input.images), .int(tile.tiles), .int(tile.partitionTiles)],
                global: [plan.chunks / tile.vectors, tile.partitions]
            )
        }
    }

    func lookupBackwardFilter(
        _ plan: ConvolutionPlan,
        spikes: SpikeTensor,
        gradient: RealTensor,
        result: Filter
    ) throws(BackendError) {
        try pixelwiseBackwardFilter(
            "lookup_backward_filter",
            plan,
            options: plan.lookupOptions,
            source: spikes.storage,
            gradient: gradient,
            result: result,
            items: [
                plan.chunks / plan.lookupVectors,
                plan.input.wordsPerPixel * plan.filter.taps / plan.lookupColumns,
            ]
        )
    }

    func denseBackwardFilter(
        _ plan: ConvolutionPlan,
        input: RealTensor,
        gradient: RealTensor,
        result: Filter
    ) throws(BackendError) {
        let tileChannels = min(8, plan.input.channels)
        try pixelwiseBackwardFilter(
            "dense_backward_filter",
            plan,
            options: plan.options + [.define("WIDTH", plan.width), .define("TILE_CHANNELS", tileChannels)],
            source: input.storage,
            gradient: gradient,
            result: result,
            items: [plan.chunks, plan.filter.taps * ((plan.input.channels + tileChannels - 1) / tileChannels)]
        )
    }

    /// Runs a kernel whose partitions are runs of output pixels.
    private func pixelwiseBackwardFilter(
        _ kernel: String,
        _ plan: ConvolutionPlan,
        options: [KernelOption],
        source: any Storage,
        gradient: RealTensor,
        result: Filter,
        items: [Int]
    ) throws(BackendError) {
        let partitions = plan.partitions(items: items[0] * items[1])
        try sumOverPartitions(partitions, result) { partial throws(BackendError) in
            try run(
                kernel,
                "convolution/simd/\(kernel).cl",
                options: options,
                arguments: [.storage(source), .storage(gradient.storage), .storage(partial)] + plan.extents
                    + [
                        .int(plan.output.pixels),
                        .int((plan.output.pixels + partitions - 1) / partitions),
                    ],
                global: items + [partitions]
            )
        }
    }
}
