import LSNTensors

/// Membrane potentials on the host: how near they come to the threshold, and inputs moved until they keep away from it.
///
/// A float32 implementation may only be asked for equal spikes where rounding cannot move a potential across the
/// threshold; the same holds for gradients where the surrogate jumps.
struct Potentials {
    let neuron: Neuron
    let time: TimeAxis

    /// The smallest |Û − V_th| for a normalised input that has the layout of a real tensor, over all thresholds.
    func margin(_ words: [Float], shape: ImageShape) -> Double {
        neuron.thresholds.map { margin(words, shape: shape, threshold: Double($0)) }.min() ?? .infinity
    }

    private func margin(_ words: [Float], shape: ImageShape, threshold: Double) -> Double {
        let batch = time.batch(shape.images)
        let step = time.isStatic ? 0 : batch * shape.area * shape.channelStride
        var smallest = Double.infinity
        for pixel in 0..<batch * shape.area {
            for channel in 0..<shape.channels {
                let first = pixel * shape.channelStride + channel
                var membrane = 0.0
                for t in 0..<time.steps {
                    let potential = Double(neuron.leak) * membrane + Double(words[first + t * step])
                    smallest = min(smallest, abs(potential - threshold))
                    membrane = after(potential, threshold)
                }
            }
        }
        return smallest
    }

    /// Moves values of `x` (`[T, N, C, H, W]`, or `[N, C, H, W]` of a picture) until no potential is nearer than
    /// `margin` to the threshold, or to a jump of the surrogate.
    ///
    /// The neuron sees slope(c)·x + offset(c) in channel c.
    ///
    /// - Returns: how many values were moved.
    func keepAway(
        _ x: inout [Float],
        channels: Int,
        area: Int,
        margin: Double,
        slope: [Double],
        offset: [Double]
    ) -> Int {
        let neurons = time.isStatic ? x.count : x.count / time.steps
        var moved = 0
        for index in 0..<neurons {
            let channel = index / area % channels
            func see(_ value: Float) -> Double { slope[channel] * Double(value) + offset[channel] }
            if time.isStatic {
                let start = x[index]
                while nearestEdge(see(x[index]), margin) != nil { x[index] += Float(3 * margin / slope[channel]) }
                if x[index] != start { moved += 1 }
                continue
            }
            var membranes = thresholds.map { _ in 0.0 }
            for t in 0..<time.steps {
                let place = t * neurons + index
                func potential(_ level: Int) -> Double { Double(neuron.leak) * membranes[level] + see(x[place]) }
                for level in thresholds.indices {
                    guard let edge = edge(near: potential(level), margin, thresholds[level]) else { continue }
                    let isAbove = potential(level) >= edge
                    x[place] += Float((isAbove ? 2 : -2) * margin / slope[channel])
                    moved += 1
                }
                membranes = thresholds.indices.map { after(potential($0), thresholds[$0]) }
            }
        }
        return moved
    }

    private func after(_ potential: Double, _ threshold: Double) -> Double {
        guard potential >= threshold else { return potential }
        return neuron.reset == .hard ? 0 : potential - threshold
    }

    private var thresholds: [Double] { neuron.thresholds.map(Double.init) }

    /// Where spikes of this threshold or its surrogate jump.
    private func edges(_ threshold: Double) -> [Double] {
        switch neuron.surrogate {
        case .rectangle(let width): [threshold, threshold - Double(width) / 2, threshold + Double(width) / 2]
        case .dspike: [threshold, threshold - 0.5, threshold + 0.5]
        case .triangular, .sigmoid, .arctan: [threshold]
        }
    }

    private func edge(near potential: Double, _ margin: Double, _ threshold: Double) -> Double? {
        edges(threshold).first { abs(potential - $0) < margin }
    }

    /// An edge that a picture's potentials come too near to at any step.
    private func nearestEdge(_ input: Double, _ margin: Double) -> Double? {
        for threshold in thresholds {
            var membrane = 0.0
            for _ in 0..<time.steps {
                let potential = Double(neuron.leak) * membrane + input
                if let edge = edge(near: potential, margin, threshold) { return edge }
                membrane = after(potential, threshold)
            }
        }
        return nil
    }
}
