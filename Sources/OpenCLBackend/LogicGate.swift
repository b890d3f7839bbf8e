import OpenCLRuntime
public import Tensors

// Kernels/logic/gate.cl.
extension OpenCLBackend: LogicGateOperations {
    /// X' = E where E ≠ I, else X, on packed words.
    public func logicGate(
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> SpikeTensor {
        try requireGate(input, excitatory, inhibitory, "logicGate")
        let output = try newSpikes(input.shape)
        let count = input.shape.spikeWords
        try require(count <= Int(Int32.max), "logicGate", "shape \(input.shape) has 2³¹ words or more")
        // Runs start at multiples of 16 words: the kernels' vectors lie aligned.
        let runs = try wordRuns(count, bytes: 4 * wordBytes, "logicGate")
        try run(
            "logic_gate",
            "logic/gate.cl",
            options: [lanes(of: input.shape).option],
            arguments: [
                .storage(input.storage), .storage(excitatory.storage), .storage(inhibitory.storage),
                .storage(output.storage),
            ] + runs.arguments,
            global: [runs.count]
        )
        return output
    }

    /// The gate's three gradients from ∂L/∂X'; ∂L/∂X stands in the gradient's memory.
    public func logicGateBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> LogicGateGradients {
        let operation = "logicGateBackward"
        let shape = input.shape
        try requireGate(input, excitatory, inhibitory, operation)
        try requireEqual(gradient.shape, shape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        let excitatoryGradient = try newTensor(shape)
        let inhibitoryGradient = try newTensor(shape)
        let runs = pixelRuns(shape.pixels, bytes: 4 * shape.channelStride * wordBytes)
        try run(
            "logic_gate_backward",
            "logic/gate.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(gradient.storage), .storage(input.storage), .storage(excitatory.storage),
                .storage(inhibitory.storage), .storage(excitatoryGradient.storage),
                .storage(inhibitoryGradient.storage), .int(shape.pixels), .int(shape.channelStride),
                .int(shape.wordsPerPixel), .int(runs.length),
            ],
            global: [runs.count]
        )
        return LogicGateGradients(
            input: gradient,
            excitatory: excitatoryGradient,
            inhibitory: inhibitoryGradient
        )
    }

    /// X·O or X·(1 − O), on packed words.
    public func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeTensor {
        try requireGate(input, branch, "spikeGate")
        let output = try newSpikes(input.shape)
        let count = input.shape.spikeWords
        try require(count <= Int(Int32.max), "spikeGate", "shape \(input.shape) has 2³¹ words or more")
        let runs = try wordRuns(count, bytes: 3 * wordBytes, "spikeGate")
        try run(
            "spike_gate",
            "logic/gate.cl",
            options: [lanes(of: input.shape).option, .define("NEGATED", gate == .iand)],
            arguments: [
                .storage(input.storage), .storage(branch.storage), .storage(output.storage),
            ] + runs.arguments,
            global: [runs.count]
        )
        return output
    }

    /// The gate's two gradients from ∂L/∂X'; ∂L/∂X stands in the gradient's memory.
    public func spikeGateBackward(
        _ gate: SpikeGate,
        gradient: RealTensor,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeGateGradients {
        let operation = "spikeGateBackward"
        let shape = input.shape
        try requireGate(input, branch, operation)
        try requireEqual(gradient.shape, shape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        let branchGradient = try newTensor(shape)
        let runs = pixelRuns(shape.pixels, bytes: 3 * shape.channelStride * wordBytes)
        try run(
            "spike_gate_backward",
            "logic/gate.cl",
            options: [lanes(of: shape).option, .define("NEGATED", gate == .iand)],
            arguments: [
                .storage(gradient.storage), .storage(input.storage), .storage(branch.storage),
                .storage(branchGradient.storage), .int(shape.pixels), .int(shape.channelStride),
                .int(shape.wordsPerPixel), .int(runs.length),
            ],
            global: [runs.count]
        )
        return SpikeGateGradients(input: gradient, branch: branchGradient)
    }

    private func requireGate(
        _ input: SpikeTensor,
        _ branch: SpikeTensor,
        _ operation: String
    ) throws(BackendError) {
        try require(input, operation, "the input")
        try requireEqual(branch.shape, input.shape, operation, "the branch")
        try require(branch, operation, "the branch")
    }

    private func requireGate(
        _ input: SpikeTensor,
        _ excitatory: SpikeTensor,
        _ inhibitory: SpikeTensor,
        _ operation: String
    ) throws(BackendError) {
        try require(input, operation, "the input")
        try requireEqual(excitatory.shape, input.shape, operation, "the excitatory branch")
        try require(excitatory, operation, "the excitatory branch")
        try requireEqual(inhibitory.shape, input.shape, operation, "the inhibitory branch")
        try require(inhibitory, operation, "the inhibitory branch")
    }
}
