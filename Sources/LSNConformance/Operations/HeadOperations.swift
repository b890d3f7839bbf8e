import LSNTensors

/// Global average pooling and a fully connected layer with bias: y is `[N, out]`.
enum GlobalAveragePoolLinearOperation: ConformanceOperation {
    static let name = "global_average_pool_linear"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let input = try operands.real("input.x", on: backend)
        let filter = try operands.filter("parameter.weight", on: backend)
        let bias = try operands.vector("parameter.bias", on: backend)
        let pooled = try backend.globalAveragePool(.real(input))
        let output = try backend.convolve(.real(pooled), filter: filter, geometry: WindowGeometry())
        try backend.addBias(bias, to: output)
        try results.add("output.y", output, as: [output.shape.images, output.shape.channels])

        guard operands.has("cotangent.y") else { return }
        let tensor = try operands.tensor("cotangent.y")
        guard tensor.shape == [output.shape.images, output.shape.channels] else {
            throw operands.refuse(tensor, "is not that of y")
        }
        let cotangent = try backend.realTensor(tensor.values, shape: output.shape)
        let byBias = ChannelVector(
            channels: bias.channels,
            storage: try backend.allocate(words: output.shape.channelStride)
        )
        try backend.biasGradient(of: cotangent, result: byBias)
        try results.add("gradient.bias", byBias)
        let byFilter = Filter(shape: filter.shape, storage: try backend.allocate(words: filter.shape.words))
        try backend.convolveBackwardFilter(
            input: .real(pooled),
            gradient: cotangent,
            geometry: WindowGeometry(),
            result: byFilter
        )
        try results.add("gradient.weight", byFilter, as: [filter.shape.outputs, filter.shape.inputs])
        let byPooled = try backend.convolveBackwardData(
            cotangent,
            filter: filter,
            geometry: WindowGeometry(),
            inputShape: pooled.shape,
            accumulator: nil
        )
        try results.add("gradient.x", try backend.globalAveragePoolBackward(byPooled, inputShape: input.shape))
    }
}

/// A bias on every pixel, and its gradient.
enum BiasOperation: ConformanceOperation {
    static let name = "bias"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let tensor = try operands.real("input.x", on: backend)
        let bias = try operands.vector("parameter.bias", on: backend)
        try backend.addBias(bias, to: tensor)
        try results.add("output.y", tensor)

        guard operands.has("cotangent.y") else { return }
        let byBias = ChannelVector(
            channels: bias.channels,
            storage: try backend.allocate(words: tensor.shape.channelStride)
        )
        try backend.biasGradient(of: operands.real("cotangent.y", on: backend), result: byBias)
        try results.add("gradient.bias", byBias)
    }
}

/// A loss of logits `[T, N, classes]`, with `label_smoothing` or without, with `input.others` (of which samples have 1 − `share`) or
/// without, of a micro-batch of `batch_size` samples or of all, its gradient, and how many samples were classified rightly.
enum LossOperation: ConformanceOperation {
    static let name = "loss"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let loss = try operands.loss()
        let logits = try operands.tensor("input.logits")
        let labels = try operands.labels("input.labels")
        guard logits.shape.count == 3, logits.shape[1] == labels.count, logits.shape.allSatisfy({ $0 >= 1 }) else {
            throw operands.refuse(logits, "is not [T, N, classes] for \(labels.count) labels")
        }
        let shape = ImageShape(
            images: logits.shape[0] * logits.shape[1],
            height: 1,
            width: 1,
            channels: logits.shape[2]
        )
        var mixed: MixedLabels?
        if operands.has("input.others") {
            let others = try operands.labels("input.others")
            let share = try operands.number("share")
            guard others.count == labels.count, 0...1 ~= share else {
                throw operands.refuse("share", "from 0 to 1, with as many others as labels")
            }
            mixed = MixedLabels(labels: try backend.upload(others), mix: SampleMix(share: share))
        }
        // Whatever stood in the record is overwritten, and nothing beside it.
        let record = try backend.upload([UInt32](repeating: 77, count: StepRecord.words))
        let gradient = try backend.classificationLoss(
            try backend.realTensor(logits.values, shape: shape),
            labels: try backend.upload(labels),
            timeSteps: logits.shape[0],
            loss: loss,
            labelSmoothing: try operands.float("label_smoothing", default: 0),
            mixed: mixed,
            batchSize: try operands.integer("batch_size", in: 1...65_536, default: labels.count),
            record: record
        )
        let words = try backend.read(record, count: StepRecord.words)
        results.add("output.loss", shape: [1], values: [Float(bitPattern: words[StepRecord.loss])])
        results.add("output.correct", shape: [1], values: [Float(words[StepRecord.correct])])
        try results.add("gradient.logits", gradient, as: logits.shape)
        let others = words.indices.filter { $0 != StepRecord.loss && $0 != StepRecord.correct }
        if others.contains(where: { words[$0] != 77 }) { results.note("words of the record beside its own changed") }
    }
}
