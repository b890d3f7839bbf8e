public import LSNTensors

extension ParameterSet {
    /// Gives parameters and buffers the values they start with, and zeroes the gradients.
    ///
    /// Convolutions: He normal, fan-out. Fully connected layers: as PyTorch's Linear, the first of two times the
    /// description's `headGain`. Norms: weight 1, bias 0, except
    /// where the description says otherwise (the last norm of LSN's branches); running mean 0, running variance 1.
    /// Numbers are made on the host, a stream for each parameter keyed by its index, so that the same seed gives the
    /// same values on every device and processor.
    public func initialize(seed: UInt64) throws(BackendError) {
        for (list, flat) in [(entries, values), (buffers, bufferValues)] {
            for (index, entry) in list.enumerated() {
                var generator = Philox(seed: seed, purpose: .initialization, index: index)
                let tensor = StoredTensor(entry, in: flat, backend: backend)
                try tensor.write(values: entry.startingValues(&generator))
            }
        }
        try backend.fill(gradients, with: 0, count: wordCount)
    }
}

extension ParameterEntry {
    /// As many values as the entry has, in PyTorch's order.
    func startingValues(_ generator: inout Philox) -> [Float] {
        switch initial {
        case .constant(let value):
            return [Float](repeating: value, count: count)
        case .linear(let inputs, let gain):
            let bound = gain / Float(inputs).squareRoot()
            return (0..<count).map { _ in bound * (2 * generator.uniform() - 1) }
        case .heNormal:
            let fanOut = shape[0] * shape.dropFirst(2).reduce(1, *)
            return Self.normal(count, deviation: (2 / Double(fanOut)).squareRoot(), &generator)
        }
    }

    /// Normal numbers in pairs by Box and Muller's transform: √(−2 ln u)·(cos 2πv, sin 2πv), u in (0, 1].
    private static func normal(_ count: Int, deviation: Double, _ generator: inout Philox) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(count + 1)
        while values.count < count {
            let radius = deviation * (-2 * PortableMath.log(1 - Double(generator.uniform()))).squareRoot()
            let angle = 2 * Double.pi * Double(generator.uniform())
            values.append(Float(radius * PortableMath.cos(angle)))
            values.append(Float(radius * PortableMath.sin(angle)))
        }
        if values.count > count { values.removeLast() }
        return values
    }
}
