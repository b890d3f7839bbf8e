import LSNOpenCLRuntime
public import LSNTensors

// Kernels/head: bias.cl, loss.cl.
extension OpenCLBackend: HeadKernels {
    /// Adds a bias to every pixel of `tensor`, in place.
    public func addBias(
        _ bias: ChannelVector,
        to tensor: RealTensor
    ) throws(BackendError) {
        let shape = tensor.shape
        let runs = pixelRuns(shape.pixels, bytes: 2 * lanes(of: shape).width * wordBytes)
        try run(
            "add_bias",
            "head/bias.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(tensor.storage), .storage(bias.storage), .int(shape.pixels), .int(shape.channelStride),
                .int(runs.length),
            ],
            global: [lanes(of: shape).chunks * runs.count]
        )
    }

    /// ∂L/∂bias: the sum of `gradient` over all pixels, written to `result`.
    public func biasGradient(
        of gradient: RealTensor,
        result: ChannelVector
    ) throws(BackendError) {
        let shape = gradient.shape
        let runs = sumRuns(shape.pixels, bytes: lanes(of: shape).width * wordBytes)
        let partials = try allocate(words: runs.count * shape.channelStride)
        try run(
            "bias_gradient_partial",
            "head/bias.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(gradient.storage), .storage(partials), .int(shape.pixels), .int(shape.channelStride),
                .int(runs.itemRuns),
            ],
            global: range(lanes(of: shape).chunks, by: runs.items)
        )
        let merged = try mergeSums(partials, words: shape.channelStride, runs: runs.count)
        try run(
            "bias_gradient_combine",
            "head/bias.cl",
            options: [lanes(of: shape).option],
            arguments: [
                .storage(merged.partials), .storage(result.storage), .int(shape.channelStride), .int(merged.runs),
            ],
            global: [lanes(of: shape).chunks]
        )
    }

    /// The loss, the number of samples classified rightly, and ∂loss/∂logits. A label that is no class is not found here
    /// (it is on the device): it makes the loss NaN.
    public func classificationLoss(
        _ logits: RealTensor,
        labels: any Storage,
        timeSteps: Int,
        loss: Loss,
        labelSmoothing: Float,
        mixed: MixedLabels?,
        batchSize: Int,
        record: any Storage,
        gradient: RealTensor
    ) throws(BackendError) {
        let shape = logits.shape
        let count = shape.images / timeSteps
        let samples = try allocate(words: 2 * count)
        var (isTemporal, lambda, phi) = (false, Float(0), Float(0))
        if case .temporalEfficient(let share, let target) = loss {
            (isTemporal, lambda, phi) = (true, share, target)
        }
        let options: [KernelOption] = [
            lanes(of: shape).option, .define("TEMPORAL", isTemporal), .define("MIXED", mixed != nil),
        ]
        try run(
            "classification_loss",
            "head/loss.cl",
            options: options,
            arguments: [
                .storage(logits.storage), .storage(labels), .storage(gradient.storage), .storage(samples),
                .int(timeSteps), .int(count), .int(batchSize), .int(shape.channels), .int(shape.channelStride),
                .float(lambda), .float(phi), .float(labelSmoothing), .storage(mixed?.labels ?? labels),
                .float(Float(mixed?.mix.share ?? 1)), .float(Float(1 - (mixed?.mix.share ?? 1))),
            ],
            global: [count]
        )
        try run(
            "classification_record",
            "head/loss.cl",
            options: options,
            arguments: [
                .storage(samples), .storage(record), .int(count), .int(batchSize), .int(StepRecord.loss),
                .int(StepRecord.correct),
            ],
            global: [1]
        )
    }
}
