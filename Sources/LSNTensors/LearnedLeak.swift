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

    /// Gathers what belongs together.
    public init(weight: ChannelVector, gradient: ChannelVector) {
        self.weight = weight
        self.gradient = gradient
    }
}
