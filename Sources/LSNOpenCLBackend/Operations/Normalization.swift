import LSNOpenCLRuntime
public import LSNTensors

// Kernels/normalization: statistics.cl, normalize.cl, backward.cl.
extension OpenCLBackend: NormalizationKernels {
    /// Statistics of this batch, from the moments of runs of pixels.
    public func batchStatistics(
        of input: RealTensor,
        moments: RunMoments?,
        updating parameters: NormalizationParameters,
        repeats: Int,
        result: ChannelStatistics
    ) throws(BackendError) {
        let shape = input.shape
        let runs = if let moments { moments.storage } else { try runMoments(of: input) }
        let merged = try mergeMoments(runs, of: shape)
        let items = mergingItems(of: shape)
        try run(
            "batch_statistics",
            "normalization/statistics.cl",
            options: [lanes(of: shape).option, items.option],
            arguments: [
                .storage(merged.storage), .storage(result.storage), .storage(parameters.runningMean.storage),
                .storage(parameters.runningVariance.storage), .int(shape.pixels), .int(shape.channelStride),
                .int(shape.channels), .int(merged.run), .int(merged.runs),
                .float(NormalizationParameters.varianceCorrection(pixels: shape.pixels, repeats: repeats)),
                .float(NormalizationParameters.epsilon), .float(NormalizationParameters.momentum),
            ],
            global: items.global,
            local: items.local
        )
    }

    /// The moments of every run of a tensor's pixels, which is read for them.
    func runMoments(of input: RealTensor) throws(BackendError) -> any Storage {
        let shape = input.shape
        let lanes = mapping.lanesOfRuns(of: shape)
        let runs = sumRuns(shape.pixels, bytes: lanes.width * wordBytes)
        let moments = try newMoments(of: shape).storage
        try run(
            "run_moments",
            "normalization/statistics.cl",
            options: [lanes.option],
            arguments: [
                .storage(input.storage), .storage(moments), .int(shape.pixels), .int(shape.channelStride),
                .int(runs.itemRuns),
            ],
            global: range(lanes.chunks, by: runs.items)
        )
        return moments
    }

    /// Statistics from the running estimates, for inference.
    public func runningStatistics(
        of parameters: NormalizationParameters,
        result: ChannelStatistics
    ) throws(BackendError) {
        let shape = ImageShape(images: 1, height: 1, width: 1, channels: result.channels)
        try run(
            "running_statistics",
            "normalization/statistics.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(parameters.runningMean.storage), .storage(parameters.runningVariance.storage),
                .storage(result.storage), .int(shape.channelStride), .int(shape.channels),
                .float(NormalizationParameters.epsilon),
            ],
            global: [lanes(of: shape).chunks]
        )
    }

    /// The normalised input.
    public func normalize(
        _ input: RealTensor,
        with normalization: Normalization,
        output: RealTensor
    ) throws(BackendError) {
        let shape = input.shape
        let runs = pixelRuns(shape.pixels, bytes: 2 * lanes(of: shape).itemWidth * wordBytes)
        try run(
            "normalize_pixels",
            "normalization/normalize.cl",
            options: lanes(of: shape).itemOptions,
            arguments: [
                .storage(input.storage), .storage(normalization.statistics.storage),
                .storage(normalization.parameters.weight.storage), .storage(normalization.parameters.bias.storage),
                .storage(output.storage), .int(shape.pixels), .int(shape.channelStride), .int(runs.length),
                .int(lanes(of: shape).itemChunks), .float(normalization.parameters.gain),
            ],
            global: [lanes(of: shape).items * runs.count]
        )
    }

    /// ∂L/∂x from ∂L/∂y through the statistics of the batch; the parameters' gradients go to `gradients`.
    public func normalizeBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients,
        result: RealTensor
    ) throws(BackendError) {
        let shape = input.shape
        let runs = sumRuns(shape.pixels, bytes: 2 * lanes(of: shape).width * wordBytes)
        let partials = try allocate(words: runs.count * 2 * shape.channelStride)
        try run(
            "normalize_backward_sums",
            "normalization/backward.cl",
            options: lanes(of: shape).itemOptions,
            arguments: [
                .storage(gradient.storage), .storage(input.storage), .storage(normalization.statistics.storage),
                .storage(partials), .int(shape.pixels), .int(shape.channelStride), .int(runs.itemRuns),
            ],
            global: range(lanes(of: shape).chunks, by: runs.items)
        )
        try finishNormalizeBackward(
            gradient.storage,
            partials: partials,
            runs: runs.count,
            input: input,
            normalization: normalization,
            gradients: gradients,
            result: result.storage
        )
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
        let merged = try mergeSums(partials, words: 2 * shape.channelStride, runs: runs, isFinishedByRows: true)
        let coefficients = try allocate(words: 2 * shape.channelStride)
        let items = mergingItems(of: shape)
        try run(
            "normalize_backward_combine",
            "normalization/backward.cl",
            options: lanes(of: shape).itemOptions + [items.option],
            arguments: [
                .storage(merged.partials), .storage(normalization.statistics.storage),
                .storage(gradients.weight.storage),
                .storage(gradients.bias.storage), .storage(coefficients), .int(shape.channelStride), .int(merged.runs),
                .float(Float(shape.pixels)), .float(normalization.parameters.gain),
            ],
            global: items.global,
            local: items.local
        )
        let cuts = pixelRuns(shape.pixels, bytes: 3 * lanes(of: shape).itemWidth * wordBytes)
        try run(
            "normalize_backward_apply",
            "normalization/backward.cl",
            options: lanes(of: shape).itemOptions,
            arguments: [
                .storage(gradient), .storage(input.storage), .storage(normalization.statistics.storage),
                .storage(normalization.parameters.weight.storage), .storage(coefficients), .storage(result),
                .int(shape.pixels), .int(shape.channelStride), .int(cuts.length),
                .int(lanes(of: shape).itemChunks), .float(normalization.parameters.gain),
            ],
            global: [lanes(of: shape).items * cuts.count]
        )
    }
}
