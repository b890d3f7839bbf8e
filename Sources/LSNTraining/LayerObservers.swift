package import LSNNetworks
package import LSNTensors
import Synchronization

/// Counts, where the tensors are, what layers of neurons and blocks leave that is not 0.
package final class FiringRates: NetworkObserver {
    /// Words of a layer in the record.
    private static let words = 4

    private let backend: Backend
    private let places: [String: Int]
    private let record: any Storage
    /// Of every layer: values, and those that are not 0.
    private let counts: Mutex<[(values: Int, active: Int)]>

    /// - Parameter network: that is watched.
    init(_ network: Network) throws(BackendError) {
        backend = network.backend
        let layers = Self.layers(of: network)
        places = Dictionary(layers.enumerated().map { ($1, $0) }) { first, _ in first }
        record = try backend.zeros(words: Self.words * layers.count)
        counts = Mutex([(values: Int, active: Int)](repeating: (0, 0), count: layers.count))
    }

    /// What is counted: the layers of neurons, then X' of the stem and of every block.
    package static func layers(of network: Network) -> [String] {
        network.description.neuronLayers.map(\.name) + network.layerNames.dropLast()
    }

    /// The share of each layer's values that are not 0; 0 of a layer that was not met.
    var rates: [Double] { counts.withLock { $0.map { $0.values == 0 ? 0 : Double($0.active) / Double($0.values) } } }

    /// Adds what the last pass left; waits for it.
    func count() throws(BackendError) {
        let words = try backend.read(record, count: Self.words * places.count)
        counts.withLock { counts in
            for place in counts.indices {
                counts[place].active +=
                    Int(words[Self.words * place]) | Int(words[Self.words * place + 1]) << 32
            }
        }
    }

    package func didFire(_ layer: String, output: Activation) throws(BackendError) { try measure(layer, output) }

    package func didRun(_ block: BlockObservation) throws(BackendError) { try measure(block.name, block.output) }

    package func willDifferentiate(_ name: String, gradient: RealTensor) {}

    private func measure(_ name: String, _ output: Activation) throws(BackendError) {
        guard let place = places[name] else { return }
        counts.withLock { $0[place].values += output.shape.count }
        switch output {
        case .spikes(let spikes):
            try backend.countSpikes(spikes, differingFrom: nil, record: record, word: Self.words * place)
        case .real(let values):
            try backend.countValues(values, record: record, word: Self.words * place)
        }
    }
}

/// Takes the membrane potentials of one layer of neurons, which no device keeps: computed on the host from what the layer sees,
/// in the roundings of every backend.
final class LayerPotentials: NetworkObserver {
    private let layer: String
    private let backend: Backend
    private let potentials = Mutex<[Float]>([])

    /// - Parameters:
    ///   - layer: its name.
    ///   - backend: of the network.
    init(_ layer: String, backend: Backend) {
        self.layer = layer
        self.backend = backend
    }

    /// `[T, N, C, H, W]` of the last pass.
    var taken: [Float] { potentials.withLock { $0 } }

    func willFire(_ observation: FiringObservation) throws(BackendError) {
        guard observation.name == layer else { return }
        var neuron = observation.neuron
        if let leak = observation.leak {
            neuron.leak = LearnedLeak.leak(of: try backend.readFloats(leak.weight.storage, count: 1)[0])
        }
        let seen =
            if let normalization = observation.normalization {
                try backend.normalize(observation.input, with: normalization)
            } else { observation.input }
        let values = try backend.values(seen)
        let found = Self.potentials(values, neuron: neuron, time: observation.time)
        potentials.withLock { $0 = found }
    }

    func didRun(_ block: BlockObservation) {}

    func willDifferentiate(_ name: String, gradient: RealTensor) {}

    /// Û[t] = leak·U[t−1] + x[t], eq. 2, of x in the order `[T, …]`, or once where it is static.
    private static func potentials(_ x: [Float], neuron: Neuron, time: TimeAxis) -> [Float] {
        let size = time.isStatic ? x.count : x.count / time.steps
        var result = [Float](repeating: 0, count: size * time.steps)
        for index in 0..<size {
            var membrane: Float = 0
            for step in 0..<time.steps {
                let potential = x[time.isStatic ? index : step * size + index].addingProduct(neuron.leak, membrane)
                result[step * size + index] = potential
                let fires = potential >= neuron.threshold
                membrane =
                    switch neuron.reset {
                    case .hard: fires ? 0 : potential
                    case .soft: fires ? potential - neuron.threshold : potential
                    }
            }
        }
        return result
    }
}
