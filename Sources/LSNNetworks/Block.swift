public import LSNTensors

/// A residual block. A new family is a type that conforms to this, a case of ``BlockFamily`` and a line in
/// `makeBlock`; networks and trainers see nothing else of it.
///
/// A block pushes what its backward pass needs on the tape and tells the tape's observer what it computed. In
/// ``MemoryMode/lean`` it need not know of memory: see `RecomputedBlock`.
public protocol Block: Sendable {
    /// E.g. `stages.0.1`.
    var name: String { get }

    /// X' from X: `[T·N, H, W, channels]`.
    func forward(_ input: Activation, tape: inout Tape) throws(BackendError) -> Activation

    /// ∂L/∂X from ∂L/∂X', which is spent; writes the parameters' gradients.
    func backward(_ gradient: consuming RealTensor, tape: inout Tape) throws(BackendError) -> RealTensor
}

/// The block that `description` describes, with its parameters in `parameters`.
///
/// - Parameters:
///   - description: its shapes and names.
///   - parameters: its own, and others.
///   - needsInputGradient: false where nothing that trains stands before it: what its backward pass returns has no meaning then,
///     and costs nothing.
func makeBlock(
    _ description: BlockDescription,
    parameters: ParameterSet,
    needsInputGradient: Bool = true
) throws(BackendError) -> any Block {
    let block: any Block =
        switch description.family {
        case .lsn:
            try LogicBlock(description, parameters: parameters, needsInputGradient: needsInputGradient)
        case .sew, .dsResNet, .residual(.reluBeforeAdd):
            try SEWBlock(description, parameters: parameters, needsInputGradient: needsInputGradient)
        case .spikingResNet, .residual:
            try ResidualBlock(description, parameters: parameters, needsInputGradient: needsInputGradient)
        }
    return RecomputedBlock(block)
}

extension Activation {
    /// These spikes; real values are a mismatch, named by the block that cannot take them.
    func spikes(of block: String) throws(BackendError) -> SpikeTensor {
        guard case .spikes(let tensor) = self else {
            throw .mismatch(
                operation: "block \(block)",
                detail: "it joins spikes only, so its input must be spikes, but real values of shape \(shape) came"
            )
        }
        return tensor
    }
}
