import OpenCLRuntime
public import Tensors

// Kernels/normalization: statistics.cl, normalize.cl, backward.cl.
extension OpenCLBackend: NormalizationOperations {
    /// Statistics of this batch (biased variance), and the running estimates moved towards them (unbiased variance; the
    /// biased one of a single value).
    public func batchStatistics(
        of input: RealTensor,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> ChannelStatistics {
        let shape = input.shape
        try require(input, "batchStatistics", "the input")
        try require(parameters, channels: shape.channels, repeats: repeats)

        let runs = pixelRuns(shape.pixels, bytes: lanes(of: shape).width * wordBytes, isReduced: true)
        let partials = try allocate(words: runs.count * 2 * shape.channelStride)
        try run(
            "batch_statistics_partial",
            "normalization/statistics.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(input.storage), .storage(partials), .int(shape.pixels), .int(shape.channelStride),
                .int(runs.length),
            ],
            global: [lanes(of: shape).chunks, runs.count]
        )
        let moments = RunMoments(storage: partials, length: runs.length, count: runs.count)
        return try combine(moments, of: shape, updating: parameters, repeats: repeats)
    }

    /// Statistics from the moments of runs of pixels.
    func combine(
        _ moments: RunMoments,
        of shape: ImageShape,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> ChannelStatistics {
        let statistics = ChannelStatistics(
            channels: shape.channels,
            storage: try allocate(words: 2 * shape.channelStride)
        )
        let merged = try mergeMoments(moments, of: shape)
        let n = Double(repeats) * Double(shape.pixels)
        try run(
            "batch_statistics_combine",
            "normalization/statistics.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(merged.storage), .storage(statistics.storage), .storage(parameters.runningMean.storage),
                .storage(parameters.runningVariance.storage), .int(shape.pixels), .int(shape.channelStride),
                .int(shape.channels), .int(merged.length), .int(merged.count), .float(Float(n / max(n - 1, 1))),
                .float(NormalizationParameters.epsilon),
                .float(NormalizationParameters.momentum),
            ],
            global: [lanes(of: shape).chunks]
        )
        return statistics
    }

    /// Checks what statistics move.
    func require(
        _ parameters: NormalizationParameters,
        channels: Int,
        repeats: Int
    ) throws(BackendError) {
        let operation = "batchStatistics"
        try require(parameters.runningMean, channels: channels, operation, "the running mean")
        try require(parameters.runningVariance, channels: channels, operation, "the running variance")
        try require(repeats >= 1, operation, "an image cannot stand for itself \(repeats) times")
    }

