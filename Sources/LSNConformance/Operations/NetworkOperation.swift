import LSNNetworks
import LSNTensors

/// A whole network: logits and loss in training, every gradient, running statistics, and `output.inference_logits` with
/// the running statistics after the training call. The stem is as wide as the first stage. With `mpd_weight`, the
/// loss on the potentials' distribution joins the loss.
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
        let input = try operands.real("input.x", on: backend)
        let extents = [steps, labels.count, classes]
        let mpd = try operands.float("mpd_weight", default: 0)

        let pass = try network.forward(input, isStatic: isStatic, training: true)
        try results.add("output.logits", pass.logits, as: extents)
        let record = try backend.zeros(words: StepRecord.words)
        let gradient = try backend.classificationLoss(
            pass.logits,
            labels: try backend.upload(labels),
            timeSteps: steps,
            loss: loss,
            record: record
        )
        try network.backward(
            pass,
            logitsGradient: gradient,
            mpdLoss: mpd > 0 ? MPDLoss(weight: mpd) : nil,
            record: record
        )
        results.add("output.loss", shape: [1], values: [try backend.readFloats(record, count: 1)[StepRecord.loss]])
        for tensor in try network.parameters.exportGradients() { results.add(tensor, prefix: "gradient.") }
        try results.addRunningStatistics(of: network.parameters)

        let inference = try network.forward(input, isStatic: isStatic, training: false)
        try results.add("output.inference_logits", inference.logits, as: extents)
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
