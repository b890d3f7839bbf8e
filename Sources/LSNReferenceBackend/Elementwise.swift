public import LSNTensors

// Sums, products, copies and the ReLU, element by element; every sum or difference of two and every product is rounded once.
extension ReferenceBackend {
    /// a + b.
    public func sum(_ a: Activation, _ b: Activation, result: RealTensor) throws(BackendError) {
        try store(zip(try load(a), try load(b)).map { $0 + $1 }, in: result.storage)
    }

    /// The same values.
    public func copy(_ tensor: RealTensor, result: RealTensor) throws(BackendError) {
        try store(try load(tensor), in: result.storage)
    }

    /// tensor *= factor.
    public func scale(_ tensor: RealTensor, by factor: Float) throws(BackendError) {
        try store(try load(tensor).map { $0 * factor }, in: tensor.storage)
    }

    /// tensor += term.
    public func accumulate(_ term: RealTensor, into tensor: RealTensor) throws(BackendError) {
        try store(zip(try load(tensor), try load(term)).map { $0 + $1 }, in: tensor.storage)
    }

    /// tensor += weight·(target − tensor).
    public func lerp(_ tensor: RealTensor, toward target: RealTensor, by weight: Float) throws(BackendError) {
        try store(zip(try load(tensor), try load(target)).map { $0 + weight * ($1 - $0) }, in: tensor.storage)
    }

    /// `steps` copies behind each other.
    public func repeatOverTime(_ tensor: RealTensor, steps: Int, result: RealTensor) throws(BackendError) {
        let values = try load(tensor)
        try store((0..<steps).flatMap { _ in values }, in: result.storage)
    }

    /// The sum over `steps` parts behind each other, in their order.
    public func sumOverTime(_ tensor: RealTensor, steps: Int, result: RealTensor) throws(BackendError) {
        let values = try load(tensor)
        let part = values.count / steps
        let sums = (0..<part).map { index in
            (0..<steps).reduce(0) { $0 + values[$1 * part + index] }
        }
        try store(sums, in: result.storage)
    }

    /// max(0, x).
    public func relu(_ tensor: RealTensor, result: RealTensor) throws(BackendError) {
        try store(try load(tensor).map { $0 < 0 ? 0 : $0 }, in: result.storage)
    }

    /// The gradient where x > 0, else 0, in the gradient's place.
    public func reluBackward(_ gradient: RealTensor, input: RealTensor) throws(BackendError) {
        try store(zip(try load(gradient), try load(input)).map { $1 > 0 ? $0 : 0 }, in: gradient.storage)
    }
}
