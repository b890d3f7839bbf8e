import LSNTensors

/// Neurons with the leak that they learn, if they do; or the ReLU in their place.
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

    /// What neurons are about to step over, for an observer; nil for a ReLU.
    func observation(
        _ input: RealTensor,
        normalization: Normalization?,
        isStatic: Bool
    ) -> FiringObservation? {
        guard !neuron.isReLU else { return nil }
        return FiringObservation(
            name: name,
            input: input,
            normalization: normalization,
            neuron: neuron,
            leak: leak,
            time: TimeAxis(steps: timeSteps, isStatic: isStatic)
        )
    }

    /// Spikes; of multi-level neurons their number; of a ReLU its values.
    func fire(
        _ input: RealTensor,
        normalization: Normalization?,
        isStatic: Bool
    ) throws(BackendError) -> Activation {
        if neuron.isReLU {
            return .real(try backend.relu(try normalized(input, normalization)))
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

    /// ∂L/∂input, with the share of the MPD loss that the tape asks for. `gradient` is spent.
    func backward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        gradients: NormalizationGradients?,
        isStatic: Bool,
        tape: borrowing Tape
    ) throws(BackendError) -> RealTensor {
        if neuron.isReLU {
            return try throughReLU(gradient, input: input, normalization: normalization, gradients: gradients)
        }
        let time = TimeAxis(steps: timeSteps, isStatic: isStatic)
        let mpd: MPDGradient? =
            if let term = tape.mpdTerm {
                try backend.mpdLoss(
                    input,
                    normalization: normalization,
                    neuron: neuron,
                    leak: leak,
                    time: time,
                    loss: term.loss,
                    record: term.record
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
            mpd: mpd
        )
    }

    /// The normalised input is recomputed, as neurons recompute their potentials.
    private func throughReLU(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        gradients: NormalizationGradients?
    ) throws(BackendError) -> RealTensor {
        let throughReLU = try backend.reluBackward(gradient, input: try normalized(input, normalization))
        guard let normalization, let gradients else { return throughReLU }
        return try backend.normalizeBackward(
            throughReLU,
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
