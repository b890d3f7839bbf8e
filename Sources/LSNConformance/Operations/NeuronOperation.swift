import LSNTensors

/// All T steps of a neuron layer and back. With `static`, x is one picture that stands at every step.
enum NeuronOperation: ConformanceOperation {
    static let name = "lif"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        try NeuronRun(&operands, into: &results, norm: .none)
    }
}

/// The same with a learned leak, 1 − σ(w): `parameter.w`, and its gradient.
enum ParametricNeuronOperation: ConformanceOperation {
    static let name = "plif"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        guard operands.has("parameter.w") else {
            throw ConformanceError.tensor("parameter.w", problem: "is missing", operation: name)
        }
        try NeuronRun(&operands, into: &results, norm: .none)
    }
}

/// The same with several `thresholds`: the number of those that fire.
enum MultiLevelOperation: ConformanceOperation {
    static let name = "multi_level_firing"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        try NeuronRun(&operands, into: &results, norm: .none)
    }
}

/// Batch norm and neuron in one, in training or (`inference`, no gradients) with the running statistics; the neuron may
/// have a leak to learn (`parameter.w`) or several `thresholds`.
enum NormalizedNeuronOperation: ConformanceOperation {
    static let name = "normalized_lif"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let isInference = try operands.flag("inference", default: false)
        try NeuronRun(&operands, into: &results, norm: isInference ? .inference : .training)
    }
}

/// The MPD loss of a layer, added to what stands in the record (`loss_before`), and ∂L/∂x,
/// ∂L/∂w and the norm's gradients with its share.
enum MPDLossOperation: ConformanceOperation {
    static let name = "mpd_loss"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        try NeuronRun(
            &operands,
            into: &results,
            norm: operands.has("parameter.weight") ? .training : .none,
            mpd: MPDLoss(weight: try operands.float("mpd_weight"))
        )
    }
}

/// What the neuron's operations have in common: run when it is made.
private struct NeuronRun {
    enum Norm {
        case none
        case training
        case inference
    }

    @discardableResult
    init(
        _ operands: inout CaseOperands,
        into results: inout CaseResults,
        norm: Norm,
        mpd: MPDLoss? = nil
    ) throws {
        let backend = results.backend
        let time = try operands.timeAxis()
        let tensor = try operands.tensor("input.x")
        let input = try operands.real("input.x", on: backend)
        // The norm's gain reads the neuron's threshold, so it comes first.
        let parameters = norm == .none ? nil : try operands.normalizationParameters(on: backend)
        let (neuron, leak) = try operands.neuronAndLeak(on: backend)
        let normalization = try parameters.map { parameters in
            Normalization(
                statistics: norm == .inference
                    ? try backend.runningStatistics(of: parameters)
                    : try backend.batchStatistics(
                        of: input,
                        updating: parameters,
                        repeats: time.isStatic ? time.steps : 1
                    ),
                parameters: parameters
            )
        }
        let extents = time.outputExtents(tensor.shape)
        if neuron.isMultiLevel {
            let count = try backend.fireLevels(
                input,
                normalization: normalization,
                neuron: neuron,
                leak: leak,
                time: time
            )
            try results.add("output.y", count, as: extents)
        } else {
            let spikes = try backend.fire(
                input,
                normalization: normalization,
                neuron: neuron,
                leak: leak,
                time: time
            )
            try results.add("output.y", spikes, as: extents)
        }
        if let parameters {
            try results.add("output.running_mean", parameters.runningMean)
            try results.add("output.running_var", parameters.runningVariance)
        }

        guard operands.has("cotangent.y") else { return }
        var lines: MPDGradient?
        if let mpd {
            let before = try operands.float("loss_before")
            let record = try backend.upload([Float](repeating: before, count: StepRecord.words))
            lines = try backend.mpdLoss(
                input,
                normalization: normalization,
                neuron: neuron,
                leak: leak,
                time: time,
                loss: mpd,
                record: record
            )
            let words = try backend.readFloats(record, count: StepRecord.words)
            results.add("output.loss", shape: [1], values: [words[StepRecord.loss]])
            if words.enumerated().contains(where: { $0 != StepRecord.loss && $1 != before }) {
                results.note("words of the record beside the loss changed")
            }
        }
        let gradients = try parameters.map { _ in
            try NormalizationGradients(channels: input.shape.channels, on: backend)
        }
        let byInput = try backend.fireBackward(
            operands.real("cotangent.y", on: backend),
            input: input,
            normalization: normalization,
            neuron: neuron,
            leak: leak,
            time: time,
            gradients: gradients,
            mpd: lines
        )
        try results.add("gradient.x", byInput, as: tensor.shape)
        if let gradients {
            try results.add("gradient.weight", gradients.weight)
            try results.add("gradient.bias", gradients.bias)
        }
        if let leak { try results.add("gradient.w", leak.gradient) }
    }
}

extension CaseOperands {
    /// `time_steps`, and `static` where the input is a picture.
    mutating func timeAxis() throws(ConformanceError) -> TimeAxis {
        TimeAxis(steps: try integer("time_steps", in: 1...1024), isStatic: try flag("static", default: false))
    }
}

extension TimeAxis {
    /// `[T, N, C, H, W]` from the input's extents: the same, or `[N, C, H, W]` of a picture.
    func outputExtents(_ input: [Int]) -> [Int] { isStatic ? [steps] + input : input }
}
