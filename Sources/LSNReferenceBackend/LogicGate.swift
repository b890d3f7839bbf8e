public import LSNTensors

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
        inhibitory: SpikeTensor,
        output: SpikeTensor
    ) throws(BackendError) {
        let x = try loadWords(input)
        let e = try loadWords(excitatory)
        let i = try loadWords(inhibitory)
        let result = x.indices.map { index in
            (~x[index] & e[index] & ~i[index]) | (x[index] & ~e[index] & ~i[index]) | (x[index] & e[index])
        }
        try store(result, in: output.storage)
    }

    /// The three gradients of the formulas above.
    public func logicGateBackward(
        _ gradients: LogicGateGradients,
        input: SpikeTensor,
        excitatory: SpikeTensor,
        inhibitory: SpikeTensor
    ) throws(BackendError) {
        let g = try load(gradients.input)
        let x = try load(input)
        let e = try load(excitatory)
        let i = try load(inhibitory)
        // The factors are −1, 0 or 1: nothing is rounded. Spare channels hold g = 0.
        let byInput = g.indices.map { passed(g[$0], by: 1 - e[$0] - i[$0] + 2 * e[$0] * i[$0]) }
        let byExcitatory = g.indices.map { passed(g[$0], by: 1 - x[$0] - i[$0] + 2 * x[$0] * i[$0]) }
        let byInhibitory = g.indices.map { passed(g[$0], by: 2 * x[$0] * e[$0] - x[$0] - e[$0]) }
        try store(byInput, in: gradients.input.storage)
        try store(byExcitatory, in: gradients.excitatory.storage)
        try store(byInhibitory, in: gradients.inhibitory.storage)
    }

    /// X' of SEW-ResNet's gates above.
    public func spikeGate(
        _ gate: SpikeGate,
        input: SpikeTensor,
        branch: SpikeTensor,
        output: SpikeTensor
    ) throws(BackendError) {
        let x = try loadWords(input)
        let o = try loadWords(branch)
        let result =
            switch gate {
            case .and: zip(x, o).map { $0 & $1 }
            case .iand: zip(x, o).map { $0 & ~$1 }
            }
        try store(result, in: output.storage)
    }

    /// The two gradients of SEW-ResNet's gates above.
    public func spikeGateBackward(
        _ gate: SpikeGate,
        _ gradients: SpikeGateGradients,
        input: SpikeTensor,
        branch: SpikeTensor
    ) throws(BackendError) {
        let g = try load(gradients.input)
        let x = try load(input)
        let o = try load(branch)
        let (byInput, byBranch) =
            switch gate {
            case .and: (g.indices.map { passed(g[$0], by: o[$0]) }, g.indices.map { passed(g[$0], by: x[$0]) })
            case .iand: (g.indices.map { passed(g[$0], by: 1 - o[$0]) }, g.indices.map { passed(g[$0], by: 0 - x[$0]) })
            }
        try store(byInput, in: gradients.input.storage)
        try store(byBranch, in: gradients.branch.storage)
    }
}

/// What a gate lets pass of a gradient: its product with −1 or 1, and 0 without a sign where the factor is 0, as a mask of bits
/// leaves it.
private func passed(_ gradient: Float, by factor: Float) -> Float {
    factor == 0 ? 0 : factor * gradient
}
