import OpenCLRuntime
public import Tensors

// Kernels/neuron: fire.cl, fire_backward.cl, leak_gradient.cl; the norm's gradients go on in
// Kernels/normalization/backward.cl.
extension OpenCLBackend: NeuronOperations {
    /// Normalises `input` (or takes it as it is, without `normalization`) and steps the neuron over all T, in one kernel.
    public func fire(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor {
        let operation = "fire"
        let layer = try NeuronLayer(self, input, normalization, neuron, leak, time, operation)
        try require(!neuron.isMultiLevel, operation, "a neuron of \(neuron.thresholds.count) levels leaves no spikes")
        let output = try newSpikes(layer.outputShape)
        try fire(layer, output: output.storage)
        return output
    }

    /// The same kernel for a neuron of several thresholds: how many of them fire.
    public func fireLevels(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis
    ) throws(BackendError) -> RealTensor {
        let operation = "fireLevels"
        let layer = try NeuronLayer(self, input, normalization, neuron, leak, time, operation)
        try require(neuron.isMultiLevel, operation, "a neuron of one level leaves spikes")
        let output = try newTensor(layer.outputShape)
        try fire(layer, output: output.storage)
        return output
    }

    private func fire(_ layer: NeuronLayer, output: any Storage) throws(BackendError) {
        let shape = layer.input.shape
        let wordStride = min(shape.channelStride, ImageShape.spikesPerWord)
        let runs = pixelRuns(layer.pixels, bytes: layer.inputSteps * wordStride * wordBytes)
        try run(
            "fire",
            "neuron/fire.cl",
            options: layer.options + [
                .define("CHUNKS", (wordStride + layer.lanes.width - 1) / layer.lanes.width)
            ],
            arguments: [.storage(layer.input.storage)] + layer.normArguments()
                + [
                    .storage(output), .int(layer.pixels), .int(shape.channelStride), .int(shape.wordsPerPixel),
                    .int(shape.channels), .int(runs.length), layer.leakArgument(),
                ] + layer.thresholdArguments,
            global: [shape.wordsPerPixel, runs.count]
        )
    }

    /// ∂L/∂input from ∂L/∂output, back through time, the surrogate and, with `normalization`, the batch's statistics; the
    /// result stands in the gradient's memory.
    public func fireBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis,
        gradients: NormalizationGradients?,
        penalty: PotentialPenalty?
    ) throws(BackendError) -> RealTensor {
        let operation = "fireBackward"
        let layer = try NeuronLayer(self, input, normalization, neuron, leak, time, operation)
        let shape = input.shape
        try requireEqual(gradient.shape, layer.outputShape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        try require(
            (normalization == nil) == (gradients == nil),
            operation,
            "the norm's gradients must be given exactly when there is a norm"
        )
        if let gradients { try require(gradients, channels: shape.channels, operation) }
        if let leak { try require(leak.gradient, channels: 1, operation, "the gradient of the leak's w") }
        if let penalty { try require(penalty, channels: shape.channels, operation) }

        let runs = pixelRuns(layer.pixels, bytes: 2 * time.steps * layer.lanes.groupWidth * wordBytes, isReduced: true)
        let sums = normalization == nil ? nil : try allocate(words: runs.count * 2 * shape.channelStride)
        let leakSums = leak == nil ? nil : try allocate(words: runs.count * shape.channelStride)
        let surrogate = SurrogateNumbers(neuron.surrogate)
        try run(
            "fire_backward",
            "neuron/fire_backward.cl",
            options: layer.options + [
                layer.lanes.groupOption, .define("DETACH_RESET", neuron.detachReset),
                .define("SURROGATE", surrogate.kind),
                .define("PENALIZED", penalty != nil),
            ],
            arguments: [.storage(gradient.storage), .storage(input.storage)] + layer.normArguments(sums: sums)
                + storages([leakSums, penalty?.storage])
                + [.int(layer.pixels), .int(shape.channelStride), .int(runs.length)]
                + [.int(layer.lanes.groupChunks), layer.leakArgument()] + layer.thresholdArguments
                + [.float(surrogate.scale), .float(surrogate.slope)],
            global: [layer.lanes.groups, runs.count]
        )
        if let leak, let leakSums {
            let merged = try mergeSums(leakSums, words: shape.channelStride, runs: runs.count)
            try run(
                "leak_gradient",
                "neuron/leak_gradient.cl",
                options: [layer.lanes.option],
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
        return RealTensor(shape: shape, storage: gradient.storage)
    }

    /// Those that there are.
    private func storages(_ storages: [(any Storage)?]) throws(BackendError) -> [KernelArgument] {
        var arguments: [KernelArgument] = []
        for case let storage? in storages { arguments.append(try .storage(storage)) }
        return arguments
    }

    private func require(
        _ penalty: PotentialPenalty,
        channels: Int,
        _ operation: String
    ) throws(BackendError) {
        try require(
            penalty.channels == channels,
            operation,
            "the penalty has \(penalty.channels) channels, expected \(channels)"
        )
        let words = 2 * roundUp(channels, toMultipleOf: ImageShape.channelGroup)
        try requireRoom(words, in: penalty.storage, operation, "the penalty")
    }
}
