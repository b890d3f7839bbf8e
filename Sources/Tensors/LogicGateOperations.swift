/// The gradients of a logic gate's three inputs.
public struct LogicGateGradients<B: StorageOperations>: Sendable {
    /// ∂L/∂X, through the gate only.
    public let input: RealTensor<B>
    /// ∂L/∂E.
    public let excitatory: RealTensor<B>
    /// ∂L/∂I.
    public let inhibitory: RealTensor<B>

    /// Gathers what belongs together.
    public init(input: RealTensor<B>, excitatory: RealTensor<B>, inhibitory: RealTensor<B>) {
        self.input = input
        self.excitatory = excitatory
        self.inhibitory = inhibitory
    }
}

/// The gate in which a block's input X meets its excitatory branch E and its inhibitory branch I (eqs. 5–10).
public protocol LogicGateOperations: StorageOperations {
    /// X' = E where E ≠ I, else X: `bitselect(X, E, E ^ I)` on packed words.
    func logicGate(
        input: SpikeTensor<Self>,
        excitatory: SpikeTensor<Self>,
        inhibitory: SpikeTensor<Self>
    ) throws(BackendError) -> SpikeTensor<Self>

    /// The gate's three gradients from ∂L/∂X', of its real-valued form X' = (1 − T)·X + H, T = E + I − 2EI, H = E − EI:
    ///
    ///     ∂X'/∂X = 1 − E − I + 2EI     ∂X'/∂E = 1 − X − I + 2XI     ∂X'/∂I = 2XE − X − E
    ///
    /// `gradient` is spent: ∂L/∂X may stand in its memory.
    func logicGateBackward(
        _ gradient: RealTensor<Self>,
        input: SpikeTensor<Self>,
        excitatory: SpikeTensor<Self>,
        inhibitory: SpikeTensor<Self>
    ) throws(BackendError) -> LogicGateGradients<Self>
}
