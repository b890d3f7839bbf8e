import Tensors

/// What a norm without neurons leaves for the backward pass: its input, unless that is computed again.
private struct NormRecord: TapeRecord {
    let input: RealTensor?
    let normalization: Normalization
}

/// A convolution and a norm, if there is one, where no neuron follows: what leaves it goes into a sum.
struct NormalizedConvolution: Sendable {
    private let backend: Backend
    private let convolution: Convolution
    private let norm: NormLayer?

    init(_ description: UnitDescription, parameters: ParameterSet) throws(BackendError) {
        backend = parameters.backend
        convolution = try Convolution(description.convolution, parameters: parameters)
        norm =
            if let norm = description.stage.norm {
                try NormLayer(norm, parameters: parameters)
            } else { nil }
    }

    /// The normalised convolution of `input`.
    ///
    /// - Parameters:
    ///   - input: spikes or real values.
    ///   - repeats: T for a static picture, else 1.
    ///   - tape: of the pass.
    func forward(
        _ input: Activation,
        repeats: Int = 1,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        guard let norm else { return try convolution.forward(input, tape: &tape) }
        let (convolved, normalization) = try norm.convolve(input, by: convolution, repeats: repeats, tape: &tape)
        let normalized = try backend.normalize(convolved, with: normalization)
        tape.push(NormRecord(input: tape.repeatsConvolutions ? nil : convolved, normalization: normalization))
        return normalized
    }

    /// ∂L/∂input, added to `accumulator` where there is one, which must not share memory with `gradient`.
    func backward(
        _ gradient: consuming RealTensor,
        accumulator: consuming RealTensor?,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        let inner = try throughNorm(consume gradient, tape: &tape)
        return try convolution.backward(inner, accumulator: consume accumulator, tape: &tape)
    }

    /// The parameters' gradients alone, for the first layer.
    func differentiateParameters(
        _ gradient: consuming RealTensor,
        tape: inout Tape
    ) throws(BackendError) {
        try convolution.differentiateFilter(try throughNorm(consume gradient, tape: &tape), tape: &tape)
    }

    // A function of its own: the convolution's output, the largest thing kept, is back in the pool before the
    // convolution's own gradients ask for memory.
    private func throughNorm(
        _ gradient: consuming RealTensor,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        guard let norm else { return gradient }
        let record = try tape.pop(NormRecord.self)
        let input: RealTensor = if let kept = record.input { kept } else { try convolution.repeated(tape) }
        return try backend.normalizeBackward(
            gradient,
            input: input,
            normalization: record.normalization,
            gradients: norm.gradients
        )
    }
}
