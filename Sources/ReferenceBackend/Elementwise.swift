public import Tensors

// Sums, copies and the rectifier, element by element; a float sum of two is rounded once.
extension ReferenceBackend {
    /// a + b into a new tensor.
    public func sum(_ a: Activation, _ b: Activation) throws(BackendError) -> RealTensor {
        try requireEqual(b.shape, a.shape, "sum", "the second term")
        let first = try load(a, "sum", "the first term")
        let second = try load(b, "sum", "the second term")
        return newTensor(zip(first, second).map { $0 + $1 }, shape: a.shape)
    }

    /// The same values in a new tensor.
    public func copy(_ tensor: RealTensor) throws(BackendError) -> RealTensor {
        newTensor(try load(tensor, "copy", "the tensor"), shape: tensor.shape)
    }

    /// tensor += term.
    public func accumulate(_ term: RealTensor, into tensor: RealTensor) throws(BackendError) {
        try requireEqual(term.shape, tensor.shape, "accumulate", "the term")
        let first = try load(tensor, "accumulate", "the tensor")
        let second = try load(term, "accumulate", "the term")
        try room(for: tensor, "accumulate", "the tensor").write(zip(first, second).map { $0 + $1 })
    }

    /// `steps` copies behind each other.
    public func repeatOverTime(_ tensor: RealTensor, steps: Int) throws(BackendError) -> RealTensor {
        let operation = "repeatOverTime"
        let values = try load(tensor, operation, "the tensor")
        try require(steps >= 1, operation, "\(steps) time steps were asked for; at least 1 is needed")
        return newTensor(
            (0..<steps).flatMap { _ in values },
            shape: tensor.shape.with(images: steps * tensor.shape.images)
        )
    }

    /// The sum over `steps` parts behind each other, in Double.
    public func sumOverTime(_ tensor: RealTensor, steps: Int) throws(BackendError) -> RealTensor {
        let operation = "sumOverTime"
        let values = try load(tensor, operation, "the tensor")
        let shape = tensor.shape
        try require(
            steps >= 1 && shape.images % steps == 0,
            operation,
            "the tensor of shape \(shape) does not divide into \(steps) time steps"
        )
        let part = values.count / steps
        let sums = (0..<part).map { index in
            Float((0..<steps).reduce(0.0) { $0 + Double(values[$1 * part + index]) })
        }
        return newTensor(sums, shape: shape.with(images: shape.images / steps))
    }

    /// max(0, x).
    public func rectify(_ tensor: RealTensor) throws(BackendError) -> RealTensor {
        newTensor(try load(tensor, "rectify", "the tensor").map { $0 < 0 ? 0 : $0 }, shape: tensor.shape)
    }

    /// The gradient where x > 0, else 0.
    public func rectifyBackward(
        _ gradient: RealTensor,
        input: RealTensor
    ) throws(BackendError) -> RealTensor {
        let operation = "rectifyBackward"
        try requireEqual(gradient.shape, input.shape, operation, "the gradient")
        let values = try load(input, operation, "the input")
        let upstream = try load(gradient, operation, "the gradient")
        try room(for: gradient, operation, "the gradient").write(zip(upstream, values).map { $1 > 0 ? $0 : 0 })
        return gradient
    }
}
