public import LSNTensors

// Batch norm per channel c over images and pixels (Ioffe and Szegedy; `gain` is tdBN's k·V_th, Zheng et al.):
//
//     μ = Σ x / m,  σ² = Σ (x − μ)² / m                             m = images · height · width
//     y = weight · gain · (x − μ) / √(σ² + ε) + bias
//     running mean += momentum · (μ − running mean)
//     running variance += momentum · (σ²·n/(n − 1) − running variance)             n = repeats · m
//
// Backward, x̂ = (x − μ) / √(σ² + ε) and g = ∂L/∂y:
//
//     ∂L/∂bias = Σ g,  ∂L/∂weight = gain · Σ g·x̂
//     ∂L/∂x = weight · gain / √(σ² + ε) · (g − mean(g) − x̂ · mean(g·x̂))
//
// In Float, with the sums of ``SumOrder`` and the roundings of Kernels/normalization: the same bits.
extension ReferenceBackend {
    /// μ and 1/√(σ² + ε) of the formulas above; moves the running estimates.
    public func batchStatistics(
        of input: RealTensor,
        moments: RunMoments?,
        updating parameters: NormalizationParameters,
        repeats: Int,
        result: ChannelStatistics
    ) throws(BackendError) {
        let shape = input.shape
        let x = try load(input)
        let oldMean = try load(parameters.runningMean)
        let oldVariance = try load(parameters.runningVariance)

        let moments = parallelMap(shape.channels) { channel in
            Moments(of: stride(from: channel, to: x.count, by: shape.channelStride).map { x[$0] })
        }
        let variances = moments.map { $0.squares / Float(shape.pixels) }
        let correction = NormalizationParameters.varianceCorrection(pixels: shape.pixels, repeats: repeats)
        let momentum = NormalizationParameters.momentum
        try store(
            zip(oldMean, moments).map { old, new in old.addingProduct(momentum, new.mean - old) },
            in: parameters.runningMean
        )
        try store(
            zip(oldVariance, variances).map { old, new in old.addingProduct(momentum, new * correction - old) },
            in: parameters.runningVariance
        )
        try store(mean: moments.map(\.mean), variance: variances, in: result)
    }

    /// The running mean and 1/√(running variance + ε).
    public func runningStatistics(
        of parameters: NormalizationParameters,
        result: ChannelStatistics
    ) throws(BackendError) {
        try store(
            mean: try load(parameters.runningMean),
            variance: try load(parameters.runningVariance),
            in: result
        )
    }

    /// y of the formulas above.
    public func normalize(
        _ input: RealTensor,
        with normalization: Normalization,
        output: RealTensor
    ) throws(BackendError) {
        let shape = input.shape
        let x = try load(input)
        let norm = try ChannelNorm(self, normalization)
        var y = [Float](repeating: 0, count: x.count)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels {
                let index = pixel * shape.channelStride + channel
                y[index] = norm.apply(x[index], channel)
            }
        }
        try store(y, in: output.storage)
    }

    /// ∂L/∂x of the formulas above; the parameters' gradients go to `gradients`.
    public func normalizeBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients,
        result: RealTensor
    ) throws(BackendError) {
        let shape = input.shape
        let g = try load(gradient)
        let x = try load(input)
        let norm = try ChannelNorm(self, normalization)
        let sums = parallelMap(shape.channels) { channel in
            let runs = stride(from: 0, to: shape.pixels, by: SumOrder.run).map { begin in
                var run = GradientSums()
                for pixel in begin..<min(begin + SumOrder.run, shape.pixels) {
                    let index = pixel * shape.channelStride + channel
                    run.add(g[index], x[index] - norm.mean[channel])
                }
                return run
            }
            return GradientSums(merging: runs)
        }
        try finishNormalizeBackward(
            g,
            sums: sums,
            input: x,
            shape: shape,
            norm: norm,
            gradients: gradients,
            result: result
        )
    }

    /// What follows the sums: the parameters' gradients, and ∂L/∂x.
    func finishNormalizeBackward(
        _ gradient: [Float],
        sums: [GradientSums],
        input x: [Float],
        shape: ImageShape,
        norm: ChannelNorm,
        gradients: NormalizationGradients,
        result: RealTensor
    ) throws(BackendError) {
        let m = Float(shape.pixels)
        let normalized = sums.indices.map { sums[$0].products * norm.inverseDeviation[$0] }
        try store(sums.map(\.gradients), in: gradients.bias)
        try store(normalized.map { $0 * norm.gain }, in: gradients.weight)
        let averages = sums.map { $0.gradients / m }
        let slopes = normalized.indices.map { normalized[$0] * norm.inverseDeviation[$0] / m }

        var byInput = [Float](repeating: 0, count: x.count)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels {
                let index = pixel * shape.channelStride + channel
                let centred = gradient[index] - averages[channel]
                byInput[index] =
                    norm.scale[channel] * centred.addingProduct(norm.mean[channel] - x[index], slopes[channel])
            }
        }
        try store(byInput, in: result.storage)
    }

    private func store(
        mean: [Float],
        variance: [Float],
        in statistics: ChannelStatistics
    ) throws(BackendError) {
        let inverse = variance.map { 1 / ($0 + NormalizationParameters.epsilon).squareRoot() }
        try store(HostLayout.channelWords(mean) + HostLayout.channelWords(inverse), in: statistics.storage)
    }
}

/// A normalization loaded into host memory, as Kernels/normalization/affine.cl applies it: y = (x − mean)·scale + bias,
/// scale = weight·gain·σ⁻¹.
struct ChannelNorm: Sendable {
    let mean, inverseDeviation, scale, bias: [Float]
    let gain: Float

    init(_ backend: ReferenceBackend, _ normalization: Normalization) throws(BackendError) {
        let (statistics, parameters) = (normalization.statistics, normalization.parameters)
        let channels = statistics.channels
        let padded = roundUp(channels, toMultipleOf: ImageShape.channelAlignment)
        let words = try backend.own(statistics.storage).floats(2 * padded)
        let inverse = Array(words[padded..<padded + channels])
        let gain = parameters.gain
        mean = Array(words[..<channels])
        inverseDeviation = inverse
        scale = zip(try backend.load(parameters.weight), inverse).map { weight, inverse in weight * gain * inverse }
        bias = try backend.load(parameters.bias)
        self.gain = gain
    }

    func apply(_ x: Float, _ channel: Int) -> Float {
        bias[channel].addingProduct(x - mean[channel], scale[channel])
    }
}

/// Σ g and Σ g·(x − mean) of a channel.
struct GradientSums: Sendable {
    var gradients: Float = 0
    var products: Float = 0

    init() {}

    init(merging runs: [GradientSums]) {
        gradients = SumOrder.merged(runs.map(\.gradients))
        products = SumOrder.merged(runs.map(\.products))
    }

    mutating func add(_ gradient: Float, _ difference: Float) {
        gradients += gradient
        products.addProduct(gradient, difference)
    }
}
