import OpenCLRuntime
import Tensors

/// The gradient of a convolution's weights, by the kernel that suits the input; see Convolution.swift.
extension OpenCLBackend {
    func eventBackwardFilter(
        _ plan: ConvolutionPlan,
        _ tile: EventTile,
        spikes: SpikeTensor,
        gradient: RealTensor,
        result: Filter
    ) throws(BackendError) {
        try sumOverPartitions(tile.partitions, result) { partial throws(BackendError) in
            try run(
                "event_backward_filter",
                "convolution/event_backward_filter.cl",
                options: plan.options + tile.options,
                arguments: [.storage(spikes.storage), .storage(gradient.storage), .storage(partial)] + plan.extents
                    + [.int(plan.input.images), .int(tile.tiles), .int(tile.partitionTiles)],
                global: [plan.chunks / tile.vectors, tile.partitions]
            )
        }
    }

    func lookUpBackwardFilter(
        _ plan: ConvolutionPlan,
        spikes: SpikeTensor,
        gradient: RealTensor,
        result: Filter
    ) throws(BackendError) {
        try pixelwiseBackwardFilter(
            "spike_backward_filter",
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
                "convolution/\(kernel).cl",
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

    /// Lets `body` write a gradient for each partition, one behind the other, and adds them in order.
    func sumOverPartitions(
        _ partitions: Int,
        _ result: Filter,
        _ body: (any Storage) throws(BackendError) -> Void
    ) throws(BackendError) {
        let words = result.shape.words
        guard partitions > 1 else { return try body(result.storage) }
        let partial = try allocate(words: partitions * words)
        try body(partial)
        try sumPartitions(partial, count: words, partitions: partitions, result: result.storage)
    }

    /// The sum of `partitions` runs of `count` floats, in order.
    func sumPartitions(
        _ partial: any Storage,
        count: Int,
        partitions: Int,
        result: any Storage
    ) throws(BackendError) {
        try run(
            "sum_partitions",
            "convolution/sum_partitions.cl",
            options: [],
            arguments: [
                .storage(partial), .storage(result), .uint32(UInt32(count)), .int(partitions),
            ],
            global: [count / 8]
        )
    }
}
