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
    /// The membrane potential starts at zero in every call: no state outlives it.
    func fire(
        _ input: RealTensor<Self>,
        normalization: Normalization<Self>?,
        neuron: Neuron,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor<Self>

    /// ∂L/∂input from ∂L/∂spikes, back through time, the surrogate and, with `normalization`, the batch's statistics;
    /// the norm's gradients go to `gradients`, which is given exactly when `normalization` is.
    ///
    /// With g[t] = ∂L/∂Y[t], c[t] = ∂L/∂U[t], c[T−1] = 0:
    ///
    ///     gY = g[t] − Û[t]·c[t]          (hard reset; g[t] when detached; g[t] − V_th·c[t] for the soft one)
    ///     ∂L/∂Û[t] = gY·S(Û[t]) + (1 − Y[t])·c[t]        (c[t] whole for the soft reset)
    ///     c[t−1] = leak·∂L/∂Û[t]
    ///
    /// `gradient` is spent: the result may stand in its memory.
    func fireBackward(
        _ gradient: RealTensor<Self>,
        input: RealTensor<Self>,
        normalization: Normalization<Self>?,
        neuron: Neuron,
        time: TimeAxis,
        gradients: NormalizationGradients<Self>?
    ) throws(BackendError) -> RealTensor<Self>
}
