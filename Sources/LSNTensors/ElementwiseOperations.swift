/// Sums and copies of activations, for shortcuts that add instead of gating and for pictures that stand still; the
/// ReLU of networks of real values.
extension Backend {
    /// a + b, spikes counting as 0 and 1; the shapes are equal.
    public func sum(_ a: Activation, _ b: Activation) throws(BackendError) -> RealTensor {
        try require(a, "sum", "the first term")
        try requireEqual(b.shape, a.shape, "sum", "the second term")
        try require(b, "sum", "the second term")
        let result = try newTensor(a.shape)
        try kernels.elementwise.sum(a, b, result: result)
        return result
    }

    /// Another tensor with the same values.
    public func copy(_ tensor: RealTensor) throws(BackendError) -> RealTensor {
        try require(tensor, "copy", "the tensor")
        let result = try newTensor(tensor.shape)
        try kernels.elementwise.copy(tensor, result: result)
        return result
    }

    /// Copies the values of `tensor` into `target`; the shapes are equal.
    public func copy(_ tensor: RealTensor, into target: RealTensor) throws(BackendError) {
        try require(tensor, "copy", "the tensor")
        try requireEqual(target.shape, tensor.shape, "copy", "the target")
        try require(target, "copy", "the target")
        try kernels.elementwise.copy(tensor, result: target)
    }

    /// Multiplies `tensor` by `factor`, in place.
    public func scale(_ tensor: RealTensor, by factor: Float) throws(BackendError) {
        try require(tensor, "scale", "the tensor")
        try kernels.elementwise.scale(tensor, by: factor)
    }

    /// Adds `term` to `tensor`, in place; the shapes are equal.
    public func accumulate(_ term: RealTensor, into tensor: RealTensor) throws(BackendError) {
        try require(tensor, "accumulate", "the tensor")
        try requireEqual(term.shape, tensor.shape, "accumulate", "the term")
        try require(term, "accumulate", "the term")
        try kernels.elementwise.accumulate(term, into: tensor)
    }

    /// Moves `tensor` toward `target`, in place; the shapes are equal:
    ///
    ///     x ← x + weight·(target − x)
    ///
    /// as `torch.lerp`.
    public func lerp(_ tensor: RealTensor, toward target: RealTensor, by weight: Float) throws(BackendError) {
        try require(tensor, "lerp", "the tensor")
        try requireEqual(target.shape, tensor.shape, "lerp", "the target")
        try require(target, "lerp", "the target")
        try kernels.elementwise.lerp(tensor, toward: target, by: weight)
    }

    /// Every image `steps` times, time outermost: `[N, …]` becomes `[T·N, …]`.
    public func repeatOverTime(_ tensor: RealTensor, steps: Int) throws(BackendError) -> RealTensor {
        let operation = "repeatOverTime"
        try require(tensor, operation, "the tensor")
        let output = try outputShape(tensor.shape, TimeAxis(steps: steps, isStatic: true), operation, "the tensor")
        let result = try newTensor(output)
        try kernels.elementwise.repeatOverTime(tensor, steps: steps, result: result)
        return result
    }

    /// The sum of every image over `steps` time steps: `[T·N, …]` becomes `[N, …]`. What ``repeatOverTime(_:steps:)`` is
    /// in the backward pass.
    public func sumOverTime(_ tensor: RealTensor, steps: Int) throws(BackendError) -> RealTensor {
        let operation = "sumOverTime"
        try require(tensor, operation, "the tensor")
        let shape = try outputShape(tensor.shape, TimeAxis(steps: steps), operation, "the tensor")
        let result = try newTensor(shape.with(images: shape.images / steps))
        try kernels.elementwise.sumOverTime(tensor, steps: steps, result: result)
        return result
    }

    /// max(0, x) (ReLU). Not a number stays what it is.
    public func relu(_ tensor: RealTensor) throws(BackendError) -> RealTensor {
        try require(tensor, "relu", "the tensor")
        let result = try newTensor(tensor.shape)
        try kernels.elementwise.relu(tensor, result: result)
        return result
    }

    /// ∂L/∂x of ``relu(_:)`` from ∂L/∂y: the same where x > 0, else 0. `gradient` is spent: the result stands in its
    /// memory.
    public func reluBackward(_ gradient: RealTensor, input: RealTensor) throws(BackendError) -> RealTensor {
        let operation = "reluBackward"
        try require(gradient, operation, "the gradient")
        try requireEqual(gradient.shape, input.shape, operation, "the gradient")
        try require(input, operation, "the input")
        try kernels.elementwise.reluBackward(gradient, input: input)
        return gradient
    }
}

/// What the sums and copies of ``Backend`` run.
public protocol ElementwiseKernels: Sendable {
    /// a + b.
    func sum(_ a: Activation, _ b: Activation, result: RealTensor) throws(BackendError)
    /// The same values.
    func copy(_ tensor: RealTensor, result: RealTensor) throws(BackendError)
    /// tensor *= factor.
    func scale(_ tensor: RealTensor, by factor: Float) throws(BackendError)
    /// tensor += term.
    func accumulate(_ term: RealTensor, into tensor: RealTensor) throws(BackendError)
    /// tensor += weight·(target − tensor).
    func lerp(_ tensor: RealTensor, toward target: RealTensor, by weight: Float) throws(BackendError)
    /// `steps` copies behind each other.
    func repeatOverTime(_ tensor: RealTensor, steps: Int, result: RealTensor) throws(BackendError)
    /// The sum of `steps` parts behind each other.
    func sumOverTime(_ tensor: RealTensor, steps: Int, result: RealTensor) throws(BackendError)
    /// max(0, x).
    func relu(_ tensor: RealTensor, result: RealTensor) throws(BackendError)
    /// ∂L/∂x of it, in the gradient's place.
    func reluBackward(_ gradient: RealTensor, input: RealTensor) throws(BackendError)
}
