import Foundation
import Synchronization
import Tensors

/// Another backend, watched: remembers how near to the threshold any potential came.
///
/// Networks and blocks run on it as on any backend, so that a case can be asked for its margin without knowing what is
/// inside it.
struct ProbedBackend<Base: Backend>: Backend {
    typealias Storage = Base.Storage

    /// The smallest |Û − V_th| so far.
    final class Probe: Sendable {
        private let smallest = Mutex(Double.infinity)

        var margin: Double { smallest.withLock { $0 } }

        func note(_ margin: Double) {
            smallest.withLock { $0 = min($0, margin) }
        }
    }

    let base: Base
    let probe = Probe()

    init(_ base: Base) {
        self.base = base
    }

    var deviceName: String { base.deviceName }
    var sliceAlignment: Int { base.sliceAlignment }
    var buildsKernels: Bool { base.buildsKernels }

    func fire(
        _ input: RealTensor<Self>,
        normalization: Normalization<Self>?,
        neuron: Neuron,
        leak: LearnedLeak<Self>?,
        time: TimeAxis
    ) throws(BackendError) -> SpikeTensor<Self> {
        try note(input, normalization, neuron, leak, time)
        return try base.fire(
            input.moved(),
            normalization: normalization?.moved(),
            neuron: neuron,
            leak: leak?.moved(),
            time: time
        ).moved()
    }

    func fireLevels(
        _ input: RealTensor<Self>,
        normalization: Normalization<Self>?,
        neuron: Neuron,
        leak: LearnedLeak<Self>?,
        time: TimeAxis
    ) throws(BackendError) -> RealTensor<Self> {
        try note(input, normalization, neuron, leak, time)
        return try base.fireLevels(
            input.moved(),
            normalization: normalization?.moved(),
            neuron: neuron,
            leak: leak?.moved(),
            time: time
        ).moved()
    }

    private func note(
        _ input: RealTensor<Self>,
        _ normalization: Normalization<Self>?,
        _ neuron: Neuron,
        _ leak: LearnedLeak<Self>?,
        _ time: TimeAxis
    ) throws(BackendError) {
        let normalized =
            if let normalization { try base.normalize(input.moved(), with: normalization.moved()) } else {
                input.moved() as RealTensor<Base>
            }
        let words = try base.readFloats(normalized.storage, count: normalized.shape.realWords)
        var neuron = neuron
        if let leak { neuron.leak = 1 / (1 + exp(try base.readFloats(leak.weight.storage, count: 1)[0])) }
        probe.note(Potentials(neuron: neuron, time: time).margin(words, shape: input.shape))
    }
}
