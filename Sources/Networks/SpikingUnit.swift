import Tensors

/// A convolution, a norm and neurons: what branches are made of.
struct SpikingUnit: Sendable {
    private let convolution: Convolution
    private let stage: FiringStage

    init(_ description: UnitDescription, timeSteps: Int, parameters: ParameterSet) throws(BackendError) {
        convolution = try Convolution(description.convolution, parameters: parameters)
        guard let stage = try FiringStage(description.stage, timeSteps: timeSteps, parameters: parameters) else {
            throw .mismatch(operation: "unit \(description.convolution.name)", detail: "no neuron is described")
        }
        self.stage = stage
    }

    func forward(
        _ input: Activation,
        isStatic: Bool = false,
        tape: inout Tape
    ) throws(BackendError) -> Activation {
        try stage.forward(input, through: convolution, isStatic: isStatic, tape: &tape)
    }

    /// ∂L/∂input, added to `accumulator` where there is one. `gradient` is spent.
    ///
    /// What the neurons saw, the largest thing kept, is off the tape and back in the pool before the convolution's own
    /// gradients ask for memory.
    func backward(
        _ gradient: consuming RealTensor,
        accumulator: consuming RealTensor?,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        let inner = try throughStage(consume gradient, isStatic: false, tape: &tape)
        return try convolution.backward(inner, accumulator: consume accumulator, tape: &tape)
    }

    /// The parameters' gradients alone, for the first layer. `gradient` is spent.
    func differentiateParameters(
        _ gradient: consuming RealTensor,
        isStatic: Bool,
        tape: inout Tape
    ) throws(BackendError) {
        let inner = try throughStage(consume gradient, isStatic: isStatic, tape: &tape)
        try convolution.differentiateFilter(inner, tape: &tape)
    }

    private func throughStage(
        _ gradient: consuming RealTensor,
        isStatic: Bool,
        tape: inout Tape
    ) throws(BackendError) -> RealTensor {
        try stage.backward(gradient, isStatic: isStatic, tape: &tape) { (tape) throws(BackendError) in
            try convolution.repeated(tape)
        }
    }
}
