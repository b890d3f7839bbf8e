import Tensors

/// Neurons with the leak that they learn, if they do; or the rectifier in their place.
struct NeuronLayer: Sendable {
    /// E.g. `stages.0.1.branch.0.neuron`.
    let name: String
    private let backend: Backend
    private let neuron: Neuron
    private let timeSteps: Int
    private let leak: LearnedLeak?

    init(_ description: NeuronDescription, timeSteps: Int, parameters: ParameterSet) throws(BackendError) {
        name = description.name
        backend = parameters.backend
        neuron = description.neuron
        self.timeSteps = timeSteps
        if neuron.isLeakLearned {
            let w = try parameters.vector(description.leakName)
            leak = LearnedLeak(weight: w.value, gradient: w.gradient)
        } else {
            leak = nil
        }
    }

    /// Spikes; of multi-level neurons their number; of a rectifier its values.
    func fire(
        _ input: RealTensor,
        normalization: Normalization?,
        isStatic: Bool
    ) throws(BackendError) -> Activation {
        if neuron.isRectifier {
            return .real(try backend.rectify(try normalized(input, normalization)))
        }
        let time = TimeAxis(steps: timeSteps, isStatic: isStatic)
        if neuron.isMultiLevel {
            return .real(
                try backend.fireLevels(input, normalization: normalization, neuron: neuron, leak: leak, time: time)
            )
        }
        return .spikes(
            try backend.fire(input, normalization: normalization, neuron: neuron, leak: leak, time: time)
        )
    }

    /// ∂L/∂input, with the share of the loss on potentials that the tape asks for. `gradient` is spent.
    func backward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        gradients: NormalizationGradients?,
        isStatic: Bool,
        tape: borrowing Tape
    ) throws(BackendError) -> RealTensor {
        if neuron.isRectifier {
            return try throughRectifier(gradient, input: input, normalization: normalization, gradients: gradients)
        }
        let time = TimeAxis(steps: timeSteps, isStatic: isStatic)
        let penalty: PotentialPenalty? =
            if let aim = tape.potentialAim {
                try backend.potentialPenalty(
                    input,
                    normalization: normalization,
                    neuron: neuron,
                    leak: leak,
                    time: time,
                    loss: aim.loss,
                    record: aim.record
                )
            } else { nil }
        return try backend.fireBackward(
            gradient,
            input: input,
            normalization: normalization,
            neuron: neuron,
            leak: leak,
            time: time,
            gradients: gradients,
            penalty: penalty
        )
    }

    /// The normalised input is computed again, as neurons compute their potentials again.
    private func throughRectifier(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        gradients: NormalizationGradients?
    ) throws(BackendError) -> RealTensor {
        let rectified = try backend.rectifyBackward(gradient, input: try normalized(input, normalization))
        guard let normalization, let gradients else { return rectified }
        return try backend.normalizeBackward(
            rectified,
            input: input,
            normalization: normalization,
            gradients: gradients
        )
    }

    private func normalized(
        _ input: RealTensor,
        _ normalization: Normalization?
    ) throws(BackendError) -> RealTensor {
        guard let normalization else { return input }
        return try backend.normalize(input, with: normalization)
    }
}
