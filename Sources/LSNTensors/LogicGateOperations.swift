/// The gradients of a logic gate's three inputs.
public struct LogicGateGradients: Sendable {
    /// ∂L/∂X, through the gate only.
    public let input: RealTensor
    /// ∂L/∂E.
    public let excitatory: RealTensor
    /// ∂L/∂I.
    public let inhibitory: RealTensor

    /// Gathers what belongs together.
    public init(input: RealTensor, excitatory: RealTensor, inhibitory: RealTensor) {
        self.input = input
        self.excitatory = excitatory
        self.inhibitory = inhibitory
    }
}

/// The gates in which SEW-ResNet joins a block's input X and its branch O, both spikes (Fang et al.).
public enum SpikeGate: String, CaseIterable, Hashable, Sendable {
    /// X' = O·X.
    case and
    /// X' = (1 − O)·X.
    case iand
}

/// The gradients of a spike gate's two inputs.
public struct SpikeGateGradients: Sendable {
    /// ∂L/∂X, through the gate only.
    public let input: RealTensor
    /// ∂L/∂O.
    public let branch: RealTensor

    /// Gathers what belongs together.
    public init(input: RealTensor, branch: RealTensor) {
        self.input = input
        self.branch = branch
    }
}

/// The gate in which a block's input X meets its excitatory branch E and its inhibitory branch I (eqs. 5–10).
extension Backend {
    /// X' = E where E ≠ I, else X: `bitselect(X, E, E ^ I)` on packed words.
    public func logicGate(
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> SpikeTensor {
        try requireGate(input, excitatory, inhibitory, "logicGate")
        let output = try newSpikes(input.shape)
        try kernels.logicGate.logicGate(input: input, excitatory: excitatory, inhibitory: inhibitory, output: output)
        return output
    }

    /// The gate's three gradients from ∂L/∂X', of its real-valued form X' = (1 − T)·X + H, T = E + I − 2EI, H = E − EI:
    ///
    ///     ∂X'/∂X = 1 − E − I + 2EI     ∂X'/∂E = 1 − X − I + 2XI     ∂X'/∂I = 2XE − X − E
    ///
    /// `gradient` is spent: ∂L/∂X stands in its memory.
    public func logicGateBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> LogicGateGradients {
        let operation = "logicGateBackward"
        try requireGate(input, excitatory, inhibitory, operation)
        try requireEqual(gradient.shape, input.shape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        let gradients = LogicGateGradients(
            input: gradient,
            excitatory: try newTensor(input.shape),
            inhibitory: try newTensor(input.shape)
        )
        try kernels.logicGate.logicGateBackward(
            gradients,
            input: input,
            excitatory: excitatory,
            inhibitory: inhibitory
        )
        return gradients
    }

    /// X' of ``SpikeGate``, on packed words.
    public func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeTensor {
        try requireGate(input, branch, "spikeGate")
        let output = try newSpikes(input.shape)
        try kernels.logicGate.spikeGate(gate, input: input, branch: branch, output: output)
        return output
    }

    /// The gate's two gradients from ∂L/∂X', which is spent: ∂L/∂X stands in its memory.
    ///
    ///     AND: ∂X'/∂X = O, ∂X'/∂O = X        IAND: ∂X'/∂X = 1 − O, ∂X'/∂O = −X
    public func spikeGateBackward(
        _ gate: SpikeGate,
        gradient: RealTensor,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeGateGradients {
        let operation = "spikeGateBackward"
        try requireGate(input, branch, operation)
        try requireEqual(gradient.shape, input.shape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        let gradients = SpikeGateGradients(input: gradient, branch: try newTensor(input.shape))
        try kernels.logicGate.spikeGateBackward(gate, gradients, input: input, branch: branch)
        return gradients
    }

    private func requireGate(_ input: SpikeTensor, _ branch: SpikeTensor, _ operation: String) throws(BackendError) {
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

/// What the gates of ``Backend`` run.
public protocol LogicGateKernels: Sendable {
    /// X' of the logic gate.
    func logicGate(
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor,
        output: SpikeTensor
    ) throws(BackendError)

    /// Its three gradients. That of the input holds ∂L/∂X' at first.
    func logicGateBackward(
        _ gradients: LogicGateGradients,
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError)

    /// X' of AND or IAND.
    func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor,
        branch: SpikeTensor,
        output: SpikeTensor
    ) throws(BackendError)

    /// Its two gradients. That of the input holds ∂L/∂X' at first.
    func spikeGateBackward(
        _ gate: SpikeGate,
        _ gradients: SpikeGateGradients,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError)
}
