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
        let n = Double(repeats) * Double(shape.pixels)
        let correction = n / max(n - 1, 1)
        let momentum = Double(NormalizationParameters.momentum)
        try store(
            zip(oldMean, moments).map { old, new in Float(Double(old) + momentum * (new.mean - Double(old))) },
            in: parameters.runningMean
        )
        try store(
            zip(oldVariance, moments).map { old, new in
                Float(Double(old) + momentum * (new.variance * correction - Double(old)))
            },
            in: parameters.runningVariance
        )
        try store(mean: moments.map(\.mean), variance: moments.map(\.variance), in: result)
    }

    /// The running mean and 1/√(running variance + ε).
    public func runningStatistics(
        of parameters: NormalizationParameters,
        result: ChannelStatistics
    ) throws(BackendError) {
        let mean = try load(parameters.runningMean)
        let variance = try load(parameters.runningVariance)
        try store(mean: mean.map(Double.init), variance: variance.map(Double.init), in: result)
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
                y[index] = Float(norm.apply(Double(x[index]), channel))
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
        try normalizeBackward(
            try load(gradient).map(Double.init),
            input: input,
            normalization: normalization,
            gradients: gradients,
            result: result
        )
    }

    /// The backward pass from a gradient that has not been rounded yet, in the layout of `input`.
    func normalizeBackward(
        _ gradient: [Double],
        input: RealTensor,
        normalization: Normalization,
        gradients: NormalizationGradients,
        result: RealTensor
    ) throws(BackendError) {
        let shape = input.shape
        let x = try load(input)
        let norm = try ChannelNorm(self, normalization)

        let sums = parallelMap(shape.channels) { channel in
            var (sum, product) = (0.0, 0.0)
            for pixel in 0..<shape.pixels {
                let index = pixel * shape.channelStride + channel
                sum += gradient[index]
                product += gradient[index] * norm.standardize(Double(x[index]), channel)
            }
            return (gradient: sum, product: product)
        }
        try store(sums.map { Float($0.gradient) }, in: gradients.bias)
        try store(sums.map { Float(norm.gain * $0.product) }, in: gradients.weight)

        var byInput = [Float](repeating: 0, count: x.count)
        let m = Double(shape.pixels)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels {
                let index = pixel * shape.channelStride + channel
                let centred =
                    gradient[index] - sums[channel].gradient / m
                    - norm.standardize(Double(x[index]), channel) * sums[channel].product / m
                byInput[index] = Float(norm.slope(channel) * centred)
            }
        }
        try store(byInput, in: result.storage)
    }

    private func store(
        mean: [Double],
        variance: [Double],
        in statistics: ChannelStatistics
    ) throws(BackendError) {
        let epsilon = Double(NormalizationParameters.epsilon)
        let words =
            HostLayout.channelWords(mean.map { Float($0) })
            + HostLayout.channelWords(variance.map { Float(1 / ($0 + epsilon).squareRoot()) })
        try store(words, in: statistics.storage)
    }
}

/// A normalization loaded into host memory: x̂ = (x − mean)·σ⁻¹, y = weight·gain·x̂ + bias.
struct ChannelNorm: Sendable {
    let mean, inverseDeviation, weight, bias: [Double]
    let gain: Double

    init(_ backend: ReferenceBackend, _ normalization: Normalization) throws(BackendError) {
        let (statistics, parameters) = (normalization.statistics, normalization.parameters)
        let channels = statistics.channels
        let padded = roundUp(channels, toMultipleOf: ImageShape.channelAlignment)
        let words = try backend.own(statistics.storage).floats(2 * padded).map(Double.init)
        mean = Array(words[..<channels])
        inverseDeviation = Array(words[padded..<padded + channels])
        weight = try backend.load(parameters.weight).map(Double.init)
        bias = try backend.load(parameters.bias).map(Double.init)
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
