import Tensors

/// All T steps of a neuron layer and back. With `static`, x is one picture that stands at every step.
enum NeuronOperation: ParityOperation {
    static let name = "lif"

    static func run<B: Backend>(_ operands: inout CaseOperands, into results: inout CaseResults<B>) throws {
        let backend = results.backend
        let time = try operands.timeAxis()
        let neuron = try operands.neuron()
        let tensor = try operands.tensor("input.x")
        let input = try operands.real("input.x", on: backend)
        let spikes = try backend.fire(input, normalization: nil, neuron: neuron, time: time)
        try results.add("output.y", spikes, as: time.outputExtents(tensor.shape))

        guard operands.has("cotangent.y") else { return }
        let byInput = try backend.fireBackward(
            operands.real("cotangent.y", on: backend),
            input: input,
            normalization: nil,
            neuron: neuron,
            time: time,
            gradients: nil
        )
        try results.add("gradient.x", byInput, as: tensor.shape)
    }
}

/// Batch norm and neuron in one, in training or (`inference`, no gradients) with the running statistics.
enum NormalizedNeuronOperation: ParityOperation {
    static let name = "normalized_lif"

    static func run<B: Backend>(_ operands: inout CaseOperands, into results: inout CaseResults<B>) throws {
        let backend = results.backend
        let time = try operands.timeAxis()
        // The threshold is the neuron's; the norm's gain reads the same one.
        let parameters = try operands.normalizationParameters(on: backend)
        let neuron = try operands.neuron()
        let isInference = try operands.flag("inference", default: false)
        let tensor = try operands.tensor("input.x")
        let input = try operands.real("input.x", on: backend)
        let statistics =
            isInference
            ? try backend.runningStatistics(of: parameters)
            : try backend.batchStatistics(of: input, updating: parameters, repeats: time.isStatic ? time.steps : 1)
        let normalization = Normalization(statistics: statistics, parameters: parameters)
        let spikes = try backend.fire(input, normalization: normalization, neuron: neuron, time: time)
        try results.add("output.y", spikes, as: time.outputExtents(tensor.shape))
        try results.add("output.running_mean", parameters.runningMean)
        try results.add("output.running_var", parameters.runningVariance)

        guard operands.has("cotangent.y") else { return }
        let gradients = try NormalizationGradients(channels: input.shape.channels, on: backend)
        let byInput = try backend.fireBackward(
            operands.real("cotangent.y", on: backend),
            input: input,
            normalization: normalization,
            neuron: neuron,
            time: time,
            gradients: gradients
        )
        try results.add("gradient.x", byInput, as: tensor.shape)
        try results.add("gradient.weight", gradients.weight)
        try results.add("gradient.bias", gradients.bias)
    }
}

extension CaseOperands {
    /// `time_steps`, and `static` where the input is a picture.
    mutating func timeAxis() throws(ParityError) -> TimeAxis {
        TimeAxis(steps: try integer("time_steps", in: 1...1024), isStatic: try flag("static", default: false))
    }
}

extension TimeAxis {
    /// `[T, N, C, H, W]` from the input's extents: the same, or `[N, C, H, W]` of a picture.
    func outputExtents(_ input: [Int]) -> [Int] { isStatic ? [steps] + input : input }
}
