public import LSNTensors

// With m and v the mean and variance of Û over time, images and pixels, M of them a channel, s = √(v + ε), μ = V_th / 2:
//
//     L = weight / C · Σ_c ((m − μ)² + (s − μ)²) / V_th²
//     ∂L/∂Û = 2·weight / (C·M·V_th²) · ((m − μ) + (s − μ)·(Û − m) / s)
//           = offset + slope·(Û − μ),    slope = 2·weight·(s − μ) / (C·M·V_th²·s),
//                                        offset = 2·weight·(m − μ) / (C·M·V_th²) − slope·(m − μ)
//
// In Float, with the sums of ``SumOrder`` and the roundings of Kernels/neuron/mpd_loss.cl: the same bits.
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
        let numbers = MPDNumbers(operands, loss)
        let pixels = layer.batch * shape.area

        let results = parallelMap(shape.channels) { channel in
            let runs = stride(from: 0, to: pixels, by: SumOrder.run).map { begin in
                var (sum, squares) = (Float(0), Float(0))
                for pixel in begin..<min(begin + SumOrder.run, pixels) {
                    layer.forEachStep(
                        pixel / shape.area,
                        pixel % shape.area,
                        channel,
                        threshold: neuron.threshold
                    ) { _, potential, _ in
                        let distance = potential - numbers.aim
                        sum += distance
                        squares.addProduct(distance, distance)
                    }
                }
                return (sum: sum, squares: squares)
            }
            let shift = SumOrder.merged(runs.map(\.sum)) / numbers.count
            var variance = (SumOrder.merged(runs.map(\.squares)) / numbers.count).addingProduct(-shift, shift)
            // Rounding may leave a little less than nothing. (A NaN stays one.)
            if variance < 0 { variance = 0 }
            let deviation = (variance + MPDLoss.epsilon).squareRoot()
            let excess = deviation - numbers.aim
            let slope = 2 * numbers.scale / numbers.count * excess / deviation
            return (
                loss: numbers.scale * (excess * excess).addingProduct(shift, shift),
                offset: (2 * numbers.scale / numbers.count * shift).addingProduct(-slope, shift),
                slope: slope
            )
        }
        var lanes = SIMD8<Float>()
        for (channel, result) in results.enumerated() { lanes[channel % SumOrder.lanes] += result.loss }
        let before = try own(record).floats(StepRecord.words)[StepRecord.loss]
        try store([(before + SumOrder.joined(lanes)).bitPattern], in: record, at: StepRecord.loss)
        let lines =
            HostLayout.channelWords(results.map(\.offset)) + HostLayout.channelWords(results.map(\.slope))
        try store(lines, in: result.storage)
    }
}
