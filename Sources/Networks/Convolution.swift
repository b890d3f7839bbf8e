import Tensors

/// What a convolution leaves for the backward pass.
private struct ConvolutionRecord: TapeRecord {
    let input: Activation
}

/// A convolution without bias.
struct Convolution: Sendable {
    private let name: String
    private let backend: Backend
    private let filter: Filter
    private let filterGradient: Filter
    private let geometry: WindowGeometry

    init(_ description: ConvolutionDescription, parameters: ParameterSet) throws(BackendError) {
        name = description.name
        backend = parameters.backend
        (filter, filterGradient) = try parameters.filter(description.filterName)
        geometry = description.geometry
    }

    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> RealTensor {
        try announce(input, tape: &tape)
        return try backend.convolve(input, filter: filter, geometry: geometry)
    }

    /// The same, with the statistics of the batch for the norm that follows.
    func forward(
        _ input: Activation,
        updating parameters: NormalizationParameters,
        repeats: Int,
        tape: inout Tape
    ) throws(BackendError) -> (output: RealTensor, statistics: ChannelStatistics) {
        try announce(input, tape: &tape)
        return try backend.convolve(input, filter: filter, geometry: geometry, updating: parameters, repeats: repeats)
    }

    /// Tells the observer, and leaves the input on the tape.
    private func announce(_ input: Activation, tape: inout Tape) throws(BackendError) {
        try tape.observer?.willConvolve(
            ConvolutionObservation(name: name, input: input, filter: filter.shape, geometry: geometry)
        )
        tape.push(ConvolutionRecord(input: input))
    }

    /// The output of the forward pass once more, from the input on the tape, which stays there.
    func repeated(_ tape: borrowing Tape) throws(BackendError) -> RealTensor {
        let input = try tape.last(ConvolutionRecord.self).input
        return try backend.convolve(input, filter: filter, geometry: geometry)
    }

    /// ∂L/∂input, added to `accumulator` where there is one, which must not share memory with `gradient`.
    func backward(
        _ gradient: RealTensor,
        accumulator: consuming RealTensor?,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        let shape = try differentiateFilter(gradient, tape: &tape)
        return try backend.convolveBackwardData(
            gradient,
            filter: filter,
            geometry: geometry,
            inputShape: shape,
            accumulator: accumulator
        )
    }

    /// The filter's gradient alone, for the first layer. Returns the input's shape.
    @discardableResult
    func differentiateFilter(_ gradient: RealTensor, tape: inout Tape) throws(BackendError) -> ImageShape {
        let input = try tape.pop(ConvolutionRecord.self).input
        try backend.convolveBackwardFilter(
            input: input,
            gradient: gradient,
            geometry: geometry,
            result: filterGradient
        )
        return input.shape
    }
}
