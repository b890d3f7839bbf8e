import LSNNetworks
import LSNTensors
import LSNTraining

/// A whole network: logits and loss in training, every gradient, running statistics, and `output.inference_logits` with
/// the running statistics after the training call. The stem is as wide as the first stage. With `mpd_weight`, the
/// loss on the potentials' distribution joins the loss. With `micro_batches`, the samples go through in so many parts, each
/// normalised by itself, and what they leave is added up as in a step of training.
enum NetworkOperation: ConformanceOperation {
    static let name = "network"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let pictures = try operands.tensor("input.x")
        let labels = try operands.labels("input.labels")
        let isStatic = pictures.shape.count == 4
        let shape = try operands.imageShape(pictures)
        let loss = try operands.loss()
        let description = try operands.networkDescription(for: shape)
        let (steps, classes) = (description.timeSteps, description.classes)
        guard isStatic ? shape.images == labels.count : pictures.shape[0] == steps && pictures.shape[1] == labels.count
        else {
            throw operands.refuse(pictures, "does not fit \(labels.count) labels and \(steps) time steps")
        }
        let network = try Network(description, backend: backend)
        try network.parameters.load(state: operands.parameters(), source: "the case")
        let mpd = try operands.float("mpd_weight", default: 0)
        let cut = MicroBatchCut(try operands.integer("micro_batches", in: 1...max(labels.count, 1), default: 1))

        let parts = cut.places(0..<labels.count)
        var sums = try GradientSums(network.parameters, sizes: parts.map(\.count))
        // Of each time step.
        var logits = [[Float]](repeating: [], count: steps)
        var losses: [Float] = []
        for places in parts {
            try sums.begin()
            let share = Float(places.count) / Float(labels.count)
            let input = try backend.realTensor(
                Self.samples(places, of: pictures, isStatic: isStatic),
                shape: shape.with(images: isStatic ? places.count : steps * places.count)
            )
            let pass = try network.forward(input, isStatic: isStatic, training: true)
            let size = places.count * classes
            let values = try backend.values(pass.logits)
            for step in 0..<steps { logits[step] += values[step * size..<(step + 1) * size] }
            let record = try backend.zeros(words: StepRecord.words)
            let gradient = try backend.classificationLoss(
                pass.logits,
                labels: try backend.upload(Array(labels[places])),
                timeSteps: steps,
                loss: loss,
                batchSize: labels.count,
                record: record
            )
            try network.backward(
                pass,
                logitsGradient: gradient,
                mpdLoss: mpd > 0 ? MPDLoss(weight: mpd * share) : nil,
                record: record
            )
            losses.append(try backend.readFloats(record, count: 1)[StepRecord.loss])
            try sums.add()
        }
        let extents = [steps, labels.count, classes]
        results.add("output.logits", shape: extents, values: Array(logits.joined()))
        results.add("output.loss", shape: [1], values: [TreeSum.total(losses) ?? 0])
        for tensor in try network.parameters.exportGradients() { results.add(tensor, prefix: "gradient.") }
        try results.addRunningStatistics(of: network.parameters)

        let input = try backend.realTensor(pictures.values, shape: shape)
        let inference = try network.forward(input, isStatic: isStatic, training: false)
        try results.add("output.inference_logits", inference.logits, as: extents)
    }

    /// Some samples of `[N, …]`, or of `[T, N, …]` at every time step.
    private static func samples(_ places: Range<Int>, of tensor: NamedTensor, isStatic: Bool) -> [Float] {
        let (steps, count) = isStatic ? (1, tensor.shape[0]) : (tensor.shape[0], tensor.shape[1])
        let size = tensor.values.count / (steps * count)
        return (0..<steps).flatMap { step in
            tensor.values[(step * count + places.lowerBound) * size..<(step * count + places.upperBound) * size]
        }
    }
}

extension CaseOperands {
    fileprivate mutating func networkDescription(for shape: ImageShape) throws(ConformanceError) -> NetworkDescription {
        let widths = try integers("widths")
        return NetworkDescription(
            family: try family(),
            isBottleneck: try flag("bottleneck"),
            stages: try integers("stages"),
            widths: widths,
            stemWidth: widths.first ?? 0,
            stem: try choice("stem"),
            head: try choice("head"),
            classes: try integer("classes", in: 1...65_536),
            timeSteps: try integer("time_steps", in: 1...1024),
            inChannels: try integer("in_channels", in: 1...65_536),
            imageHeight: shape.height,
            imageWidth: shape.width,
            neuron: try neuron(isLeakLearned: learnsLeak)
        )
    }
}
