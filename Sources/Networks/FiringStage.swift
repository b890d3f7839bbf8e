import Tensors

/// What neurons leave for the backward pass: what they saw before it was normalised.
private struct FiringRecord<B: Backend>: TapeRecord {
    let input: RealTensor<B>
    let normalization: Normalization<B>?
}

/// A norm, if there is one, and the neurons behind it, in one operation.
struct FiringStage<B: Backend>: Sendable {
    private let backend: B
    private let norm: NormLayer<B>?
    private let neurons: NeuronLayer<B>
    private let timeSteps: Int

    /// The stage that is described; nil where no neuron is.
    init?(_ description: StageDescription, timeSteps: Int, parameters: ParameterSet<B>) throws(BackendError) {
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
    func forward(
        _ input: RealTensor<B>,
        isStatic: Bool = false,
        tape: inout Tape<B>
    ) throws(BackendError) -> Activation<B> {
        let normalization = try norm?.normalization(of: input, repeats: isStatic ? timeSteps : 1, mode: tape.mode)
        let output = try neurons.fire(input, normalization: normalization, isStatic: isStatic)
        try tape.observer?.didFire(neurons.name, output: output)
        tape.pushFiring(FiringRecord(input: input, normalization: normalization))
        return output
    }

    /// The same of what travels between layers, which must be real values here.
    func forward(_ input: Activation<B>, tape: inout Tape<B>) throws(BackendError) -> Activation<B> {
        guard case .real(let values) = input else {
            throw .mismatch(
                operation: "activation before a convolution",
                detail: "its input must be real values, but spikes of shape \(input.shape) came"
            )
        }
        return try forward(values, tape: &tape)
    }

    /// ∂L/∂input. `gradient` is spent.
    func backward(
        _ gradient: RealTensor<B>,
        isStatic: Bool = false,
        tape: inout Tape<B>
    ) throws(BackendError) -> RealTensor<B> {
        let record = try tape.pop(FiringRecord<B>.self)
        return try neurons.backward(
            gradient,
            input: record.input,
            normalization: record.normalization,
            gradients: norm?.gradients,
            isStatic: isStatic,
            tape: tape
        )
    }
}
