import Tensors

/// A chain of units, each ending in neurons: the branch of an LSN or a SEW block, or a shortcut that changes shape.
struct SpikingBranch: Sendable {
    private let units: [SpikingUnit]

    init(_ descriptions: [UnitDescription], timeSteps: Int, parameters: ParameterSet) throws(BackendError) {
        var units: [SpikingUnit] = []
        for description in descriptions {
            units.append(try SpikingUnit(description, timeSteps: timeSteps, parameters: parameters))
        }
        self.units = units
    }

    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation {
        var signal = input
        for unit in units {
            signal = try unit.forward(signal, tape: &tape)
        }
        return signal
    }

    /// ∂L/∂input, added to `accumulator` where there is one. `gradient` is spent.
    func backward(
        _ gradient: consuming RealTensor,
        accumulator: consuming RealTensor?,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        var gradient = consume gradient
        for unit in units.dropFirst().reversed() {
            gradient = try unit.backward(consume gradient, accumulator: nil, tape: &tape)
        }
        guard let first = units.first else { return gradient }
        return try first.backward(consume gradient, accumulator: consume accumulator, tape: &tape)
    }
}
