import LSNTensors
import Synchronization

/// Another backend's neurons, watched: they remember how near to the threshold any potential came.
///
/// Networks and blocks run on a backend with these as on any, so that a case can be asked for its margin without knowing
/// what is inside it.
final class ProbedNeurons: NeuronKernels {
    private let base: Backend
    private let smallest = Mutex(Double.infinity)

    init(_ base: Backend) {
        self.base = base
    }

    /// The smallest |Û − V_th| so far.
    var margin: Double { smallest.withLock { $0 } }

    /// The other backend with these neurons.
    var backend: Backend {
        var kernels = base.kernels
        kernels.neuron = self
        return Backend(kernels)
    }

    var mostThresholds: Int { base.kernels.neuron.mostThresholds }

    func fire(_ layer: NeuronOperands, output: Activation) throws(BackendError) {
        let normalized =
            if let normalization = layer.normalization {
                try base.normalize(layer.input, with: normalization)
            } else { layer.input }
        let words = try base.readFloats(normalized.storage, count: normalized.shape.realWords)
        var neuron = layer.neuron
        if let leak = layer.leak {
            neuron.leak = LearnedLeak.leak(of: try base.readFloats(leak.weight.storage, count: 1)[0])
        }
        let margin = Potentials(neuron: neuron, time: layer.time).margin(words, shape: layer.input.shape)
        smallest.withLock { $0 = min($0, margin) }
        try base.kernels.neuron.fire(layer, output: output)
    }

    func fireBackward(
        _ layer: NeuronOperands,
        gradient: RealTensor,
        gradients: NormalizationGradients?,
        mpd: MPDGradient?
    ) throws(BackendError) {
        try base.kernels.neuron.fireBackward(layer, gradient: gradient, gradients: gradients, mpd: mpd)
    }

    func mpdLoss(
        _ layer: NeuronOperands,
        loss: MPDLoss,
        record: any Storage,
        result: MPDGradient
    ) throws(BackendError) {
        try base.kernels.neuron.mpdLoss(layer, loss: loss, record: record, result: result)
    }
}
