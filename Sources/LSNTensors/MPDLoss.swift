/// The MPD loss: on the distribution of a layer's membrane potentials, after the aims of RecDis-SNN (Guo et al.): that they
/// neither shift, nor saturate, nor collapse. That paper's formula is not public; this one is this project's own:
///
///     L = weight · mean over channels of ((m − μ)² + (s − μ)²) / V_th²,    μ = V_th / 2
///
/// with m the mean and s = √(variance + 1e-5) the deviation of Û over time, images and pixels. At the aim, a normal
/// distribution has 95 % of the potentials between −½·V_th and 1½·V_th, and a neuron fires one time in six.
///
///     ∂L/∂Û = 2·weight / (C·M·V_th²) · ((m − μ) + (s − μ)·(Û − m) / s)        C channels, M potentials each
///
/// Of a multi-level neuron only the potential of the first threshold counts.
public struct MPDLoss: Hashable, Sendable {
    /// The layer's share of the loss.
    public var weight: Float

    /// Added to the variance under the root.
    public static let epsilon: Float = 1e-5

    /// A loss of this weight.
    public init(weight: Float) {
        self.weight = weight
    }
}

/// The numbers of an MPD loss that backends compute with.
public struct MPDNumbers: Sendable {
    /// M: potentials of a channel.
    public let count: Float
    /// μ = V_th / 2.
    public let aim: Float
    /// weight / (C·V_th²).
    public let scale: Float

    /// Those of a layer.
    public init(_ operands: NeuronOperands, _ loss: MPDLoss) {
        let shape = operands.input.shape
        let threshold = operands.neuron.threshold
        count = Float(operands.time.batch(shape.images) * shape.area * operands.time.steps)
        aim = threshold / 2
        scale = Float(Double(loss.weight) / (Double(shape.channels) * Double(threshold) * Double(threshold)))
    }
}

/// What ``MPDLoss`` adds to ∂L/∂Û, as a line for each channel: `[2][channels rounded up]` floats.
///
///     ∂L/∂Û = offset + slope·(Û − V_th / 2)
public struct MPDGradient: Sendable {
    /// Channels that count.
    public let channels: Int
    /// Offsets, then slopes; spare channels hold 0.
    public let storage: any Storage

    /// Wraps a storage that already has the layout.
    public init(channels: Int, storage: any Storage) {
        self.channels = channels
        self.storage = storage
    }

    /// Words of storage for so many channels.
    static func words(_ channels: Int) -> Int { 2 * roundUp(channels, toMultipleOf: ImageShape.channelAlignment) }
}
