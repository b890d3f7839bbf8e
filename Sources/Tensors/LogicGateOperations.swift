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
public protocol LogicGateOperations: StorageOperations {
    /// X' = E where E ≠ I, else X: `bitselect(X, E, E ^ I)` on packed words.
    func logicGate(
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> SpikeTensor

    /// The gate's three gradients from ∂L/∂X', of its real-valued form X' = (1 − T)·X + H, T = E + I − 2EI, H = E − EI:
    ///
    ///     ∂X'/∂X = 1 − E − I + 2EI     ∂X'/∂E = 1 − X − I + 2XI     ∂X'/∂I = 2XE − X − E
    ///
    /// `gradient` is spent: ∂L/∂X may stand in its memory.
    func logicGateBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> LogicGateGradients

    /// X' of ``SpikeGate``, on packed words.
    func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeTensor

    /// The gate's two gradients from ∂L/∂X', which is spent: ∂L/∂X may stand in its memory.
    ///
    ///     AND: ∂X'/∂X = O, ∂X'/∂O = X        IAND: ∂X'/∂X = 1 − O, ∂X'/∂O = −X
    func spikeGateBackward(
        _ gate: SpikeGate,
        gradient: RealTensor,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeGateGradients
}
