import LSNOpenCLRuntime
public import LSNTensors

// Kernels/neuron/mpd_loss.cl.
extension OpenCLBackend {
    /// Adds `loss` of the layer's potentials to the record's loss, and makes its derivative, a line a channel.
    public func mpdLoss(
        _ operands: NeuronOperands,
        loss: MPDLoss,
        record: any Storage,
        result mpd: MPDGradient
    ) throws(BackendError) {
        let layer = NeuronLayer(operands, lanes: lanes(of: operands.input.shape))
        let shape = operands.input.shape
        let file = "neuron/mpd_loss.cl"
        let runs = sumRuns(layer.pixels, bytes: layer.inputSteps * layer.lanes.width * wordBytes)
        let sums = try allocate(words: runs.count * 2 * shape.channelStride)
        try run(
            "mpd_sums",
            file,
            options: layer.options,
            arguments: [.storage(layer.input.storage)] + layer.normArguments()
                + [
                    .storage(sums), .int(layer.pixels), .int(shape.channelStride), .int(runs.itemRuns),
                    layer.leakArgument(), .float(operands.neuron.threshold),
                ],
            global: range(layer.lanes.chunks, by: runs.items)
        )
        let merged = try mergeSums(sums, words: 2 * shape.channelStride, runs: runs.count)
        let losses = try allocate(words: shape.channelStride)
        let numbers = MPDNumbers(operands, loss)
        try run(
            "mpd_lines",
            file,
            options: layer.options,
            arguments: [
                .storage(merged.partials), .storage(mpd.storage), .storage(losses), .int(shape.channelStride),
                .int(shape.channels), .int(merged.runs), .float(numbers.count),
                .float(numbers.aim), .float(numbers.scale),
                .float(MPDLoss.epsilon),
            ],
            global: [layer.lanes.chunks]
        )
        try run(
            "mpd_loss",
            file,
            options: layer.options,
            arguments: [.storage(losses), .storage(record), .int(shape.channelStride), .int(StepRecord.loss)],
            global: [1]
        )
    }
}
