import Tensors

/// What neurons leave for the backward pass: what they saw before it was normalised, unless it is computed again.
private struct FiringRecord: TapeRecord {
    let input: RealTensor?
    let normalization: Normalization?
}

/// A norm, if there is one, and the neurons behind it, in one operation.
struct FiringStage: Sendable {
    private let backend: Backend
    private let norm: NormLayer?
    private let neurons: NeuronLayer
    private let timeSteps: Int

    /// The stage that is described; nil where no neuron is.
    init?(_ description: StageDescription, timeSteps: Int, parameters: ParameterSet) throws(BackendError) {
        guard let neuron = description.neuron else { return nil }
        backend = parameters.backend
        norm =
            if let norm = description.norm {
                try NormLayer(norm, parameters: parameters)
            } else { nil }
        neurons = try NeuronLayer(neuron, timeSteps: timeSteps, parameters: parameters)
        self.timeSteps = timeSteps
    }

    /// What the neurons make of `input`, `[T·N, …]`, or `[N, …]` where it is static.
    ///
    /// - Parameters:
    ///   - input: before it is normalised.
    ///   - isStatic: whether it is the same at every time step.
    ///   - keepsInput: false where the caller will compute it again for the backward pass.
    ///   - tape: of the pass.
    func forward(
        _ input: RealTensor,
        isStatic: Bool = false,
        keepsInput: Bool = true,
        tape: inout Tape
    ) throws(BackendError) -> Activation {
        let normalization = try norm?.normalization(of: input, repeats: isStatic ? timeSteps : 1, tape: &tape)
        return try fire(input, normalization, isStatic: isStatic, keepsInput: keepsInput, tape: &tape)
    }

    /// What the neurons make of the convolution of `input`; where the tape repeats convolutions, the caller makes it again
    /// for the backward pass.
    func forward(
        _ input: Activation,
        through convolution: Convolution,
        isStatic: Bool,
        tape: inout Tape
    ) throws(BackendError) -> Activation {
        let keepsInput = !tape.repeatsConvolutions
        guard let norm else {
            let convolved = try convolution.forward(input, tape: &tape)
            return try fire(convolved, nil, isStatic: isStatic, keepsInput: keepsInput, tape: &tape)
        }
        let (convolved, normalization) = try norm.convolve(
            input,
            by: convolution,
            repeats: isStatic ? timeSteps : 1,
            tape: &tape
        )
        return try fire(convolved, normalization, isStatic: isStatic, keepsInput: keepsInput, tape: &tape)
    }

    private func fire(
        _ input: RealTensor,
        _ normalization: Normalization?,
        isStatic: Bool,
        keepsInput: Bool,
        tape: inout Tape
    ) throws(BackendError) -> Activation {
        let output = try neurons.fire(input, normalization: normalization, isStatic: isStatic)
        try tape.observer?.didFire(neurons.name, output: output)
        tape.pushFiring(FiringRecord(input: keepsInput ? input : nil, normalization: normalization))
        return output
    }

    /// The same of what travels between layers, which must be real values here.
    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation {
        guard case .real(let values) = input else {
            throw .mismatch(
                operation: "activation before a convolution",
                detail: "its input must be real values, but spikes of shape \(input.shape) came"
            )
        }
        return try forward(values, tape: &tape)
    }

    /// ∂L/∂input. `gradient` is spent.
    ///
    /// - Parameters:
    ///   - gradient: ∂L/∂output.
    ///   - isStatic: as in the forward pass.
    ///   - tape: of the pass.
    ///   - repeatInput: the input again, where it was not kept; it sees the tape without this stage's record.
    func backward(
        _ gradient: RealTensor,
        isStatic: Bool = false,
        tape: inout Tape,
        repeatInput: (borrowing Tape) throws(BackendError) -> RealTensor = Self.cannotRepeat
    ) throws(BackendError) -> RealTensor {
        let record = try tape.pop(FiringRecord.self)
        let input: RealTensor = if let kept = record.input { kept } else { try repeatInput(tape) }
        return try neurons.backward(
            gradient,
            input: input,
            normalization: record.normalization,
            gradients: norm?.gradients,
            isStatic: isStatic,
            tape: tape
        )
    }

    private static func cannotRepeat(_ tape: borrowing Tape) throws(BackendError) -> RealTensor {
        throw .mismatch(
            operation: "backward pass",
            detail: "what neurons saw was not kept, and nobody computes it again"
        )
    }
}
