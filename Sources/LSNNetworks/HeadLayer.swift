import LSNTensors

/// What a fully connected layer leaves for the backward pass.
private struct LinearRecord: TapeRecord {
    let input: Activation
}

/// The pooled tensor's shape.
private struct PoolingRecord: TapeRecord {
    let shape: ImageShape
}

/// A fully connected layer with bias, as a 1×1 convolution of 1×1 images.
private struct LinearLayer: Sendable {
    let name: String
    let backend: Backend
    /// Without a gradient where they are frozen.
    let weight: (value: Filter, gradient: Filter?)
    let bias: (value: ChannelVector, gradient: ChannelVector?)
    let needsInputGradient: Bool

    init(
        _ description: LinearDescription,
        parameters: ParameterSet,
        needsInputGradient: Bool = true
    ) throws(BackendError) {
        name = description.name
        backend = parameters.backend
        weight = try parameters.filter(description.weightName)
        let bias = try parameters.vector(description.biasName)
        self.bias = (bias.value, parameters.frozen.contains(description.biasName) ? nil : bias.gradient)
        self.needsInputGradient = needsInputGradient
    }

    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> RealTensor {
        try tape.observer?.willConvolve(
            ConvolutionObservation(
                name: name,
                input: input,
                filter: weight.value.shape,
                geometry: WindowGeometry()
            )
        )
        let output = try backend.convolve(input, filter: weight.value, geometry: WindowGeometry())
        try backend.addBias(bias.value, to: output)
        tape.push(LinearRecord(input: input))
        return output
    }

    func backward(_ gradient: RealTensor, tape: inout Tape) throws(BackendError) -> RealTensor {
        let input = try tape.pop(LinearRecord.self).input
        if let result = bias.gradient { try backend.biasGradient(of: gradient, result: result) }
        if let result = weight.gradient {
            try backend.convolveBackwardFilter(
                input: input,
                gradient: gradient,
                geometry: WindowGeometry(),
                result: result
            )
        }
        guard needsInputGradient else { return gradient }
        return try backend.convolveBackwardData(
            gradient,
            filter: weight.value,
            geometry: WindowGeometry(),
            inputShape: input.shape,
            accumulator: nil
        )
    }
}

/// The last layers of a network: the neurons that pre-activation blocks leave to it, global average pooling, whose output
/// is real at every time step, then one fully connected layer, or two with neurons between them.
struct HeadLayer: Sendable {
    static let name = "head"

    private let backend: Backend
    private let needsInputGradient: Bool
    private let activation: Unit?
    private let first: LinearLayer
    private let second: (neurons: Unit, layer: LinearLayer)?

    /// - Parameters:
    ///   - description: of the network.
    ///   - parameters: its own.
    ///   - needsInputGradient: false where nothing before the head trains: ``backward(_:tape:)`` ends in it then.
    init(
        _ description: NetworkDescription,
        parameters: ParameterSet,
        needsInputGradient: Bool
    ) throws(BackendError) {
        self.needsInputGradient = needsInputGradient
        func unit(_ activation: ActivationDescription?) throws(BackendError) -> Unit? {
            guard let activation else { return nil }
            return try Unit(activation, timeSteps: description.timeSteps, parameters: parameters)
        }
        backend = parameters.backend
        activation = try unit(description.headActivation)
        let layers = description.headLayers
        // The activation's parameters train, too.
        first = try LinearLayer(
            layers[0],
            parameters: parameters,
            needsInputGradient: needsInputGradient || activation != nil
        )
        second =
            if layers.count > 1, let neurons = try unit(description.hiddenNeurons) {
                (neurons, try LinearLayer(layers[1], parameters: parameters))
            } else { nil }
    }

    /// Logits `[T·N, 1, 1, classes]` of every time step.
    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> RealTensor {
        let features = try activation?.forward(input, tape: &tape) ?? input
        let pooled = try backend.globalAveragePool(features)
        tape.push(PoolingRecord(shape: features.shape))
        let hidden = try first.forward(.real(pooled), tape: &tape)
        guard let second else { return hidden }
        return try second.layer.forward(try second.neurons.forward(.real(hidden), tape: &tape), tape: &tape)
    }

    /// ∂L/∂input from ∂L/∂logits; without a meaning where it is not needed.
    func backward(_ gradient: consuming RealTensor, tape: inout Tape) throws(BackendError) -> RealTensor {
        var gradient = consume gradient
        if let second {
            gradient = try second.neurons.backward(second.layer.backward(gradient, tape: &tape), tape: &tape)
        }
        gradient = try first.backward(gradient, tape: &tape)
        guard needsInputGradient || activation != nil else { return gradient }
        let shape = try tape.pop(PoolingRecord.self).shape
        gradient = try backend.globalAveragePoolBackward(gradient, inputShape: shape)
        return try activation?.backward(gradient, tape: &tape) ?? gradient
    }
}
