import LSNOpenCLRuntime
public import LSNTensors

// Kernels/neuron: fire.cl, or in the SIMT mapping fire_lanes.cl, fire_backward.cl, leak_gradient.cl; the norm's gradients go on
// in Kernels/normalization/backward.cl.
extension OpenCLBackend: NeuronKernels {
    /// As neuron/dynamics.cl has room for.
    public var mostThresholds: Int { NeuronLayer.mostThresholds }

    /// Normalises the input (or takes it as it is, without a norm) and steps the neuron over all T, in one kernel.
    public func fire(_ operands: NeuronOperands, output: Activation) throws(BackendError) {
        let layer = NeuronLayer(operands, lanes: lanes(of: operands.input.shape))
        switch mapping {
        case .simd: try fireByItem(layer, output: output)
        case .simt: try fireByLanes(layer, output: output)
        }
    }

    /// An item makes whole words: neuron/fire.cl.
    private func fireByItem(_ layer: NeuronLayer, output: Activation) throws(BackendError) {
        let shape = layer.input.shape
        let wordStride = min(shape.channelStride, ImageShape.spikesPerWord)
        let runs = pixelRuns(layer.pixels, bytes: layer.inputSteps * wordStride * wordBytes)
        try run(
            "fire",
            "neuron/fire.cl",
            options: layer.options + [
                .define("CHUNKS", (wordStride + layer.lanes.width - 1) / layer.lanes.width)
            ],
            arguments: try layer.fireArguments(output) + [.int(runs.length)] + layer.neuronArguments(),
            global: [shape.wordsPerPixel * runs.count]
        )
    }

    /// Lanes share words: neuron/fire_lanes.cl.
    private func fireByLanes(_ layer: NeuronLayer, output: Activation) throws(BackendError) {
        let lanes = ImageShape.spikesPerWord / layer.lanes.width
        let blocks = (layer.pixels + lanes - 1) / lanes
        let items = 128
        try run(
            "fire_lanes",
            "neuron/fire_lanes.cl",
            options: layer.options + [.define("ITEMS", items)],
            arguments: try layer.fireArguments(output) + layer.neuronArguments(),
            global: [roundUp(layer.input.shape.wordsPerPixel * lanes * blocks, toMultipleOf: items)],
            local: [items]
        )
    }

    /// ∂L/∂input from ∂L/∂output, back through time, the surrogate and, with `normalization`, the batch's statistics; the
    /// result stands in the gradient's memory.
    public func fireBackward(
        _ operands: NeuronOperands,
        gradient: RealTensor,
        gradients: NormalizationGradients?,
        mpd: MPDGradient?
    ) throws(BackendError) {
        let layer = NeuronLayer(operands, lanes: lanes(of: operands.input.shape))
        let (input, neuron, leak) = (operands.input, operands.neuron, operands.leak)
        let (normalization, time, shape) = (operands.normalization, operands.time, operands.input.shape)
        let runs = sumRuns(layer.pixels, bytes: 2 * time.steps * layer.lanes.itemWidth * wordBytes)
        let sums = normalization == nil ? nil : try allocate(words: runs.count * 2 * shape.channelStride)
        let leakSums = leak == nil ? nil : try allocate(words: runs.count * shape.channelStride)
        let surrogate = SurrogateNumbers(neuron.surrogate)
        try run(
            "fire_backward",
            "neuron/fire_backward.cl",
            options: layer.options + [
                layer.lanes.itemOption, .define("DETACH_RESET", neuron.detachReset),
                .define("SURROGATE", surrogate.kind.number),
                .define("MPD_LOSS", mpd != nil),
            ],
            arguments: [.storage(gradient.storage), .storage(input.storage)] + layer.normArguments(sums: sums)
                + storages([leakSums, mpd?.storage])
                + [.int(layer.pixels), .int(shape.channelStride), .int(runs.itemRuns)]
                + [.int(layer.lanes.itemChunks)] + layer.neuronArguments()
                + [.float(surrogate.scale), .float(surrogate.slope)],
            global: range(layer.lanes.items, by: runs.items)
        )
        if let leak, let leakSums {
            let merged = try mergeSums(leakSums, words: shape.channelStride, runs: runs.count)
            try run(
                "leak_gradient",
                "neuron/leak_gradient.cl",
                arguments: [
                    .storage(merged.partials), .storage(leak.weight.storage), .storage(leak.gradient.storage),
                    .int(shape.channelStride), .int(merged.runs),
                ],
                global: [1]
            )
        }
        if let sums, let normalization, let gradients {
            try finishNormalizeBackward(
                gradient.storage,
                partials: sums,
                runs: runs.count,
                input: input,
                normalization: normalization,
                gradients: gradients,
                result: gradient.storage
            )
        }
    }

    /// Those that there are.
    private func storages(_ storages: [(any Storage)?]) throws(BackendError) -> [KernelArgument] {
        var arguments: [KernelArgument] = []
        for case let storage? in storages { arguments.append(try .storage(storage)) }
        return arguments
    }
}
