import Tensors

/// What a fully connected layer leaves for the backward pass.
private struct LinearRecord<B: Backend>: TapeRecord {
    let input: Activation<B>
}

/// The pooled tensor's shape.
private struct PoolingRecord: TapeRecord {
    let shape: ImageShape
}

/// What the neuron between the two layers of ``Head/fc256`` saw.
private struct HiddenRecord<B: Backend>: TapeRecord {
    let potential: RealTensor<B>
}

/// A fully connected layer with bias, as a 1×1 convolution of 1×1 images.
private struct LinearLayer<B: Backend>: Sendable {
    let backend: B
    let weight: (value: Filter<B>, gradient: Filter<B>)
    let bias: (value: ChannelVector<B>, gradient: ChannelVector<B>)

    init(_ description: LinearDescription, parameters: ParameterSet<B>) throws(BackendError) {
        backend = parameters.backend
        weight = try parameters.filter(description.weightName)
        bias = try parameters.vector(description.biasName)
    }

    func forward(_ input: Activation<B>, tape: inout Tape<B>) throws(BackendError) -> RealTensor<B> {
        let output = try backend.convolve(input, filter: weight.value, geometry: WindowGeometry())
        try backend.addBias(bias.value, to: output)
        tape.push(LinearRecord(input: input))
        return output
    }

    func backward(_ gradient: RealTensor<B>, tape: inout Tape<B>) throws(BackendError) -> RealTensor<B> {
        let input = try tape.pop(LinearRecord<B>.self).input
        try backend.biasGradient(of: gradient, result: bias.gradient)
        try backend.convolveBackwardFilter(
            input: input,
            gradient: gradient,
            geometry: WindowGeometry(),
            result: weight.gradient
        )
        return try backend.convolveBackwardData(
            gradient,
            filter: weight.value,
            geometry: WindowGeometry(),
            inputShape: input.shape,
            accumulator: nil
        )
    }
}

/// The last layers of a network: global average pooling, whose output is real at every time step, then one fully
/// connected layer, or two with a neuron between them.
struct HeadLayer<B: Backend>: Sendable {
    static var name: String { "head" }

    private let backend: B
    private let layers: [LinearLayer<B>]
    private let neuron: Neuron
    private let time: TimeAxis

    init(_ description: NetworkDescription, parameters: ParameterSet<B>) throws(BackendError) {
        var layers: [LinearLayer<B>] = []
        for layer in description.headLayers {
            layers.append(try LinearLayer(layer, parameters: parameters))
        }
        backend = parameters.backend
        self.layers = layers
        neuron = description.neuron
        time = TimeAxis(steps: description.timeSteps)
    }

    /// Logits `[T·N, 1, 1, classes]` of every time step.
    func forward(_ input: Activation<B>, tape: inout Tape<B>) throws(BackendError) -> RealTensor<B> {
        var signal = try backend.globalAveragePool(input)
        tape.push(PoolingRecord(shape: input.shape))
        for (position, layer) in layers.enumerated() {
            guard position > 0 else {
                signal = try layer.forward(.real(signal), tape: &tape)
                continue
            }
            let spikes = try backend.fire(signal, normalization: nil, neuron: neuron, time: time)
            tape.push(HiddenRecord(potential: signal))
            signal = try layer.forward(.spikes(spikes), tape: &tape)
        }
        return signal
    }

    /// ∂L/∂input from ∂L/∂logits.
    func backward(_ gradient: consuming RealTensor<B>, tape: inout Tape<B>) throws(BackendError) -> RealTensor<B> {
        var gradient = consume gradient
        for position in layers.indices.reversed() {
            gradient = try layers[position].backward(gradient, tape: &tape)
            guard position > 0 else { continue }
            gradient = try backend.fireBackward(
                gradient,
                input: try tape.pop(HiddenRecord<B>.self).potential,
                normalization: nil,
                neuron: neuron,
                time: time,
                gradients: nil
            )
        }
        return try backend.globalAveragePoolBackward(gradient, inputShape: try tape.pop(PoolingRecord.self).shape)
    }
}
