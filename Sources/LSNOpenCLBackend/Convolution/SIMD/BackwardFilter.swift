import LSNOpenCLRuntime
import LSNTensors

/// The gradient of a convolution's weights, by the kernel that suits the input; see Convolution.swift.
extension OpenCLBackend {
    func sparseBackwardFilter(_ call: BackwardFilterCall, _ tile: SparseFilterTile) throws(BackendError) {
        let plan = call.plan
        try sumOverPartitions(tile.partitions, call) { partial throws(BackendError) in
            try run(
                "sparse_backward_filter",
                "convolution/simd/sparse_backward_filter.cl",
                options: plan.options + tile.options + [call.sums.option],
                arguments: [.storage(call.input), .storage(call.gradient), .storage(partial)] + plan.extents
                    + [.int(plan.input.images), .int(tile.tiles), .int(tile.partitionTiles)],
                global: [plan.chunks / tile.vectors, tile.partitions]
            )
        }
    }

    func lookupBackwardFilter(_ call: BackwardFilterCall) throws(BackendError) {
        let plan = call.plan
        try pixelwiseBackwardFilter(
            "lookup_backward_filter",
            call,
            options: plan.lookupOptions(vectors: plan.lookupVectors) + [call.sums.option],
            items: [
                plan.chunks / plan.lookupVectors,
                plan.input.wordsPerPixel * plan.filter.taps / plan.lookupColumns,
            ]
        )
    }

    func denseBackwardFilter(_ call: BackwardFilterCall) throws(BackendError) {
        let plan = call.plan
        let tileChannels = min(8, plan.input.channels)
        try pixelwiseBackwardFilter(
            "dense_backward_filter",
            call,
            options: plan.options + [.define("WIDTH", plan.width), .define("TILE_CHANNELS", tileChannels)],
            items: [plan.chunks, plan.filter.taps * ((plan.input.channels + tileChannels - 1) / tileChannels)]
        )
    }

    /// Runs a kernel whose partitions are runs of output pixels.
    private func pixelwiseBackwardFilter(
        _ kernel: String,
        _ call: BackwardFilterCall,
        options: [KernelOption],
        items: [Int]
    ) throws(BackendError) {
        let plan = call.plan
        let pixels = plan.output.pixels
        let partitions = call.sums.partitions(of: pixels, wanted: plan.partitions(items: items[0] * items[1]))
        try sumOverPartitions(partitions.count, call) { partial throws(BackendError) in
            try run(
                kernel,
                "convolution/simd/\(kernel).cl",
                options: options,
                arguments: [.storage(call.input), .storage(call.gradient), .storage(partial)] + plan.extents
                    + [.int(pixels), .int(partitions.pixels)],
                global: items + [partitions.count]
            )
        }
    }
}
