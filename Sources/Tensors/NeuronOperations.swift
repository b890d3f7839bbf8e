/// How a neuron layer sees its input.
public struct TimeAxis: Hashable, Sendable {
    /// T.
    public let steps: Int
    /// Whether the input is one picture that stands at every time step (N images in, T·N out), instead of a sequence
    /// (T·N in, T·N out).
    public let isStatic: Bool

    /// An axis of `steps` ≥ 1 time steps.
    public init(steps: Int, isStatic: Bool = false) {
        self.steps = steps
        self.isStatic = isStatic
    }

    /// Images of the output for `inputImages` of the input.
    public func outputImages(_ inputImages: Int) -> Int {
        isStatic ? inputImages * steps : inputImages
    }

    /// N for `inputImages` of the input.
    public func batch(_ inputImages: Int) -> Int {
        isStatic ? inputImages : inputImages / steps
    }
}

/// Neurons stepped over all time steps at once, fused with the batch norm before them.
public protocol NeuronOperations: NormalizationOperations {
    /// Normalises `input` (or takes it as it is, without `normalization`) and steps the neuron over all T.
    ///
    /// The membrane potential starts at zero in every call: no state outlives it. `leak` takes the place of the neuron's
    /// where the layer learns its own. A multi-level neuron is a mismatch: see ``fireLevels(_:normalization:neuron:leak:time:)``.
    func fire(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor

    /// The same for a multi-level neuron: how many of its thresholds fire, an integer from 0 to as many as there are.
    func fireLevels(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis
    ) throws(BackendError) -> RealTensor

    /// ∂L/∂input from ∂L/∂output, back through time, the surrogate and, with `normalization`, the batch's statistics;
    /// the norm's gradients go to `gradients`, which is given exactly when `normalization` is, and a learned leak's to
    /// its own.
    ///
    /// With g[t] = ∂L/∂Y[t], c[t] = ∂L/∂U[t], c[T−1] = 0:
    ///
    ///     gY = g[t] − Û[t]·c[t]          (hard reset; g[t] when detached; g[t] − V_th·c[t] for the soft one)
    ///     ∂L/∂Û[t] = gY·S(Û[t]) + (1 − Y[t])·c[t]        (c[t] whole for the soft reset), and `penalty`'s share
    ///     c[t−1] = leak·∂L/∂Û[t]
    ///     ∂L/∂leak = Σ ∂L/∂Û[t]·U[t−1]
    ///
    /// A multi-level neuron's ∂L/∂input is the sum over its thresholds. `gradient` is spent: the result may stand in its
    /// memory.
    func fireBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis,
        gradients: NormalizationGradients?,
        penalty: PotentialPenalty?
    ) throws(BackendError) -> RealTensor

    /// Adds `loss` of the layer's potentials to the record's word ``StepRecord/loss``, and returns its derivative, for
    /// the backward pass of the same layer.
    func potentialPenalty(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis,
        loss: PotentialDistributionLoss,
        record: any Storage
    ) throws(BackendError) -> PotentialPenalty
}

extension NeuronOperations {
    /// ``fire(_:normalization:neuron:leak:time:)`` of a neuron with a fixed leak.
    public func fire(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor {
        try fire(input, normalization: normalization, neuron: neuron, leak: nil, time: time)
    }

    /// ``fireBackward(_:input:normalization:neuron:leak:time:gradients:penalty:)`` of a neuron with a fixed leak.
    public func fireBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        time: TimeAxis,
        gradients: NormalizationGradients?
    ) throws(BackendError) -> RealTensor {
        try fireBackward(
            gradient,
            input: input,
            normalization: normalization,
            neuron: neuron,
            leak: nil,
            time: time,
            gradients: gradients,
            penalty: nil
        )
    }
}
