import LSNOpenCLRuntime
public import LSNTensors

// Kernels/logic/gate.cl.
extension OpenCLBackend: LogicGateKernels {
    /// X' = E where E ≠ I, else X, on packed words.
    public func logicGate(
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor,
        output: SpikeTensor
    ) throws(BackendError) {
        // Runs start at multiples of 16 words: the kernels' vectors lie aligned.
        let runs = wordRuns(input.shape.spikeWords, bytes: 4 * wordBytes)
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
    }

    /// The gate's three gradients from ∂L/∂X'; ∂L/∂X stands in the gradient's memory.
    public func logicGateBackward(
        _ gradients: LogicGateGradients,
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) {
        let shape = input.shape
        let cut = wholePixelLanes(of: shape)
        let runs = pixelRuns(shape.pixels, bytes: 4 * cut.itemWidth * wordBytes, keepsNothing: true)
        try run(
            "logic_gate_backward",
            "logic/gate.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(gradients.input.storage), .storage(input.storage), .storage(excitatory.storage),
                .storage(inhibitory.storage), .storage(gradients.excitatory.storage),
                .storage(gradients.inhibitory.storage), .int(shape.pixels), .int(shape.channelStride),
                .int(shape.wordsPerPixel), .int(cut.itemWidth), .int(runs.length),
            ],
            global: range(cut.items, by: runs.count)
        )
    }

    /// X·O or X·(1 − O), on packed words.
    public func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor,
        branch: SpikeTensor,
        output: SpikeTensor
    ) throws(BackendError) {
        let runs = wordRuns(input.shape.spikeWords, bytes: 3 * wordBytes)
        try run(
            "spike_gate",
            "logic/gate.cl",
            options: [lanes(of: input.shape).option, .define("NEGATED", gate == .iand)],
            arguments: [
                .storage(input.storage), .storage(branch.storage), .storage(output.storage),
            ] + runs.arguments,
            global: [runs.count]
        )
    }

    /// The gate's two gradients from ∂L/∂X'; ∂L/∂X stands in the gradient's memory.
    public func spikeGateBackward(
        _ gate: SpikeGate,
        _ gradients: SpikeGateGradients,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) {
        let shape = input.shape
        let cut = wholePixelLanes(of: shape)
        let runs = pixelRuns(shape.pixels, bytes: 3 * cut.itemWidth * wordBytes, keepsNothing: true)
        try run(
            "spike_gate_backward",
            "logic/gate.cl",
            options: [lanes(of: shape).option, .define("NEGATED", gate == .iand)],
            arguments: [
                .storage(gradients.input.storage), .storage(input.storage), .storage(branch.storage),
                .storage(gradients.branch.storage), .int(shape.pixels), .int(shape.channelStride),
                .int(shape.wordsPerPixel), .int(cut.itemWidth), .int(runs.length),
            ],
            global: range(cut.items, by: runs.count)
        )
    }
}
