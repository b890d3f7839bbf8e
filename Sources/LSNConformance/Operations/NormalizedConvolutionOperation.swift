import LSNTensors

/// A convolution of spikes with the statistics of its output: the output, normalised by them, and the running estimates
/// after the call.
enum NormalizedConvolutionOperation: ConformanceOperation {
    static let name = "normalized_convolution"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let geometry = try operands.geometry()
        let input: Activation = try operands.activation("input.x", isSpikes: true, on: backend)
        let filter = try operands.filter("parameter.filter", on: backend)
        let parameters = try operands.normalizationParameters(on: backend)
        let repeats = try operands.integer("repeats", in: 1...1024, default: 1)
        let (output, statistics) = try backend.convolve(
            input,
            filter: filter,
            geometry: geometry,
            updating: parameters,
            repeats: repeats
        )
        try results.add("output.convolved", output)
        let normalization = Normalization(statistics: statistics, parameters: parameters)
        try results.add("output.y", try backend.normalize(output, with: normalization))
        try results.add("output.running_mean", parameters.runningMean)
        try results.add("output.running_var", parameters.runningVariance)
    }
}
