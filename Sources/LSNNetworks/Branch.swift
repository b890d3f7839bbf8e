import LSNTensors

/// A chain of units: the branch of a block, or a shortcut that changes shape.
struct Branch: Sendable {
    private let units: [Unit]

    /// - Parameters:
    ///   - descriptions: of its units.
    ///   - timeSteps: T.
    ///   - parameters: theirs.
    ///   - needsInputGradient: of the first unit, see ``Unit``.
    init(
        _ descriptions: [UnitDescription],
        timeSteps: Int,
        parameters: ParameterSet,
        needsInputGradient: Bool = true
    ) throws(BackendError) {
        var units: [Unit] = []
        for description in descriptions {
            units.append(
                try Unit(
                    description,
                    timeSteps: timeSteps,
                    parameters: parameters,
                    needsInputGradient: needsInputGradient || !units.isEmpty
                )
            )
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
            gradient = try unit.backward(consume gradient, tape: &tape)
        }
        guard let first = units.first else { return gradient }
        return try first.backward(consume gradient, accumulator: consume accumulator, tape: &tape)
    }
}
