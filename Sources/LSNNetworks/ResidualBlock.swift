import LSNTensors

/// A block that adds values which no neuron has seen: Spiking ResNet's with tdBN (Zheng et al.), X' = S(B C S B C(X) + X),
/// and those of Table 1's orders whose branch does not end in neurons. In one form,
///
///     A = entry(X),  X' = exit(branch(A) + shortcut)
///
/// where entry is the activation of a pre-activation block, exit that of the others, and the shortcut X itself or, where
/// the shape changes, a 1×1 convolution of A (as in He et al., the projection shares the first activation).
struct ResidualBlock: Block {
    /// What the sum is recomputed from, where it is not kept.
    private struct SumRecord: TapeRecord {
        /// Of the branch's last unit.
        let last: UnitRecord
        /// Of the shortcut's unit, or the block's input.
        let shortcut: Shortcut
    }

    private enum Shortcut {
        case unit(UnitRecord)
        case identity(Activation)
    }

    let name: String
    private let backend: Backend
    private let entry: Unit?
    private let inner: Branch
    private let last: Unit
    private let shortcut: Unit?
    private let exit: Unit?

    init(
        _ description: BlockDescription,
        parameters: ParameterSet,
        needsInputGradient: Bool
    ) throws(BackendError) {
        let timeSteps = description.timeSteps
        func unit(_ activation: ActivationDescription?) throws(BackendError) -> Unit? {
            guard let activation else { return nil }
            return try Unit(activation, timeSteps: timeSteps, parameters: parameters)
        }
        var units = description.branch("branch")
        name = description.title
        backend = parameters.backend
        entry = try unit(description.entry)
        // The entry's parameters train, too.
        let needsGradient = needsInputGradient || description.entry != nil
        last = try Unit(units.removeLast(), timeSteps: timeSteps, parameters: parameters)
        inner = try Branch(
            units,
            timeSteps: timeSteps,
            parameters: parameters,
            needsInputGradient: needsGradient
        )
        shortcut =
            if let unit = description.shortcut {
                try Unit(unit, timeSteps: timeSteps, parameters: parameters, needsInputGradient: needsGradient)
            } else { nil }
        exit = try unit(description.exit)
    }

    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation {
        let recomputesSum = tape.recomputesConvolutions && exit != nil
        let activated = try entry?.forward(input, tape: &tape) ?? input
        var (x, joined) = (input, Shortcut.identity(input))
        if let shortcut {
            x = try shortcut.forward(activated, tape: &tape)
            if recomputesSum { joined = .unit(try tape.last(UnitRecord.self)) }
        }
        let hidden = try inner.forward(activated, tape: &tape)
        let a = try last.forward(hidden, tape: &tape)
        let record = recomputesSum ? SumRecord(last: try tape.last(UnitRecord.self), shortcut: joined) : nil
        let sum = try backend.sum(a, x)
        let output = try exit?.forward(.real(sum), keepsInput: !recomputesSum, tape: &tape) ?? .real(sum)
        if let record { tape.push(record) }
        try tape.observer?.didRun(BlockObservation(name: name, input: x, branch: a, output: output))
        return output
    }

    func backward(_ gradient: consuming RealTensor, tape: inout Tape) throws(BackendError) -> RealTensor {
        let sum = try throughExit(consume gradient, tape: &tape)
        // Norms and convolutions leave the sum's gradient as it is, so all paths share it; the identity's is added to
        // last.
        let hidden = try last.backward(sum, tape: &tape)
        if let shortcut {
            let first = try inner.backward(consume hidden, accumulator: nil, tape: &tape)
            let activated = try shortcut.backward(consume sum, accumulator: consume first, tape: &tape)
            return try entry?.backward(activated, tape: &tape) ?? activated
        }
        guard let entry else { return try inner.backward(consume hidden, accumulator: consume sum, tape: &tape) }
        let activated = try inner.backward(consume hidden, accumulator: nil, tape: &tape)
        return try entry.backward(consume activated, accumulator: consume sum, tape: &tape)
    }

    private func throughExit(
        _ gradient: consuming RealTensor,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        guard let exit else { return gradient }
        guard tape.recomputesConvolutions else { return try exit.backward(consume gradient, tape: &tape) }
        let sum = try recomputed(try tape.pop(SumRecord.self))
        return try exit.backward(consume gradient, seen: consume sum, tape: &tape)
    }

    /// The sum, recomputed.
    private func recomputed(_ record: SumRecord) throws(BackendError) -> RealTensor {
        let x: Activation =
            switch (record.shortcut, shortcut) {
            case (.unit(let record), let unit?): .real(try unit.recomputed(record))
            case (.identity(let input), _): input
            case (.unit, nil):
                throw .mismatch(operation: "block \(name)", detail: "its record is of a block with another shortcut")
            }
        return try backend.sum(.real(try last.recomputed(record.last)), x)
    }
}
