import OpenCLRuntime
public import Tensors

/// Convolutions, each by the kernels that suit its operands:
///
/// | operation | spikes | real values |
/// |---|---|---|
/// | forward | spike_forward: table look-up | dense_forward: register tiles |
/// | gradient of the weights | spike_backward_filter: buckets | dense_backward_filter: register tiles |
/// | gradient of the input | | backward_data: register tiles on transposed weights; winograd_backward_data |
///
/// The gradient of the input stands in ConvolutionBackwardData.swift.
extension OpenCLBackend: ConvolutionOperations {
    /// y from x and the weights; the kernels' numerics stand in their headers.
    public func convolve(
        _ input: Activation<OpenCLBackend>,
        filter: Filter<OpenCLBackend>,
        geometry: WindowGeometry
    ) throws(BackendError) -> RealTensor<OpenCLBackend> {
        let plan = try ConvolutionPlan("convolve", input: input.shape, filter: filter.shape, geometry: geometry)
        try require(input, "convolve", "the input")
        try requireRoom(filter.shape.words, in: filter.storage, "convolve", "the filter")
        let output = try newTensor(plan.output)
        switch input {
        case .spikes(let spikes): try spikeForward(plan, spikes: spikes, filter: filter, output: output)
        case .real(let values): try denseForward(plan, input: values, filter: filter, output: output)
        }
        return output
    }

    /// ∂L/∂weight, summed over partitions of the pixels in a fixed order.
    public func convolveBackwardFilter(
        input: Activation<OpenCLBackend>,
        gradient: RealTensor<OpenCLBackend>,
        geometry: WindowGeometry,
        result: Filter<OpenCLBackend>
    ) throws(BackendError) {
        let plan = try ConvolutionPlan(
            "convolveBackwardFilter",
            input: input.shape,
            filter: result.shape,
            geometry: geometry,
            output: gradient.shape
        )
        try require(input, "convolveBackwardFilter", "the input")
        try require(gradient, "convolveBackwardFilter", "the gradient")
        try requireRoom(result.shape.words, in: result.storage, "convolveBackwardFilter", "the result")
        let tileChannels = min(8, plan.input.channels)
        let kernel: String
        let options: [KernelOption]
        let source: KernelArgument
        let chunks: Int
        let work: Int
        switch input {
        case .spikes(let spikes):
            kernel = "spike_backward_filter"
            options = plan.lookupOptions
            source = .storage(spikes.storage)
            chunks = plan.chunks / plan.lookupVectors
            work = plan.input.wordsPerPixel * plan.filter.taps / plan.lookupColumns
        case .real(let values):
            kernel = "dense_backward_filter"
            options = plan.options + [.define("WIDTH", plan.width), .define("TILE_CHANNELS", tileChannels)]
            source = .storage(values.storage)
            chunks = plan.chunks
            work = plan.filter.taps * ((plan.input.channels + tileChannels - 1) / tileChannels)
        }
        let partitions = plan.partitions(items: chunks * work)
        let words = plan.filter.words
        let partial = partitions == 1 ? result.storage : try allocate(words: partitions * words)
        try run(
            kernel,
            "convolution/\(kernel).cl",
            options: options,
            arguments: [source, .storage(gradient.storage), .storage(partial)] + plan.extents
                + [
                    .int(plan.output.pixels),
                    .int((plan.output.pixels + partitions - 1) / partitions),
                ],
            global: [chunks, work, partitions]
        )
        if partitions > 1 {
            try sumPartitions(partial, count: words, partitions: partitions, result: result.storage)
        }
    }

    private func spikeForward(
        _ plan: ConvolutionPlan,
        spikes: SpikeTensor<OpenCLBackend>,
        filter: Filter<OpenCLBackend>,
        output: RealTensor<OpenCLBackend>
    ) throws(BackendError) {
        let file = "convolution/spike_forward.cl"
        let block = plan.lookupBlock
        let options = plan.lookupOptions + [.define("BLOCK", block)]
        let tables = try allocate(words: plan.tableFloats)
        try run(
            "subset_sums",
            file,
            options: options,
            arguments: [.storage(filter.storage), .storage(tables)],
            global: [plan.input.wordsPerPixel * plan.filter.taps * plan.groups, plan.chunks]
        )
        try run(
            "spike_forward",
            file,
            options: options,
            arguments: [.storage(spikes.storage), .storage(tables), .storage(output.storage)] + plan.extents
                + [.int(plan.output.pixels)],
            global: [(plan.output.pixels + block - 1) / block, plan.chunks / plan.lookupVectors]
        )
    }

    private func denseForward(
        _ plan: ConvolutionPlan,
        input: RealTensor<OpenCLBackend>,
        filter: Filter<OpenCLBackend>,
        output: RealTensor<OpenCLBackend>
    ) throws(BackendError) {
        let shape = plan.output
        let tile = DenseTile(of: shape, columns: shape.width)
        let bands = (shape.height + tile.rows - 1) / tile.rows
        try run(
            "dense_forward",
            "convolution/dense_forward.cl",
            options: plan.options + tile.options,
            arguments: [.storage(input.storage), .storage(filter.storage), .storage(output.storage)]
                + plan.extents + [.int(tile.rows)],
            global: [shape.images * bands, shape.channelStride / (tile.width * tile.vectors)]
        )
    }

    /// The sum of `partitions` runs of `count` floats, in order.
    func sumPartitions(
        _ partial: Storage,
        count: Int,
        partitions: Int,
        result: Storage
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

extension ConvolutionPlan {
    /// Height and width of the input and of the output, as the kernels take them.
    var extents: [KernelArgument] {
        [
            .int(input.height), .int(input.width),
            .int(output.height), .int(output.width),
        ]
    }
}
