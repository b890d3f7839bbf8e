import Tensors

/// A chain of units, each ending in a neuron: the branch of an LSN or a SEW block, or a shortcut that changes shape.
struct SpikingBranch<B: Backend>: Sendable {
    let units: [NormalizedConvolution<B>]
    let neuron: Neuron
    let time: TimeAxis

    /// Units as described, at least one.
    init(
        _ descriptions: [UnitDescription],
        neuron: Neuron,
        timeSteps: Int,
        parameters: ParameterSet<B>
    ) throws(BackendError) {
        var units: [NormalizedConvolution<B>] = []
        for description in descriptions {
            units.append(try NormalizedConvolution(description, parameters: parameters))
        }
        self.units = units
        self.neuron = neuron
        time = TimeAxis(steps: timeSteps)
    }

    func forward(_ input: Activation<B>, tape: inout Tape<B>) throws(BackendError) -> Activation<B> {
        var signal = input
        for unit in units {
            signal = .spikes(try unit.fire(signal, neuron: neuron, time: time, tape: &tape))
        }
        return signal
    }

    /// ∂L/∂input, added to `accumulator` where there is one. `gradient` is spent.
    func backward(
        _ gradient: consuming RealTensor<B>,
        accumulator: consuming RealTensor<B>?,
        tape: inout Tape<B>
    ) throws(BackendError) -> RealTensor<B> {
        var gradient = consume gradient
        for unit in units.dropFirst().reversed() {
            gradient = try unit.fireBackward(
                consume gradient,
                neuron: neuron,
                time: time,
                accumulator: nil,
                tape: &tape
            )
        }
        guard let first = units.first else { return gradient }
        return try first.fireBackward(
            consume gradient,
            neuron: neuron,
            time: time,
            accumulator: consume accumulator,
            tape: &tape
        )
    }
}
