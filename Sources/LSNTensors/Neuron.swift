/// The derivative that stands in for the Heaviside step's in the backward pass, as a function of x = Û − V_th.
public enum Surrogate: Hashable, Sendable {
    /// h·max(0, 1 − |x|): the paper's eq. 12, with its peak h.
    case triangular(height: Float)
    /// a·σ(ax)·(1 − σ(ax)).
    case sigmoid(slope: Float)
    /// (a/2) / (1 + (πax/2)²).
    case arctan(slope: Float)
    /// 1/w on |x| < w/2.
    case rectangle(width: Float)
    /// b·sech²(bx) / (2·tanh(b/2)) on |x| ≤ ½ (Li et al., Dspike).
    case dspike(temperature: Float)

    /// The paper's surrogate.
    public static let standard = Surrogate.triangular(height: 1)
}

/// What becomes of the membrane potential when a neuron fires.
public enum Reset: String, CaseIterable, Hashable, Sendable {
    /// U = (1 − Y)·Û: back to zero.
    case hard
    /// U = Û − V_th·Y: less the threshold.
    case soft
}

/// A leaky integrate-and-fire neuron (eqs. 2–4), stepped over all T:
///
///     Û[t] = leak·U[t−1] + x[t],  U[−1] = 0        membrane potential before firing
///     Y[t] = 1 if Û[t] ≥ threshold, else 0         spike
///     U[t] = (1 − Y[t])·Û[t]                        (hard reset)
///
/// The parametric neuron (PLIF, Fang et al.) learns its leak; the multi-level one (Feng et al.) is several such neurons
/// on one input, and what leaves it is the number of them that fire. A ReLU stands where neurons would in a network
/// of real values, which can be converted to spikes: see ``isReLU``.
public struct Neuron: Hashable, Sendable {
    /// α: the share of the membrane potential that is left a time step later; 1 is IF.
    public var leak: Float
    /// Whether every layer learns its own leak, 1 − σ(w); ``leak`` is then what it starts from. See ``LearnedLeak``.
    public var isLeakLearned: Bool
    /// V_th.
    public var threshold: Float
    /// The thresholds beyond ``threshold`` of a multi-level neuron, each with a potential of its own; empty for a neuron
    /// whose output is a spike.
    public var higherThresholds: [Float]
    /// The reset.
    public var reset: Reset
    /// Whether the backward pass takes Y in the reset as a constant.
    public var detachReset: Bool
    /// ∂Y/∂Û in the backward pass.
    public var surrogate: Surrogate
    /// Whether it is no neuron but max(0, x), without time: nothing else of it counts then. Layers apply
    /// ``Backend/relu(_:)`` in its place.
    public var isReLU: Bool

    /// The paper's neuron, unless told otherwise.
    public init(
        leak: Float = 0.5,
        threshold: Float = 1,
        reset: Reset = .hard,
        detachReset: Bool = false,
        surrogate: Surrogate = .standard,
        isLeakLearned: Bool = false,
        higherThresholds: [Float] = [],
        isReLU: Bool = false
    ) {
        self.leak = leak
        self.isLeakLearned = isLeakLearned
        self.threshold = threshold
        self.higherThresholds = higherThresholds
        self.reset = reset
        self.detachReset = detachReset
        self.surrogate = surrogate
        self.isReLU = isReLU
    }

    /// Every threshold, ``threshold`` first.
    public var thresholds: [Float] { [threshold] + higherThresholds }
    /// Whether what leaves the neuron is a number of spikes instead of a spike.
    public var isMultiLevel: Bool { !higherThresholds.isEmpty }
}
