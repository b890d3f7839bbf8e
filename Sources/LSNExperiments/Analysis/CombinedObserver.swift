import LSNNetworks
import LSNTensors

/// Several observers of one pass, each told in turn.
struct CombinedObserver: NetworkObserver {
    let observers: [any NetworkObserver]

    func didRun(_ block: BlockObservation) throws(BackendError) {
        for observer in observers { try observer.didRun(block) }
    }

    func willConvolve(_ convolution: ConvolutionObservation) throws(BackendError) {
        for observer in observers { try observer.willConvolve(convolution) }
    }

    func willDifferentiate(_ name: String, gradient: RealTensor) throws(BackendError) {
        for observer in observers { try observer.willDifferentiate(name, gradient: gradient) }
    }
}
