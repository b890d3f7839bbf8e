import LSNTensors

/// The logic gate and its three gradients.
enum LogicGateOperation: ConformanceOperation {
    static let name = "logic_gate"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let extents = try operands.tensor("input.x").shape
        let input = try operands.spikes("input.x", on: backend)
        let excitatory = try operands.spikes("input.excitatory", on: backend)
        let inhibitory = try operands.spikes("input.inhibitory", on: backend)
        let output = try backend.logicGate(input: input, excitatory: excitatory, inhibitory: inhibitory)
        try results.add("output.y", output, as: extents)

        guard operands.has("cotangent.y") else { return }
        let gradients = try backend.logicGateBackward(
            operands.real("cotangent.y", on: backend),
            input: input,
            excitatory: excitatory,
            inhibitory: inhibitory
        )
        try results.add("gradient.x", gradients.input, as: extents)
        try results.add("gradient.excitatory", gradients.excitatory, as: extents)
        try results.add("gradient.inhibitory", gradients.inhibitory, as: extents)
    }
}

/// A gate of SEW-ResNet, `gate` and or iand, and its two gradients.
enum SpikeGateOperation: ConformanceOperation {
    static let name = "spike_gate"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let gate: SpikeGate = try operands.choice("gate")
        let extents = try operands.tensor("input.x").shape
        let input = try operands.spikes("input.x", on: backend)
        let branch = try operands.spikes("input.branch", on: backend)
        try results.add("output.y", try backend.spikeGate(gate, input: input, branch: branch), as: extents)

        guard operands.has("cotangent.y") else { return }
        let gradients = try backend.spikeGateBackward(
            gate,
            gradient: operands.real("cotangent.y", on: backend),
            input: input,
            branch: branch
        )
        try results.add("gradient.x", gradients.input, as: extents)
        try results.add("gradient.branch", gradients.branch, as: extents)
    }
}
