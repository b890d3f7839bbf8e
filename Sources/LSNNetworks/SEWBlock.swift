import LSNTensors

/// The spike-element-wise block of Fang et al.: X' = f(O, X), O = S(B(C(S(B(C(X)))))), f a sum or a gate. Where the
/// shape changes, X in f is replaced by a 1×1 unit.
///
/// With the sum it is also the block of DS-ResNet, whose neurons leave integers, and Table 1's "ReLU before addition".
struct SEWBlock: Block {
    /// What a gate leaves for the backward pass: its operands, in the gate's order.
    private struct GateRecord: TapeRecord {
        let input: SpikeTensor
        let branch: SpikeTensor
    }

    let name: String
    private let backend: Backend
    /// nil: the sum.
    private let gate: SpikeGate?
    /// Whether the gate takes the branch for its input, and the input for its branch.
    private let isSwapped: Bool
    private let branch: Branch
    private let shortcut: Branch?

    init(
        _ description: BlockDescription,
        parameters: ParameterSet,
        needsInputGradient: Bool
    ) throws(BackendError) {
        func branch(_ units: [UnitDescription]) throws(BackendError) -> Branch {
            try Branch(
                units,
                timeSteps: description.timeSteps,
                parameters: parameters,
                needsInputGradient: needsInputGradient
            )
        }
        name = description.title
        backend = parameters.backend
        gate =
            switch description.family {
            case .sew(.and): .and
            case .sew(.iand), .sew(.iandBranch): .iand
            default: nil
            }
        isSwapped = description.family == .sew(.iandBranch)
        self.branch = try branch(description.branch("branch"))
        shortcut = if let unit = description.shortcut { try branch([unit]) } else { nil }
    }

    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation {
        let x = try shortcut?.forward(input, tape: &tape) ?? input
        let o = try branch.forward(input, tape: &tape)
        let output: Activation
        if let gate {
            let operands = (x: try x.spikes(of: name), o: try o.spikes(of: name))
            let record =
                isSwapped
                ? GateRecord(input: operands.o, branch: operands.x) : GateRecord(input: operands.x, branch: operands.o)
            output = .spikes(try backend.spikeGate(gate, input: record.input, branch: record.branch))
            tape.push(record)
        } else {
            output = .real(try backend.sum(o, x))
        }
        try tape.observer?.didRun(BlockObservation(name: name, input: x, branch: o, output: output))
        return output
    }

    func backward(_ gradient: consuming RealTensor, tape: inout Tape) throws(BackendError) -> RealTensor {
        let gradients = try throughFunction(consume gradient, tape: &tape)
        let input = gradients.input
        let other = gradients.branch
        _ = consume gradients
        guard let shortcut else {
            return try branch.backward(consume other, accumulator: consume input, tape: &tape)
        }
        let sum = try branch.backward(consume other, accumulator: nil, tape: &tape)
        return try shortcut.backward(consume input, accumulator: consume sum, tape: &tape)
    }

    private func throughFunction(
        _ gradient: consuming RealTensor,
        tape: inout Tape
    ) throws(BackendError) -> SpikeGateGradients {
        guard let gate else {
            // A unit spends its gradient, and two paths want this one.
            let other = try backend.copy(gradient)
            return SpikeGateGradients(input: gradient, branch: other)
        }
        let record = try tape.pop(GateRecord.self)
        let gradients = try backend.spikeGateBackward(
            gate,
            gradient: gradient,
            input: record.input,
            branch: record.branch
        )
        return isSwapped ? SpikeGateGradients(input: gradients.branch, branch: gradients.input) : gradients
    }
}
