import Tensors

/// The spike-element-wise block of Fang et al. with ADD: X' = S(B(C(S(B(C(X)))))) + X, integers. Where the shape
/// changes, X in the sum is replaced by a 1×1 unit.
struct SEWBlock<B: Backend>: Block {
    let name: String
    private let backend: B
    private let branch: SpikingBranch<B>
    private let shortcut: SpikingBranch<B>?

    init(_ description: BlockDescription, parameters: ParameterSet<B>) throws(BackendError) {
        name = description.title
        backend = parameters.backend
        branch = try SpikingBranch(
            description.branch("branch"),
            neuron: description.neuron,
            timeSteps: description.timeSteps,
            parameters: parameters
        )
        if let unit = description.shortcut {
            shortcut = try SpikingBranch(
                [unit],
                neuron: description.neuron,
                timeSteps: description.timeSteps,
                parameters: parameters
            )
        } else {
            shortcut = nil
        }
    }

    func forward(_ input: Activation<B>, tape: inout Tape<B>) throws(BackendError) -> Activation<B> {
        let x = try shortcut?.forward(input, tape: &tape) ?? input
        let a = try branch.forward(input, tape: &tape)
        let output = Activation.real(try backend.sum(a, x))
        try tape.observer?.didRun(BlockObservation(name: name, input: x, branch: a, output: output))
        return output
    }

    func backward(_ gradient: consuming RealTensor<B>, tape: inout Tape<B>) throws(BackendError) -> RealTensor<B> {
        // A unit spends its gradient, and two paths want this one.
        let other = try backend.copy(gradient)
        guard let shortcut else {
            return try branch.backward(consume other, accumulator: consume gradient, tape: &tape)
        }
        let sum = try branch.backward(consume other, accumulator: nil, tape: &tape)
        return try shortcut.backward(consume gradient, accumulator: consume sum, tape: &tape)
    }
}
