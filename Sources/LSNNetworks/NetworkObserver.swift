public import LSNTensors

/// What a block computed in a forward pass.
public struct BlockObservation: Sendable {
    /// E.g. `stages.0.1`; `stem` for the stem.
    public let name: String
    /// X as it meets the branches in the gate or in the sum: after the shortcut's unit, where there is one. For the
    /// stem, its input.
    public let input: Activation
    /// E, the excitatory branch of an LSN block.
    public let excitatory: SpikeTensor?
    /// I, the inhibitory branch of an LSN block.
    public let inhibitory: SpikeTensor?
    /// The one branch of other families: spikes, or normalised values where no neuron ends it.
    public let branch: Activation?
    /// X', what leaves the block.
    public let output: Activation

    /// Gathers what belongs together.
    public init(
        name: String,
        input: Activation,
        excitatory: SpikeTensor? = nil,
        inhibitory: SpikeTensor? = nil,
        branch: Activation? = nil,
        output: Activation
    ) {
        self.name = name
        self.input = input
        self.excitatory = excitatory
        self.inhibitory = inhibitory
        self.branch = branch
        self.output = output
    }
}

/// What enters a convolution or a fully connected layer in a forward pass.
public struct ConvolutionObservation: Sendable {
    /// E.g. `stages.0.1.excitatory.0.conv`, `head.fc`.
    public let name: String
    /// Spikes or real values.
    public let input: Activation
    /// The weights' shape; 1×1 for a fully connected layer.
    public let filter: FilterShape
    /// Stride and padding.
    public let geometry: WindowGeometry

    /// Gathers what belongs together.
    public init(name: String, input: Activation, filter: FilterShape, geometry: WindowGeometry) {
        self.name = name
        self.input = input
        self.filter = filter
        self.geometry = geometry
    }
}

/// What a layer of neurons is about to step over all T.
public struct FiringObservation: Sendable {
    /// E.g. `stages.0.1.branch.0.neuron`.
    public let name: String
    /// Before it is normalised.
    public let input: RealTensor
    /// The norm before the neurons, if there is one.
    public let normalization: Normalization?
    /// The neuron.
    public let neuron: Neuron
    /// The leak in place of the neuron's, where the layer learns its own.
    public let leak: LearnedLeak?
    /// How the layer sees its input.
    public let time: TimeAxis
}

/// Someone who watches a network: firing rates, gradient norms, the place where a number stops being finite.
///
/// Calls come in the order of computation, on the thread that runs the pass. What they hand over may be read, and kept
/// in memory, but gradients change after the call: copy what must outlive it.
public protocol NetworkObserver: Sendable {
    /// The stem or a block has run forward.
    func didRun(_ block: BlockObservation) throws(BackendError)

    /// A layer of neurons, not of ReLUs, is about to run forward. By default nothing happens.
    func willFire(_ layer: FiringObservation) throws(BackendError)

    /// A layer of neurons, or of ReLUs, named e.g. `stages.0.1.branch.0.neuron`, has run forward.
    func didFire(_ layer: String, output: Activation) throws(BackendError)

    /// A convolution or a fully connected layer is about to run forward. By default nothing happens.
    func willConvolve(_ convolution: ConvolutionObservation) throws(BackendError)

    /// `gradient` is ∂L/∂X' of the stem, of a block, or of the network (`head`: ∂L/∂logits) named `name`, which is
    /// about to be differentiated.
    func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError)
}

extension NetworkObserver {
    /// Nothing.
    public func willFire(_ layer: FiringObservation) throws(BackendError) {}

    /// Nothing.
    public func didFire(_ layer: String, output: Activation) throws(BackendError) {}

    /// Nothing.
    public func willConvolve(_ convolution: ConvolutionObservation) throws(BackendError) {}
}
