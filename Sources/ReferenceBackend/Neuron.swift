public import Tensors

// Leaky integrate-and-fire (eqs. 2–4 of the LSN paper), x the normalised input, U[−1] = 0:
//
//     Û[t] = leak·U[t−1] + x[t]
//     Y[t] = 1 if Û[t] ≥ threshold, else 0
//     U[t] = (1 − Y[t])·Û[t]                 hard reset
//     U[t] = Û[t] − threshold·Y[t]           soft reset
//
// Several levels (Feng et al.): these equations for each threshold by itself, and Y is the sum of their spikes.
extension ReferenceBackend {
    /// Y of the formulas above, for all t.
    public func fire(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor {
        let operation = "fire"
        let layer = try NeuronLayer(self, input, normalization, neuron, leak, time, operation)
        try require(!neuron.isMultiLevel, operation, "a neuron of \(neuron.thresholds.count) levels leaves no spikes")
        let (counts, shape) = (layer.spikeCounts(), layer.outputShape)
        var words = [UInt32](repeating: 0, count: shape.spikeWords)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels where counts[pixel * shape.channelStride + channel] > 0 {
                words[pixel * shape.wordsPerPixel + channel / 32] |= 1 << UInt32(channel % 32)
            }
        }
        return newSpikes(words, shape: shape)
    }

    /// Y of the formulas above as a number of spikes, for all t.
    public func fireLevels(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis
    ) throws(BackendError) -> RealTensor {
        let operation = "fireLevels"
        let layer = try NeuronLayer(self, input, normalization, neuron, leak, time, operation)
        try require(neuron.isMultiLevel, operation, "a neuron of one level leaves spikes")
        return newTensor(layer.spikeCounts(), shape: layer.outputShape)
    }
}

extension NeuronLayer {
    /// How many thresholds fire, in the layout of a real tensor.
    fileprivate func spikeCounts() -> [Float] {
        let imageLength = shape.area * shape.channelStride
        let samples = parallelMap(batch) { sample in
            var counts = [Float](repeating: 0, count: time.steps * imageLength)
            for pixel in 0..<shape.area {
                for channel in 0..<shape.channels {
                    for threshold in thresholds {
                        forEachStep(sample, pixel, channel, threshold: threshold) { step, potential, _ in
                            guard potential >= threshold else { return }
                            counts[step * imageLength + pixel * shape.channelStride + channel] += 1
                        }
                    }
                }
            }
            return counts
        }
        return join(samples, steps: time.steps, imageLength: imageLength)
    }

    /// Images of samples, `[T]` each, in the order of a tensor: time outermost.
    func join<Element>(_ samples: [[Element]], steps: Int, imageLength: Int) -> [Element] {
        (0..<steps).flatMap { step in
            samples.flatMap { $0[step * imageLength..<(step + 1) * imageLength] }
        }
    }
}
