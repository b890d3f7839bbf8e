import LSNTensors

/// The LSN block: X' = gate(X, E, I), E and I branches on the same X, every value 0 or 1 (eqs. 5–10). Where the shape
/// changes, X is first replaced, for the gate only, by a 1×1 unit.
struct LogicBlock: Block {
    /// What the gate leaves for the backward pass.
    private struct GateRecord: TapeRecord {
        let input: SpikeTensor
        let excitatory: SpikeTensor
        let inhibitory: SpikeTensor
    }

    let name: String
    private let backend: Backend
    private let excitatory: Branch
    private let inhibitory: Branch
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
        excitatory = try branch(description.branch("excitatory"))
        inhibitory = try branch(description.branch("inhibitory"))
        shortcut = if let unit = description.shortcut { try branch([unit]) } else { nil }
    }

    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation {
        // The branch that runs last is differentiated first.
        let x = try (try shortcut?.forward(input, tape: &tape) ?? input).spikes(of: name)
        let e = try excitatory.forward(input, tape: &tape).spikes(of: name)
        let i = try inhibitory.forward(input, tape: &tape).spikes(of: name)
        let output = Activation.spikes(try backend.logicGate(input: x, excitatory: e, inhibitory: i))
        tape.push(GateRecord(input: x, excitatory: e, inhibitory: i))
        try tape.observer?.didRun(
            BlockObservation(name: name, input: .spikes(x), excitatory: e, inhibitory: i, output: output)
        )
        return output
    }

    func backward(_ gradient: consuming RealTensor, tape: inout Tape) throws(BackendError) -> RealTensor {
        let gates = try throughGate(consume gradient, tape: &tape)
        let x = gates.input
        let e = gates.excitatory
        let i = gates.inhibitory
        _ = consume gates
        guard let shortcut else {
            let sum = try inhibitory.backward(consume i, accumulator: consume x, tape: &tape)
            return try excitatory.backward(consume e, accumulator: consume sum, tape: &tape)
        }
        let first = try inhibitory.backward(consume i, accumulator: nil, tape: &tape)
        let sum = try excitatory.backward(consume e, accumulator: consume first, tape: &tape)
        return try shortcut.backward(consume x, accumulator: consume sum, tape: &tape)
    }

    private func throughGate(
        _ gradient: consuming RealTensor,
        tape: inout Tape
    ) throws(BackendError) -> LogicGateGradients {
        let record = try tape.pop(GateRecord.self)
        return try backend.logicGateBackward(
            gradient,
            input: record.input,
            excitatory: record.excitatory,
            inhibitory: record.inhibitory
        )
    }
}
