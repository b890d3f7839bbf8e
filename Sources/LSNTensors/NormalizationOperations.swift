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
    public static let epsilon: Float = 1e-5
    /// The share of a new batch in the running statistics.
    public static let momentum: Float = 0.1

    /// n/(n − 1), which makes a variance over n = repeats · pixels values unbiased. A single value has no unbiased variance;
    /// its biased one, 0, is kept.
    public static func varianceCorrection(pixels: Int, repeats: Int) -> Float {
        let n = Double(repeats) * Double(pixels)
        return Float(n / max(n - 1, 1))
    }

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

    /// Words of storage for so many channels.
    static func words(_ channels: Int) -> Int { 2 * roundUp(channels, toMultipleOf: ImageShape.channelAlignment) }
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
extension Backend {
    /// Statistics of this batch (biased variance), and the running estimates moved towards them (unbiased variance; of a
    /// single value the biased one).
    ///
    /// - Parameters:
    ///   - input: what is to be normalised.
    ///   - parameters: of the layer; their running estimates are moved.
    ///   - repeats: how many times each image stands for itself: T for a static picture, else 1. Only the unbiased
    ///     variance notices: n = repeats · images · height · width.
    public func batchStatistics(
        of input: RealTensor,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> ChannelStatistics {
        let operation = "batchStatistics"
        try require(input, operation, "the input")
        try requireRunning(parameters, channels: input.shape.channels, repeats: repeats, operation)
        let statistics = try newStatistics(channels: input.shape.channels)
        try kernels.normalization.batchStatistics(
            of: input,
            moments: nil,
            updating: parameters,
            repeats: repeats,
            result: statistics
        )
        return statistics
    }

    /// Statistics from the running estimates, for inference.
    public func runningStatistics(
        of parameters: NormalizationParameters
    ) throws(BackendError) -> ChannelStatistics {
        let operation = "runningStatistics"
        let channels = parameters.runningMean.channels
        try requirePixels(ImageShape(images: 1, height: 1, width: 1, channels: channels), operation)
        try requireRunning(parameters, channels: channels, repeats: 1, operation)
        let statistics = try newStatistics(channels: channels)
        try kernels.normalization.runningStatistics(of: parameters, result: statistics)
        return statistics
    }

    /// The normalised input.
    public func normalize(
        _ input: RealTensor,
        with normalization: Normalization
    ) throws(BackendError) -> RealTensor {
        try require(input, "normalize", "the input")
        try require(normalization, channels: input.shape.channels, "normalize")
        let output = try newTensor(input.shape)
        try kernels.normalization.normalize(input, with: normalization, output: output)
        return output
    }

    /// ∂L/∂x from ∂L/∂y through the statistics of the batch; the parameters' gradients go to `gradients`.
    ///
    ///     ∂L/∂x = γ·gain·σ⁻¹·(g − mean(g) − x̂·mean(g·x̂))
    public func normalizeBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients
    ) throws(BackendError) -> RealTensor {
        let operation = "normalizeBackward"
        try require(input, operation, "the input")
        try requireEqual(gradient.shape, input.shape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        try require(normalization, channels: input.shape.channels, operation)
        try require(gradients, channels: input.shape.channels, operation)
        let result = try newTensor(input.shape)
        try kernels.normalization.normalizeBackward(
            gradient,
            input: input,
            normalization: normalization,
            gradients: gradients,
            result: result
        )
        return result
    }

    /// Checks what statistics come from or move.
    func requireRunning(
        _ parameters: NormalizationParameters,
        channels: Int,
        repeats: Int,
        _ operation: String
    ) throws(BackendError) {
        try require(parameters.runningMean, channels: channels, operation, "the running mean")
        try require(parameters.runningVariance, channels: channels, operation, "the running variance")
        try require(repeats >= 1, operation, "an image cannot stand for itself \(repeats) times")
    }

    func require(
        _ normalization: Normalization,
        channels: Int,
        _ operation: String
    ) throws(BackendError) {
        let statistics = normalization.statistics
        try require(
            statistics.channels == channels,
            operation,
            "the statistics have \(statistics.channels) channels, expected \(channels)"
        )
        try requireRoom(ChannelStatistics.words(channels), in: statistics.storage, operation, "the statistics")
        try require(normalization.parameters.weight, channels: channels, operation, "the norm's weight")
        try require(normalization.parameters.bias, channels: channels, operation, "the norm's bias")
    }

    func require(
        _ gradients: NormalizationGradients,
        channels: Int,
        _ operation: String
    ) throws(BackendError) {
        try require(gradients.weight, channels: channels, operation, "the weight's gradient")
        try require(gradients.bias, channels: channels, operation, "the bias's gradient")
    }

    func newStatistics(channels: Int) throws(BackendError) -> ChannelStatistics {
        let words = ChannelStatistics.words(channels)
        return ChannelStatistics(channels: channels, storage: try kernels.device.allocate(words: words))
    }
}

/// What the norms of ``Backend`` run.
public protocol NormalizationKernels: Sendable {
    /// Statistics of `input`, and the running estimates moved. `moments` are those that this backend's convolution took of
    /// the input, if it did.
    func batchStatistics(
        of input: RealTensor,
        moments: RunMoments?,
        updating parameters: NormalizationParameters,
        repeats: Int,
        result: ChannelStatistics
    ) throws(BackendError)

    /// Statistics from the running estimates.
    func runningStatistics(of parameters: NormalizationParameters, result: ChannelStatistics) throws(BackendError)

    /// The normalised input.
    func normalize(
        _ input: RealTensor,
        with normalization: Normalization,
        output: RealTensor
    ) throws(BackendError)

    /// ∂L/∂x and the parameters' gradients.
    func normalizeBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients,
        result: RealTensor
    ) throws(BackendError)
}
