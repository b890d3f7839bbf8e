public import LSNTensors

// Leaky integrate-and-fire (eqs. 2–4 of the LSN paper), x the normalised input, U[−1] = 0:
//
//     Û[t] = leak·U[t−1] + x[t]
//     Y[t] = 1 if Û[t] ≥ threshold, else 0
//     U[t] = (1 − Y[t])·Û[t]                 hard reset
//     U[t] = Û[t] − threshold·Y[t]           soft reset
//
// Several levels (Feng et al.): these equations for each threshold by itself, and Y is the sum of their spikes.
extension ReferenceBackend {
    /// No limit.
    public var mostThresholds: Int { .max }

    /// Y of the formulas above, for all t: spikes, or their number.
    public func fire(_ operands: NeuronOperands, output: Activation) throws(BackendError) {
        let counts = try NeuronLayer(self, operands).spikeCounts()
        guard case .spikes(let spikes) = output else { return try store(counts, in: output.storage) }
        let shape = spikes.shape
        var words = [UInt32](repeating: 0, count: shape.spikeWords)
        for pixel in 0..<shape.pixels {
            for channel in 0..<shape.channels where counts[pixel * shape.channelStride + channel] > 0 {
                words[pixel * shape.wordsPerPixel + channel / 32] |= 1 << UInt32(channel % 32)
            }
        }
        try store(words, in: spikes.storage)
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
                    for threshold in neuron.thresholds {
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
