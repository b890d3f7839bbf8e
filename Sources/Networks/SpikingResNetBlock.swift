import Tensors

/// The Spiking ResNet block of Zheng et al. with threshold-dependent batch norm: X' = S(B(C(S(B(C(X))))) + X), spikes.
/// Where the shape changes, X in the sum is replaced by its 1×1 convolution, normalised.
struct SpikingResNetBlock<B: Backend>: Block {
    /// The sum that the last neuron saw.
    private struct SumRecord: TapeRecord {
        let sum: RealTensor<B>
    }

    let name: String
    private let backend: B
    private let neuron: Neuron
    private let time: TimeAxis
    private let inner: SpikingBranch<B>
    private let last: NormalizedConvolution<B>
    private let shortcut: NormalizedConvolution<B>?

    init(_ description: BlockDescription, parameters: ParameterSet<B>) throws(BackendError) {
        var units = description.branch("branch")
        name = description.title
        backend = parameters.backend
        neuron = description.neuron
        time = TimeAxis(steps: description.timeSteps)
        last = try NormalizedConvolution(units.removeLast(), parameters: parameters)
        inner = try SpikingBranch(
            units,
            neuron: description.neuron,
            timeSteps: description.timeSteps,
            parameters: parameters
        )
        if let unit = description.shortcut {
            shortcut = try NormalizedConvolution(unit, parameters: parameters)
        } else {
            shortcut = nil
        }
    }

    func forward(_ input: Activation<B>, tape: inout Tape<B>) throws(BackendError) -> Activation<B> {
        let x =
            if let shortcut {
                Activation.real(try shortcut.normalize(input, tape: &tape))
            } else {
                input
            }
        let a = Activation.real(try last.normalize(try inner.forward(input, tape: &tape), tape: &tape))
        let sum = try backend.sum(a, x)
        let output = Activation.spikes(try backend.fire(sum, normalization: nil, neuron: neuron, time: time))
        tape.push(SumRecord(sum: sum))
        try tape.observer?.didRun(BlockObservation(name: name, input: x, branch: a, output: output))
        return output
    }

    func backward(_ gradient: consuming RealTensor<B>, tape: inout Tape<B>) throws(BackendError) -> RealTensor<B> {
        let sum = try throughNeuron(consume gradient, tape: &tape)
        // The norms leave the sum's gradient as it is, so all paths share it; the identity's is added to last.
        let hidden = try last.normalizeBackward(sum, accumulator: nil, tape: &tape)
        guard let shortcut else {
            return try inner.backward(consume hidden, accumulator: consume sum, tape: &tape)
        }
        let first = try inner.backward(consume hidden, accumulator: nil, tape: &tape)
        return try shortcut.normalizeBackward(consume sum, accumulator: consume first, tape: &tape)
    }

    private func throughNeuron(
        _ gradient: consuming RealTensor<B>,
        tape: inout Tape<B>
    ) throws(BackendError) -> RealTensor<B> {
        let record = try tape.pop(SumRecord.self)
        return try backend.fireBackward(
            gradient,
            input: record.sum,
            normalization: nil,
            neuron: neuron,
            time: time,
            gradients: nil
        )
    }
}
