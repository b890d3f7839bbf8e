package import LSNTensors

/// Batch norm: training output and gradients, running statistics after the call, and `output.inference` with the
/// running statistics before it. output = weight·(scale·threshold·x̂) + bias.
enum NormalizationOperation: ConformanceOperation {
    static let name = "batch_norm"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let input = try operands.real("input.x", on: backend)
        let parameters = try operands.normalizationParameters(on: backend)
        let repeats = try operands.integer("repeats", in: 1...1024, default: 1)

        let running = Normalization(
            statistics: try backend.runningStatistics(of: parameters),
            parameters: parameters
        )
        try results.add("output.inference", try backend.normalize(input, with: running))
        let normalization = Normalization(
            statistics: try backend.batchStatistics(of: input, updating: parameters, repeats: repeats),
            parameters: parameters
        )
        try results.add("output.y", try backend.normalize(input, with: normalization))
        try results.add("output.running_mean", parameters.runningMean)
        try results.add("output.running_var", parameters.runningVariance)

        guard operands.has("cotangent.y") else { return }
        let gradients = try NormalizationGradients(channels: input.shape.channels, on: backend)
        let byInput = try backend.normalizeBackward(
            operands.real("cotangent.y", on: backend),
            input: input,
            normalization: normalization,
            gradients: gradients
        )
        try results.add("gradient.x", byInput)
        try results.add("gradient.weight", gradients.weight)
        try results.add("gradient.bias", gradients.bias)
    }
}

extension CaseOperands {
    /// `parameter.weight`, `.bias`, `.running_mean`, `.running_var`, and `scale` · `threshold` as the gain.
    ///
    /// Epsilon and momentum are the program's constants; other values are unknown.
    mutating func normalizationParameters(on backend: Backend) throws -> NormalizationParameters {
        try constant("epsilon", NormalizationParameters.epsilon)
        try constant("momentum", NormalizationParameters.momentum)
        let gain = try number("scale", default: 1) * number("threshold", default: 1)
        return NormalizationParameters(
            weight: try vector("parameter.weight", on: backend),
            bias: try vector("parameter.bias", on: backend),
            runningMean: try vector("parameter.running_mean", on: backend),
            runningVariance: try vector("parameter.running_var", on: backend),
            gain: Float(gain)
        )
    }
}

extension NormalizationGradients {
    /// Room for gradients.
    package init(channels: Int, on backend: Backend) throws(BackendError) {
        let words = roundUp(channels, toMultipleOf: ImageShape.channelAlignment)
        self.init(
            weight: ChannelVector(channels: channels, storage: try backend.allocate(words: words)),
            bias: ChannelVector(channels: channels, storage: try backend.allocate(words: words))
        )
    }
}
