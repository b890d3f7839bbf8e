import Tensors

/// What a convolution with its norm leaves for the backward pass.
struct UnitRecord<B: Backend>: TapeRecord {
    let input: Activation<B>
    let convolved: RealTensor<B>
    let normalization: Normalization<B>
}

/// A convolution without bias and the batch norm after it; with a neuron, the unit that branches are made of.
struct NormalizedConvolution<B: Backend>: Sendable {
    let backend: B
    let filter: Filter<B>
    let filterGradient: Filter<B>
    let geometry: WindowGeometry
    let norm: NormalizationParameters<B>
    let normGradients: NormalizationGradients<B>

    init(_ description: UnitDescription, parameters: ParameterSet<B>) throws(BackendError) {
        backend = parameters.backend
        (filter, filterGradient) = try parameters.filter(description.filterName)
        geometry = description.geometry
        let weight = try parameters.vector(description.weightName)
        let bias = try parameters.vector(description.biasName)
        norm = NormalizationParameters(
            weight: weight.value,
            bias: bias.value,
            runningMean: try parameters.buffer(description.runningMeanName),
            runningVariance: try parameters.buffer(description.runningVarianceName),
            gain: description.gain
        )
        normGradients = NormalizationGradients(weight: weight.gradient, bias: bias.gradient)
    }

    /// The convolution and the statistics to normalise it with. This is the one place where a pass's mode decides about
    /// statistics.
    ///
    /// - Parameter repeats: T for a static picture, else 1.
    private func convolve(
        _ input: Activation<B>,
        repeats: Int,
        mode: PassMode
    ) throws(BackendError) -> UnitRecord<B> {
        let convolved = try backend.convolve(input, filter: filter, geometry: geometry)
        let statistics =
            switch mode {
            case .training: try backend.batchStatistics(of: convolved, updating: norm, repeats: repeats)
            case .inference: try backend.runningStatistics(of: norm)
            }
        return UnitRecord(
            input: input,
            convolved: convolved,
            normalization: Normalization(statistics: statistics, parameters: norm)
        )
    }

    /// Convolution, norm, neuron.
    func fire(
        _ input: Activation<B>,
        neuron: Neuron,
        time: TimeAxis,
        tape: inout Tape<B>
    ) throws(BackendError) -> SpikeTensor<B> {
        let record = try convolve(input, repeats: time.isStatic ? time.steps : 1, mode: tape.mode)
        let spikes = try backend.fire(
            record.convolved,
            normalization: record.normalization,
            neuron: neuron,
            time: time
        )
        tape.push(record)
        return spikes
    }

    /// Convolution and norm, where no neuron follows.
    func normalize(_ input: Activation<B>, tape: inout Tape<B>) throws(BackendError) -> RealTensor<B> {
        let record = try convolve(input, repeats: 1, mode: tape.mode)
        let normalized = try backend.normalize(record.convolved, with: record.normalization)
        tape.push(record)
        return normalized
    }

    /// ∂L/∂input of ``fire(_:neuron:time:tape:)``, added to `accumulator` where there is one. `gradient` is spent.
    func fireBackward(
        _ gradient: consuming RealTensor<B>,
        neuron: Neuron,
        time: TimeAxis,
        accumulator: consuming RealTensor<B>?,
        tape: inout Tape<B>
    ) throws(BackendError) -> RealTensor<B> {
        let record = try tape.pop(UnitRecord<B>.self)
        let input = record.input
        let inner = try throughNeuron(consume gradient, consume record, neuron: neuron, time: time)
        return try throughConvolution(consume inner, input: consume input, accumulator: consume accumulator)
    }

    /// The parameters' gradients alone of ``fire(_:neuron:time:tape:)``, for the first layer. `gradient` is spent.
    func fireBackwardToParameters(
        _ gradient: consuming RealTensor<B>,
        neuron: Neuron,
        time: TimeAxis,
        tape: inout Tape<B>
    ) throws(BackendError) {
        let record = try tape.pop(UnitRecord<B>.self)
        let input = record.input
        let inner = try throughNeuron(consume gradient, consume record, neuron: neuron, time: time)
        try backend.convolveBackwardFilter(
            input: input,
            gradient: inner,
            geometry: geometry,
            result: filterGradient
        )
    }

    /// ∂L/∂input of ``normalize(_:tape:)``, added to `accumulator` where there is one. `gradient` stays as it is until
    /// the accumulator is written, so both may be one tensor.
    func normalizeBackward(
        _ gradient: consuming RealTensor<B>,
        accumulator: consuming RealTensor<B>?,
        tape: inout Tape<B>
    ) throws(BackendError) -> RealTensor<B> {
        let record = try tape.pop(UnitRecord<B>.self)
        let input = record.input
        let inner = try throughNorm(consume gradient, consume record)
        return try throughConvolution(consume inner, input: consume input, accumulator: consume accumulator)
    }

    // Each step is a function of its own that consumes what it alone needs: the convolution's output, the largest thing
    // kept, is back in the pool before the convolution's own gradients ask for memory.

    private func throughNeuron(
        _ gradient: consuming RealTensor<B>,
        _ record: consuming UnitRecord<B>,
        neuron: Neuron,
        time: TimeAxis
    ) throws(BackendError) -> RealTensor<B> {
        try backend.fireBackward(
            gradient,
            input: record.convolved,
            normalization: record.normalization,
            neuron: neuron,
            time: time,
            gradients: normGradients
        )
    }

    private func throughNorm(
        _ gradient: consuming RealTensor<B>,
        _ record: consuming UnitRecord<B>
    ) throws(BackendError) -> RealTensor<B> {
        try backend.normalizeBackward(
            gradient,
            input: record.convolved,
            normalization: record.normalization,
            gradients: normGradients
        )
    }

    private func throughConvolution(
        _ gradient: consuming RealTensor<B>,
        input: consuming Activation<B>,
        accumulator: consuming RealTensor<B>?
    ) throws(BackendError) -> RealTensor<B> {
        try backend.convolveBackwardFilter(
            input: input,
            gradient: gradient,
            geometry: geometry,
            result: filterGradient
        )
        return try backend.convolveBackwardData(
            gradient,
            filter: filter,
            geometry: geometry,
            inputShape: input.shape,
            accumulator: accumulator
        )
    }
}
