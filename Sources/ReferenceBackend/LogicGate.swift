public import Tensors

// The logic gate (eqs. 5–10 of the LSN paper; its eq. 7 is misprinted, this is eq. 6):
//
//     X' = (¬X ∧ E ∧ ¬I) ∨ (X ∧ ¬E ∧ ¬I) ∨ (X ∧ E)        = E where E ≠ I, else X
//
// Backward, of the real-valued form X' = (1 − T)·X + H, T = E + I − 2EI, H = E − EI:
//
//     ∂X'/∂X = 1 − E − I + 2EI     ∂X'/∂E = 1 − X − I + 2XI     ∂X'/∂I = 2XE − X − E
//
// The gates of SEW-ResNet, O its branch:
//
//     AND:  X' = X·O          ∂X'/∂X = O         ∂X'/∂O = X
//     IAND: X' = X·(1 − O)    ∂X'/∂X = 1 − O     ∂X'/∂O = −X
extension ReferenceBackend {
    /// X' of the formulas above, by its minterms, on packed words.
    public func logicGate(
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> SpikeTensor {
        let operation = "logicGate"
        try requireEqual(excitatory.shape, input.shape, operation, "E")
        try requireEqual(inhibitory.shape, input.shape, operation, "I")
        let x = try loadWords(input, operation, "X")
        let e = try loadWords(excitatory, operation, "E")
        let i = try loadWords(inhibitory, operation, "I")
        let result = x.indices.map { index in
            (~x[index] & e[index] & ~i[index]) | (x[index] & ~e[index] & ~i[index]) | (x[index] & e[index])
        }
        return newSpikes(result, shape: input.shape)
    }

    /// The three gradients of the formulas above, in new tensors.
    public func logicGateBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) -> LogicGateGradients {
        let operation = "logicGateBackward"
        let shape = input.shape
        try requireEqual(excitatory.shape, shape, operation, "E")
        try requireEqual(inhibitory.shape, shape, operation, "I")
        try requireEqual(gradient.shape, shape, operation, "the gradient")
        let g = try load(gradient, operation, "the gradient")
        let x = try load(input, operation, "X")
        let e = try load(excitatory, operation, "E")
        let i = try load(inhibitory, operation, "I")
        // The factors are −1, 0 or 1: nothing is rounded. Spare channels hold g = 0.
        let byInput = g.indices.map { g[$0] * (1 - e[$0] - i[$0] + 2 * e[$0] * i[$0]) }
        let byExcitatory = g.indices.map { g[$0] * (1 - x[$0] - i[$0] + 2 * x[$0] * i[$0]) }
        let byInhibitory = g.indices.map { g[$0] * (2 * x[$0] * e[$0] - x[$0] - e[$0]) }
        return LogicGateGradients(
            input: newTensor(byInput, shape: shape),
            excitatory: newTensor(byExcitatory, shape: shape),
            inhibitory: newTensor(byInhibitory, shape: shape)
        )
    }

    /// X' of SEW-ResNet's gates above.
    public func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeTensor {
        try requireEqual(branch.shape, input.shape, "spikeGate", "the branch")
        let x = try loadWords(input, "spikeGate", "the input")
        let o = try loadWords(branch, "spikeGate", "the branch")
        let result =
            switch gate {
            case .and: zip(x, o).map { $0 & $1 }
            case .iand: zip(x, o).map { $0 & ~$1 }
            }
        return newSpikes(result, shape: input.shape)
    }

    /// The two gradients of SEW-ResNet's gates above, in new tensors.
    public func spikeGateBackward(
        _ gate: SpikeGate,
        gradient: RealTensor,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) -> SpikeGateGradients {
        let operation = "spikeGateBackward"
        let shape = input.shape
        try requireEqual(branch.shape, shape, operation, "the branch")
        try requireEqual(gradient.shape, shape, operation, "the gradient")
        let g = try load(gradient, operation, "the gradient")
        let x = try load(input, operation, "the input")
        let o = try load(branch, operation, "the branch")
        let (byInput, byBranch) =
            switch gate {
            case .and: (g.indices.map { g[$0] * o[$0] }, g.indices.map { g[$0] * x[$0] })
            case .iand: (g.indices.map { g[$0] * (1 - o[$0]) }, g.indices.map { g[$0] * (0 - x[$0]) })
            }
        return SpikeGateGradients(
            input: newTensor(byInput, shape: shape),
            branch: newTensor(byBranch, shape: shape)
        )
    }
}
