package import LSNDatasets
package import LSNNetworks
package import LSNTensors

/// What a network makes of samples in memory: logits, firing rates and membrane potentials, in inference, a few samples at a time.
package struct ArrayInference: Sendable {
    /// Samples that go through the network at a time. No result depends on it.
    private static let batchSize = 64

    private let network: Network

    /// - Parameter network: with its parameters as they are now.
    /// - Throws: `BackendError`.
    package init(_ network: Network) throws(BackendError) {
        self.network = try network.withFixedWeights()
    }

    /// Logits `[T, N, classes]`.
    ///
    /// - Throws: `BackendError` where the samples are not of the network's shape, or the device fails.
    package func logits(_ samples: MemorySamples) throws(BackendError) -> [Float] {
        var steps = [[Float]](repeating: [], count: network.description.timeSteps)
        try forEachBatch(of: samples, observer: nil) { (count, logits) throws(BackendError) in
            let size = count * network.description.classes
            for step in steps.indices { steps[step] += logits[step * size..<(step + 1) * size] }
        }
        return Array(steps.joined())
    }

    /// The share of the values that are not 0, over all samples and time steps, of every layer of ``FiringRates/layers(of:)``.
    ///
    /// - Throws: as ``logits(_:)``.
    package func rates(_ samples: MemorySamples) throws(BackendError) -> [Double] {
        let observer = try FiringRates(network)
        try forEachBatch(of: samples, observer: observer) { (_, _) throws(BackendError) in try observer.count() }
        return observer.rates
    }

    /// Membrane potentials Û before firing, `[T, N, C, H, W]`, of a layer of neurons; of several levels that of the first.
    ///
    /// - Parameters:
    ///   - layer: its place in `NetworkDescription.neuronLayers`, not of ReLUs.
    ///   - samples: N of them.
    /// - Throws: as ``logits(_:)``.
    package func potentials(of layer: NeuronLayerShape, _ samples: MemorySamples) throws(BackendError) -> [Float] {
        let observer = LayerPotentials(layer.name, backend: network.backend)
        var steps = [[Float]](repeating: [], count: network.description.timeSteps)
        try forEachBatch(of: samples, observer: observer) { (count, _) throws(BackendError) in
            let size = count * layer.count
            let potentials = observer.taken
            for step in steps.indices { steps[step] += potentials[step * size..<(step + 1) * size] }
        }
        return Array(steps.joined())
    }

    private func forEachBatch(
        of samples: MemorySamples,
        observer: (any NetworkObserver)?,
        _ body: (_ count: Int, _ logits: [Float]) throws(BackendError) -> Void
    ) throws(BackendError) {
        let preparer = BatchPreparer(backend: network.backend, samples: samples)
        for start in stride(from: 0, to: samples.labels.count, by: Self.batchSize) {
            let batch = samples.batch(Array(start..<min(start + Self.batchSize, samples.labels.count)))
            let pass = try network.forward(
                preparer.prepare(batch),
                isStatic: preparer.isStatic,
                training: false,
                observer: observer
            )
            try body(batch.count, try network.backend.values(pass.logits))
        }
    }
}
