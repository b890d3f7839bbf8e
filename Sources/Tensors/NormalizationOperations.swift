/// What a batch norm learns and remembers, one value a channel.
///
///     y = weight · gain · (x − mean) / √(variance + ε) + bias
///
/// `gain` is 1; threshold-dependent batch norm (tdBN, Zheng et al.) sets it to k·V_th.
public struct NormalizationParameters: Sendable {
    /// γ.
    public let weight: ChannelVector
    /// β.
    public let bias: ChannelVector
    /// The mean that inference uses.
    public let runningMean: ChannelVector
    /// The variance that inference uses; unbiased.
    public let runningVariance: ChannelVector
    /// Fixed factor on the normalised value.
    public let gain: Float

    /// ε under the root.
    public static var epsilon: Float { 1e-5 }
    /// The share of a new batch in the running statistics.
    public static var momentum: Float { 0.1 }

    /// Gathers what belongs together; all vectors have as many channels.
    public init(
        weight: ChannelVector,
        bias: ChannelVector,
        runningMean: ChannelVector,
        runningVariance: ChannelVector,
        gain: Float = 1
    ) {
        self.weight = weight
        self.bias = bias
        self.runningMean = runningMean
        self.runningVariance = runningVariance
        self.gain = gain
    }
}

/// Where the gradients of a batch norm go (whatever stood there is lost).
public struct NormalizationGradients: Sendable {
    /// ∂L/∂γ.
    public let weight: ChannelVector
    /// ∂L/∂β.
    public let bias: ChannelVector

    /// Gathers what belongs together.
    public init(weight: ChannelVector, bias: ChannelVector) {
        self.weight = weight
        self.bias = bias
    }
}

/// Mean and 1/√(variance + ε) of every channel: `[2][channels rounded up]` floats; spare channels hold 0.
public struct ChannelStatistics: Sendable {
    /// Channels that count.
    public let channels: Int
    /// Means, then inverse deviations.
    public let storage: any Storage

    /// Wraps a storage that already has the layout.
    public init(channels: Int, storage: any Storage) {
        self.channels = channels
        self.storage = storage
    }
}

/// Statistics and parameters together: all that is needed to normalise.
public struct Normalization: Sendable {
    /// Of this batch in training, of the running estimates in inference.
    public let statistics: ChannelStatistics
    /// What the norm learned.
    public let parameters: NormalizationParameters

    /// Gathers what belongs together.
    public init(statistics: ChannelStatistics, parameters: NormalizationParameters) {
        self.statistics = statistics
        self.parameters = parameters
    }
}

/// Batch norm over images and pixels. The neuron's operations fuse it; these stand where no neuron follows.
public protocol NormalizationOperations: StorageOperations {
    /// Statistics of this batch (biased variance), and the running estimates moved towards them (unbiased variance).
    ///
    /// - Parameters:
    ///   - input: what is to be normalised.
    ///   - parameters: of the layer; their running estimates are moved.
    ///   - repeats: how many times each image stands for itself: T for a static picture, else 1. Only the unbiased
    ///     variance notices: n = repeats · images · height · width.
    func batchStatistics(
        of input: RealTensor,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> ChannelStatistics

    /// Statistics from the running estimates, for inference.
    func runningStatistics(
        of parameters: NormalizationParameters
    ) throws(BackendError) -> ChannelStatistics

    /// The normalised input.
    func normalize(
        _ input: RealTensor,
        with normalization: Normalization
    ) throws(BackendError) -> RealTensor

    /// ∂L/∂x from ∂L/∂y through the statistics of the batch; the parameters' gradients go to `gradients`.
    ///
    ///     ∂L/∂x = γ·gain·σ⁻¹·(g − mean(g) − x̂·mean(g·x̂))
    func normalizeBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients
    ) throws(BackendError) -> RealTensor
}
