import Tensors

/// A batch norm with its gradients.
struct NormLayer: Sendable {
    private let backend: Backend
    private let parameters: NormalizationParameters
    let gradients: NormalizationGradients

    init(_ description: NormDescription, parameters set: ParameterSet) throws(BackendError) {
        backend = set.backend
        let weight = try set.vector(description.weightName)
        let bias = try set.vector(description.biasName)
        parameters = NormalizationParameters(
            weight: weight.value,
            bias: bias.value,
            runningMean: try set.buffer(description.runningMeanName),
            runningVariance: try set.buffer(description.runningVarianceName),
            gain: description.gain
        )
        gradients = NormalizationGradients(weight: weight.gradient, bias: bias.gradient)
    }

    /// What `convolution` makes of `input`, and what to normalise it with.
    ///
    /// - Parameters:
    ///   - input: of the convolution.
    ///   - convolution: whose output is to be normalised.
    ///   - repeats: T for a static picture, else 1.
    ///   - tape: of the pass.
    func convolve(
        _ input: Activation,
        by convolution: Convolution,
        repeats: Int,
        tape: inout Tape
    ) throws(BackendError) -> (output: RealTensor, normalization: Normalization) {
        guard case .training = tape.mode else {
            let output = try convolution.forward(input, tape: &tape)
            return (output, try normalization(of: output, repeats: repeats, tape: &tape))
        }
        let made = try convolution.forward(input, updating: parameters, repeats: repeats, tape: &tape)
        tape.note(made.statistics)
        return (made.output, Normalization(statistics: made.statistics, parameters: parameters))
    }

    /// What to normalise `input` with, which is no convolution's output. This and ``convolve(_:by:repeats:tape:)`` are where
    /// a pass's mode decides about statistics.
    ///
    /// - Parameters:
    ///   - input: what is to be normalised.
    ///   - repeats: T for a static picture, else 1.
    ///   - tape: of the pass.
    func normalization(
        of input: RealTensor,
        repeats: Int,
        tape: inout Tape
    ) throws(BackendError) -> Normalization {
        let statistics: ChannelStatistics
        switch tape.mode {
        case .training:
            statistics = try backend.batchStatistics(of: input, updating: parameters, repeats: repeats)
            tape.note(statistics)
        case .repetition: statistics = try tape.nextStatistics()
        case .inference: statistics = try backend.runningStatistics(of: parameters)
        }
        return Normalization(statistics: statistics, parameters: parameters)
    }
}
