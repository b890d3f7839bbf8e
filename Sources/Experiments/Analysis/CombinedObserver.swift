import Networks
import Tensors

/// Several observers of one pass, each told in turn.
struct CombinedObserver<B: Backend>: NetworkObserver {
    let observers: [any NetworkObserver<B>]

    func didRun(_ block: BlockObservation<B>) throws(BackendError) {
        for observer in observers { try observer.didRun(block) }
    }

    func willConvolve(_ convolution: ConvolutionObservation<B>) throws(BackendError) {
        for observer in observers { try observer.willConvolve(convolution) }
    }

    func willDifferentiate(_ name: String, gradient: RealTensor<B>) throws(BackendError) {
        for observer in observers { try observer.willDifferentiate(name, gradient: gradient) }
    }
}
