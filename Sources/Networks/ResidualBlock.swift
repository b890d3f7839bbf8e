import Tensors

/// A block that adds values which no neuron has seen: Spiking ResNet's with tdBN (Zheng et al.), X' = S(B C S B C(X) + X),
/// and those of Table 1's orders whose branch does not end in neurons. In one form,
///
///     A = entry(X),  X' = exit(branch(A) + shortcut)
///
/// where entry is the activation of a pre-activation block, exit that of the others, and the shortcut X itself or, where
/// the shape changes, a 1×1 convolution of A (as in He et al., the projection shares the first activation).
struct ResidualBlock: Block {
    /// What the sum is computed again from, where it is not kept: the block's input, what leaves the branch's last
    /// neurons, and the statistics of the shortcut's norm and of the branch's last.
    private struct SumRecord: TapeRecord {
        let input: Activation
        let hidden: Activation
        let statistics: [ChannelStatistics]
    }

    let name: String
    private let backend: Backend
    private let entry: FiringStage?
    private let inner: SpikingBranch
    private let last: NormalizedConvolution
    private let shortcut: NormalizedConvolution?
    private let exit: FiringStage?

    init(_ description: BlockDescription, parameters: ParameterSet) throws(BackendError) {
        func stage(_ stage: StageDescription?) throws(BackendError) -> FiringStage? {
            guard let stage else { return nil }
            return try FiringStage(stage, timeSteps: description.timeSteps, parameters: parameters)
        }
        var units = description.branch("branch")
        name = description.title
        backend = parameters.backend
        entry = try stage(description.entry)
        last = try NormalizedConvolution(units.removeLast(), parameters: parameters)
        inner = try SpikingBranch(units, timeSteps: description.timeSteps, parameters: parameters)
        shortcut =
            if let unit = description.shortcut {
                try NormalizedConvolution(unit, parameters: parameters)
            } else { nil }
        exit = try stage(description.exit)
    }

    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation {
        let repeatsSum = tape.repeatsConvolutions && exit != nil
        let activated = try entry?.forward(input, tape: &tape) ?? input
        if repeatsSum { tape.beginStatistics() }
        let x = try joined(input, activated: activated, tape: &tape)
        var statistics = repeatsSum ? tape.takeStatistics() : []
        let hidden = try inner.forward(activated, tape: &tape)
        if repeatsSum { tape.beginStatistics() }
        let a = Activation.real(try last.forward(hidden, tape: &tape))
        if repeatsSum {
            statistics += tape.takeStatistics()
            tape.push(SumRecord(input: input, hidden: hidden, statistics: statistics))
        }
        let sum = try backend.sum(a, x)
        let output = try exit?.forward(sum, keepsInput: !repeatsSum, tape: &tape) ?? .real(sum)
        try tape.observer?.didRun(BlockObservation(name: name, input: x, branch: a, output: output))
        return output
    }

    func backward(_ gradient: consuming RealTensor, tape: inout Tape) throws(BackendError) -> RealTensor {
        let sum = try throughExit(consume gradient, tape: &tape)
        // Norms and convolutions leave the sum's gradient as it is, so all paths share it; the identity's is added to
        // last.
        let hidden = try last.backward(sum, accumulator: nil, tape: &tape)
        if let shortcut {
            let first = try inner.backward(consume hidden, accumulator: nil, tape: &tape)
            let activated = try shortcut.backward(consume sum, accumulator: consume first, tape: &tape)
            return try entry?.backward(activated, tape: &tape) ?? activated
        }
        guard let entry else { return try inner.backward(consume hidden, accumulator: consume sum, tape: &tape) }
        let activated = try inner.backward(consume hidden, accumulator: nil, tape: &tape)
        try backend.accumulate(try entry.backward(activated, tape: &tape), into: sum)
        return sum
    }

    /// The shortcut, as it joins the sum.
    private func joined(
        _ input: Activation,
        activated: Activation,
        tape: inout Tape
    ) throws(BackendError) -> Activation {
        guard let shortcut else { return input }
        return .real(try shortcut.forward(activated, tape: &tape))
    }

    private func throughExit(
        _ gradient: consuming RealTensor,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        guard let exit else { return gradient }
        let result = try exit.backward(gradient, tape: &tape) { (tape) throws(BackendError) in try repeatedSum(tape) }
        if tape.repeatsConvolutions { _ = try tape.pop(SumRecord.self) }
        return result
    }

    /// The sum once more. A block that ends in neurons does not start with some, so its branch and its shortcut take its
    /// input as it is.
    private func repeatedSum(_ tape: borrowing Tape) throws(BackendError) -> RealTensor {
        let record = try tape.last(SumRecord.self)
        var part = Tape(repeating: tape, statistics: record.statistics, keepsRecords: false)
        let x = try joined(record.input, activated: record.input, tape: &part)
        let a = Activation.real(try last.forward(record.hidden, tape: &part))
        return try backend.sum(a, x)
    }
}
