import Synchronization
public import Tensors

/// An observer that finds where numbers stop being finite: to be used when a step's record says that they did, since it
/// waits for the device at every block.
///
/// Spikes cannot be infinite, so it looks at real values between blocks, and at every ∂L/∂X'.
public final class NonFiniteLocator<B: Backend>: NetworkObserver {
    private let backend: B
    private let record: B.Storage
    private let firstPlace = Mutex<String?>(nil)

    /// A locator that has found nothing.
    public init(backend: B) throws(BackendError) {
        self.backend = backend
        record = try backend.zeros(words: StepRecord.words)
    }

    /// The first place in order of computation, for people: `the input of stem`, `the output of stages.0.1`,
    /// `the gradient that reaches the output of stages.2.0`. nil where all was finite.
    public var place: String? { firstPlace.withLock { $0 } }

    /// Looks at the input of the stem and at what leaves the block, where they are real.
    public func didRun(_ block: BlockObservation<B>) throws(BackendError) {
        try inspect(block.input, "the input of \(block.name)")
        try inspect(block.output, "the output of \(block.name)")
    }

    /// Looks at the gradient.
    public func willDifferentiate(_ name: String, gradient: RealTensor<B>) throws(BackendError) {
        try inspect(.real(gradient), "the gradient that reaches the output of \(name)")
    }

    private func inspect(_ activation: Activation<B>, _ place: String) throws(BackendError) {
        guard case .real(let tensor) = activation, self.place == nil else { return }
        try backend.findNonFinite(
            in: tensor.storage,
            count: tensor.shape.realWords,
            record: record,
            word: StepRecord.gradient
        )
        let found = try backend.read(record, count: StepRecord.words)[StepRecord.gradient]
        if found != StepRecord.none {
            firstPlace.withLock { $0 = place }
        }
    }
}
