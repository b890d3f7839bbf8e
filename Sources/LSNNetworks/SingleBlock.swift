public import LSNTensors

/// What a forward pass of a block alone gave, and in training what its backward pass needs.
public struct BlockPass: ~Copyable, Sendable {
    /// X'.
    public let output: Activation
    var tape: Tape
}

/// A block alone with its parameters, to be checked by itself. Parameters are named without a path:
/// `excitatory.0.conv.weight`, `branch.1.bn.bias`, `shortcut.conv.weight`.
public final class SingleBlock: Sendable {
    /// What was built.
    public let description: BlockDescription
    /// What it learns and remembers.
    public let parameters: ParameterSet
    private let block: any Block

    /// Builds the block; its parameters are zero until they are initialised or loaded.
    public init(_ description: BlockDescription, backend: Backend) throws(BackendError) {
        var layout = ParameterLayout(alignment: backend.sliceAlignment)
        description.declare(in: &layout)
        self.description = description
        parameters = try ParameterSet(layout: layout, backend: backend)
        block = try makeBlock(description, parameters: parameters)
    }

    /// X' from X: `[T·N, H, W, in channels]`, spikes for a family whose blocks leave spikes.
    public func forward(
        _ input: Activation,
        training: Bool,
        memory: MemoryMode = .fast,
        observer: (any NetworkObserver)? = nil
    ) throws(BackendError) -> BlockPass {
        var tape = Tape(mode: training ? .training : .inference, memory: memory, observer: observer)
        let output = try block.forward(input, tape: &tape)
        return BlockPass(output: output, tape: tape)
    }

    /// ∂L/∂X from ∂L/∂X', which is spent; writes the parameters' gradients.
    public func backward(
        _ pass: consuming BlockPass,
        outputGradient: consuming RealTensor
    ) throws(BackendError) -> RealTensor {
        var tape = pass.tape
        try tape.observer?.willDifferentiate(block.name, gradient: outputGradient)
        return try block.backward(consume outputGradient, tape: &tape)
    }
}
