/// The leak that a layer of parametric neurons learns (PLIF, Fang et al.), one number for the whole layer:
///
///     leak = 1 − σ(w) = 1 / (1 + exp(w))        ∂leak/∂w = −leak·(1 − leak)
///
/// w = 0, the start unless told otherwise, is a leak of one half.
public struct LearnedLeak: Sendable {
    /// w, as a vector of one channel.
    public let weight: ChannelVector
    /// Where ∂L/∂w goes (whatever stood there is lost).
    public let gradient: ChannelVector

    /// The leak of a weight w.
    public static func leak(of weight: Float) -> Float { 1 / (1 + PortableMath.exp(weight)) }

    /// The w of a leak between 0 and 1, ln((1 − leak) / leak).
    public static func weight(of leak: Float) -> Float {
        Float(PortableMath.log(Double((1 - leak) / leak)))
    }

    /// Gathers what belongs together.
    public init(weight: ChannelVector, gradient: ChannelVector) {
        self.weight = weight
        self.gradient = gradient
    }
}
