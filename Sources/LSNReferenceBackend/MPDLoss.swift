public import LSNTensors

// With m and v the mean and variance of Û over time, images and pixels, M of them a channel, s = √(v + ε), μ = V_th / 2:
//
//     L = weight / C · Σ_c ((m − μ)² + (s − μ)²) / V_th²
//     ∂L/∂Û = 2·weight / (C·M·V_th²) · ((m − μ) + (s − μ)·(Û − m) / s)
//           = offset + slope·(Û − μ),    slope = 2·weight·(s − μ) / (C·M·V_th²·s),
//                                        offset = 2·weight·(m − μ) / (C·M·V_th²) − slope·(m − μ)
extension ReferenceBackend {
    /// L of the formulas above, added to the record's loss, and the line of every channel.
    public func mpdLoss(
        _ operands: NeuronOperands,
        loss: MPDLoss,
        record: any Storage,
        result: MPDGradient
    ) throws(BackendError) {
        let layer = try NeuronLayer(self, operands)
        let (shape, neuron) = (operands.input.shape, operands.neuron)
        let threshold = Double(neuron.threshold)
        let aim = threshold / 2
        let count = Double(layer.batch * shape.area * layer.time.steps)
        let scale = Double(loss.weight) / (Double(shape.channels) * threshold * threshold)

        let results = parallelMap(shape.channels) { channel in
            var (sum, squares) = (0.0, 0.0)
            for sample in 0..<layer.batch {
                for pixel in 0..<shape.area {
                    layer.forEachStep(sample, pixel, channel, threshold: threshold) { _, potential, _ in
                        sum += potential - aim
                        squares += (potential - aim) * (potential - aim)
                    }
                }
            }
            let shift = sum / count
            let variance = squares / count - shift * shift
            let deviation = (max(variance, 0) + Double(MPDLoss.epsilon)).squareRoot()
            let slope = 2 * scale / count * (deviation - aim) / deviation
            return (
                loss: scale * (shift * shift + (deviation - aim) * (deviation - aim)),
                offset: 2 * scale / count * shift - slope * shift,
                slope: slope
            )
        }
        let before = try own(record).floats(StepRecord.words)[StepRecord.loss]
        let total = results.reduce(Double(before)) { $0 + $1.loss }
        try store([Float(total).bitPattern], in: record, at: StepRecord.loss)
        let lines =
            HostLayout.channelWords(results.map { Float($0.offset) })
            + HostLayout.channelWords(results.map { Float($0.slope) })
        try store(lines, in: result.storage)
    }
}