    /// Statistics from the running estimates, for inference.
    public func runningStatistics(
        of parameters: NormalizationParameters
    ) throws(BackendError) -> ChannelStatistics {
        let operation = "runningStatistics"
        let shape = ImageShape(images: 1, height: 1, width: 1, channels: parameters.runningMean.channels)
        try requirePixels(shape, operation)
        try require(parameters.runningMean, channels: shape.channels, operation, "the running mean")
        try require(parameters.runningVariance, channels: shape.channels, operation, "the running variance")
        let storage = try allocate(words: 2 * shape.channelStride)
        try run(
            "running_statistics",
            "normalization/statistics.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(parameters.runningMean.storage), .storage(parameters.runningVariance.storage),
                .storage(storage), .int(shape.channelStride), .int(shape.channels),
                .float(NormalizationParameters.epsilon),
            ],
            global: [lanes(of: shape).chunks]
        )
        return ChannelStatistics(channels: shape.channels, storage: storage)
    }

    /// The normalised input.
    public func normalize(
        _ input: RealTensor,
        with normalization: Normalization
    ) throws(BackendError) -> RealTensor {
        let shape = input.shape
        try require(input, "normalize", "the input")
        try require(normalization, channels: shape.channels, "normalize")
        let output = try newTensor(shape)
        let runs = pixelRuns(shape.pixels, bytes: 2 * lanes(of: shape).groupWidth * wordBytes)
        try run(
            "normalize_pixels",
            "normalization/normalize.cl",
            options: lanes(of: shape).groupOptions,
            arguments: [
                .storage(input.storage), .storage(normalization.statistics.storage),
                .storage(normalization.parameters.weight.storage), .storage(normalization.parameters.bias.storage),
                .storage(output.storage), .int(shape.pixels), .int(shape.channelStride), .int(runs.length),
                .int(lanes(of: shape).groupChunks), .float(normalization.parameters.gain),
            ],
            global: [lanes(of: shape).groups, runs.count]
        )
        return output
    }

    /// ∂L/∂x from ∂L/∂y through the statistics of the batch; the parameters' gradients go to `gradients`.
    public func normalizeBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients
    ) throws(BackendError) -> RealTensor {
        let operation = "normalizeBackward"
        let shape = input.shape
        try require(input, operation, "the input")
        try requireEqual(gradient.shape, shape, operation, "the gradient")
        try require(gradient, operation, "the gradient")
        try require(normalization, channels: shape.channels, operation)
        try require(gradients, channels: shape.channels, operation)

        let runs = pixelRuns(shape.pixels, bytes: 2 * lanes(of: shape).width * wordBytes, isReduced: true)
        let partials = try allocate(words: runs.count * 2 * shape.channelStride)
        try run(
            "normalize_backward_sums",
            "normalization/backward.cl",
            options: lanes(of: shape).groupOptions,
            arguments: [
                .storage(gradient.storage), .storage(input.storage), .storage(normalization.statistics.storage),
                .storage(partials), .int(shape.pixels), .int(shape.channelStride), .int(runs.length),
            ],
            global: [lanes(of: shape).chunks, runs.count]
        )
        let result = try newTensor(shape)
        try finishNormalizeBackward(
            gradient.storage,
            partials: partials,
            runs: runs.count,
            input: input,
            normalization: normalization,
            gradients: gradients,
            result: result.storage
        )
        return result
    }

    /// What follows the partial sums Σ g and Σ g·(x − mean): the parameters' gradients, and ∂L/∂x, which may be written
    /// over the gradient.
    func finishNormalizeBackward(
        _ gradient: any Storage,
        partials: any Storage,
        runs: Int,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients,
        result: any Storage
    ) throws(BackendError) {
        let shape = input.shape
        let merged = try mergeSums(partials, words: 2 * shape.channelStride, runs: runs)
        let coefficients = try allocate(words: 2 * shape.channelStride)
        try run(
            "normalize_backward_combine",
            "normalization/backward.cl",
            options: lanes(of: shape).groupOptions,
            arguments: [
                .storage(merged.partials), .storage(normalization.statistics.storage),
                .storage(gradients.weight.storage),
                .storage(gradients.bias.storage), .storage(coefficients), .int(shape.channelStride), .int(merged.runs),
                .float(Float(shape.pixels)), .float(normalization.parameters.gain),
            ],
            global: [lanes(of: shape).chunks]
        )
        let cuts = pixelRuns(shape.pixels, bytes: 3 * lanes(of: shape).groupWidth * wordBytes)
        try run(
            "normalize_backward_apply",
            "normalization/backward.cl",
            options: lanes(of: shape).groupOptions,
            arguments: [
                .storage(gradient), .storage(input.storage), .storage(normalization.statistics.storage),
                .storage(normalization.parameters.weight.storage), .storage(coefficients), .storage(result),
                .int(shape.pixels), .int(shape.channelStride), .int(cuts.length),
                .int(lanes(of: shape).groupChunks), .float(normalization.parameters.gain),
            ],
            global: [lanes(of: shape).groups, cuts.count]
        )
    }

    func require(
        _ normalization: Normalization,
        channels: Int,
        _ operation: String
    ) throws(BackendError) {
        try require(
            normalization.statistics.channels == channels,
            operation,
            "the statistics have \(normalization.statistics.channels) channels, expected \(channels)"
        )
        let words = 2 * roundUp(channels, toMultipleOf: ImageShape.channelGroup)
        try requireRoom(words, in: normalization.statistics.storage, operation, "the statistics")
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
}
