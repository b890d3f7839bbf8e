public import Tensors

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
extension ReferenceBackend {
    /// μ and 1/√(σ² + ε) of the formulas above; moves the running estimates.
    public func batchStatistics(
        of input: RealTensor,
        updating parameters: NormalizationParameters,
        repeats: Int
    ) throws(BackendError) -> ChannelStatistics {
        let operation = "batchStatistics"
        let shape = input.shape
        let x = try load(input, operation, "the input")
        let oldMean = try load(parameters.runningMean, channels: shape.channels, operation, "the running mean")
        let oldVariance = try load(
            parameters.runningVariance,
            channels: shape.channels,
            operation,
            "the running variance"
        )
        try require(repeats >= 1, operation, "an image cannot stand for itself \(repeats) times")

        let moments = parallelMap(shape.channels) { channel in
            var sum = 0.0
            for pixel in 0..<shape.pixels { sum += Double(x[pixel * shape.channelStride + channel]) }
            let mean = sum / Double(shape.pixels)
            var squares = 0.0
            for pixel in 0..<shape.pixels {
                let difference = Double(x[pixel * shape.channelStride + channel]) - mean
                squares += difference * difference
            }
            return (mean: mean, variance: squares / Double(shape.pixels))
        }

        // A single value has no unbiased variance; its biased one, 0, is kept.
        let n = Double(repeats * shape.pixels)
        let correction = n / max(n - 1, 1)
        let momentum = Double(NormalizationParameters.momentum)
        try store(
            zip(oldMean, moments).map { old, new in Float(Double(old) + momentum * (new.mean - Double(old))) },
            in: parameters.runningMean,
            operation,
            "the running mean"
        )
        try store(
            zip(oldVariance, moments).map { old, new in
                Float(Double(old) + momentum * (new.variance * correction - Double(old)))
            },
            in: parameters.runningVariance,
            operation,
            "the running variance"
        )
        return newStatistics(mean: moments.map(\.mean), variance: moments.map(\.variance))
    }

    /// The running mean and 1/√(running variance + ε).
    public func runningStatistics(
        of parameters: NormalizationParameters
    ) throws(BackendError) -> ChannelStatistics {
        let operation = "runningStatistics"
        let channels = parameters.runningMean.channels
        let mean = try load(parameters.runningMean, channels: channels, operation, "the running mean")
        let variance = try load(parameters.runningVariance, channels: channels, operation, "the running variance")
        return newStatistics(mean: mean.map(Double.init), variance: variance.map(Double.init))
    }

    /// y of the formulas above.
    public func normalize(
        _ input: RealTensor,
        with normalization: Normalization
    ) throws(BackendError) -> RealTensor {
        let shape = input.shape
        let x = try load(input, "normalize", "the input")
        let norm = try ChannelNorm(self, normalization, channels: shape.channels, "normalize")
        var y = [Float](repeating: 0, count: x.count)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels {
                let index = pixel * shape.channelStride + channel
                y[index] = Float(norm.apply(Double(x[index]), channel))
            }
        }
        return newTensor(y, shape: shape)
    }

    /// ∂L/∂x of the formulas above; the parameters' gradients go to `gradients`.
    public func normalizeBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients
    ) throws(BackendError) -> RealTensor {
        let operation = "normalizeBackward"
        try requireEqual(gradient.shape, input.shape, operation, "the gradient")
        return try normalizeBackward(
            try load(gradient, operation, "the gradient").map(Double.init),
            input: input,
            normalization: normalization,
            gradients: gradients,
            operation
        )
    }

    /// The backward pass from a gradient that has not been rounded yet, in the layout of `input`.
    func normalizeBackward(
        _ gradient: [Double],
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients,
        _ operation: String
    ) throws(BackendError) -> RealTensor {
        let shape = input.shape
        let x = try load(input, operation, "the input")
        let norm = try ChannelNorm(self, normalization, channels: shape.channels, operation)
        try requireVector(gradients.weight, channels: shape.channels, operation, "the weight's gradient")
        try requireVector(gradients.bias, channels: shape.channels, operation, "the bias's gradient")

        let sums = parallelMap(shape.channels) { channel in
            var (sum, product) = (0.0, 0.0)
            for pixel in 0..<shape.pixels {
                let index = pixel * shape.channelStride + channel
                sum += gradient[index]
                product += gradient[index] * norm.standardize(Double(x[index]), channel)
            }
            return (gradient: sum, product: product)
        }
        try store(sums.map { Float($0.gradient) }, in: gradients.bias, operation, "the bias's gradient")
        let byWeight = sums.map { Float(norm.gain * $0.product) }
        try store(byWeight, in: gradients.weight, operation, "the weight's gradient")

        var result = [Float](repeating: 0, count: x.count)
        let m = Double(shape.pixels)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels {
                let index = pixel * shape.channelStride + channel
                let centred =
                    gradient[index] - sums[channel].gradient / m
                    - norm.standardize(Double(x[index]), channel) * sums[channel].product / m
                result[index] = Float(norm.slope(channel) * centred)
            }
        }
        return newTensor(result, shape: shape)
    }

    private func newStatistics(mean: [Double], variance: [Double]) -> ChannelStatistics {
        let epsilon = Double(NormalizationParameters.epsilon)
        let words =
            HostLayout.channelWords(mean.map { Float($0) })
            + HostLayout.channelWords(variance.map { Float(1 / ($0 + epsilon).squareRoot()) })
        let storage = ReferenceStorage(words: words.count)
        storage.write(words)
        return ChannelStatistics(channels: mean.count, storage: storage)
    }
}

/// A normalization loaded into host memory: x̂ = (x − mean)·σ⁻¹, y = weight·gain·x̂ + bias.
struct ChannelNorm: Sendable {
    let mean, inverseDeviation, weight, bias: [Double]
    let gain: Double

    init(
        _ backend: ReferenceBackend,
        _ normalization: Normalization,
        channels: Int,
        _ operation: String
    ) throws(BackendError) {
        let (statistics, parameters) = (normalization.statistics, normalization.parameters)
        try backend.require(
            statistics.channels == channels,
            operation,
            "the statistics have \(statistics.channels) channels, expected \(channels)"
        )
        let padded = roundUp(channels, toMultipleOf: ImageShape.channelGroup)
        let storage = try backend.requireRoom(2 * padded, in: statistics.storage, operation, "the statistics")
        let words = storage.floats(2 * padded).map(Double.init)
        mean = Array(words[..<channels])
        inverseDeviation = Array(words[padded..<padded + channels])
        weight = try backend.load(parameters.weight, channels: channels, operation, "the norm's weight")
            .map(Double.init)
        bias = try backend.load(parameters.bias, channels: channels, operation, "the norm's bias").map(Double.init)
        gain = Double(parameters.gain)
    }

    func standardize(_ x: Double, _ channel: Int) -> Double {
        (x - mean[channel]) * inverseDeviation[channel]
    }

    func apply(_ x: Double, _ channel: Int) -> Double {
        weight[channel] * gain * standardize(x, channel) + bias[channel]
    }

    /// ∂y/∂x with the statistics held.
    func slope(_ channel: Int) -> Double {
        weight[channel] * gain * inverseDeviation[channel]
    }
}
