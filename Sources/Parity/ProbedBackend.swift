import Foundation
import Synchronization
import Tensors

/// Another backend, watched: remembers how near to the threshold any potential came.
///
/// Networks and blocks run on it as on any backend, so that a case can be asked for its margin without knowing what is
/// inside it.
struct ProbedBackend: BackendOperations {
    /// The smallest |Û − V_th| so far.
    final class Probe: Sendable {
        private let smallest = Mutex(Double.infinity)

        var margin: Double { smallest.withLock { $0 } }

        func note(_ margin: Double) {
            smallest.withLock { $0 = min($0, margin) }
        }
    }

    let base: Backend
    let probe = Probe()

    init(_ base: Backend) {
        self.base = base
    }

    var deviceName: String { base.deviceName }
    var sliceAlignment: Int { base.sliceAlignment }
    var buildsKernels: Bool { base.buildsKernels }

    func fire(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor {
        try note(input, normalization, neuron, leak, time)
        return try base.fire(
            input,
            normalization: normalization,
            neuron: neuron,
            leak: leak,
            time: time
        )
    }

    func fireLevels(
        _ input: RealTensor,
        normalization: Normalization?,
        neuron: Neuron,
        leak: LearnedLeak?,
        time: TimeAxis
    ) throws(BackendError) -> RealTensor {
        try note(input, normalization, neuron, leak, time)
        return try base.fireLevels(
            input,
            normalization: normalization,
            neuron: neuron,
            leak: leak,
            time: time
        )
    }

    private func note(
        _ input: RealTensor,
        _ normalization: Normalization?,
        _ neuron: Neuron,
        _ leak: LearnedLeak?,
        _ time: TimeAxis
    ) throws(BackendError) {
        let normalized = if let normalization { try base.normalize(input, with: normalization) } else { input }
        let words = try base.readFloats(normalized.storage, count: normalized.shape.realWords)
        var neuron = neuron
        if let leak { neuron.leak = 1 / (1 + exp(try base.readFloats(leak.weight.storage, count: 1)[0])) }
        probe.note(Potentials(neuron: neuron, time: time).margin(words, shape: input.shape))
    }
}
