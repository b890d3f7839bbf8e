import OpenCLRuntime
public import Tensors

// Kernels/elementwise: copy.cl, rectify.cl, sum.cl, time.cl.
extension OpenCLBackend: ElementwiseOperations {
    /// a + b, spikes counting as 0 and 1; the shapes are equal.
    public func sum(
        _ a: Activation,
        _ b: Activation
    ) throws(BackendError) -> RealTensor {
        let shape = a.shape
        try require(a, "sum", "the first term")
        try requireEqual(b.shape, shape, "sum", "the second term")
        try require(b, "sum", "the second term")
        let result = try newTensor(shape)
        let runs = pixelRuns(shape.pixels, bytes: 3 * shape.channelStride * wordBytes)
        try run(
            "sum_activations",
            "elementwise/sum.cl",
            options: [lanes(of: shape).option, .define("A_SPIKES", a.isSpikes), .define("B_SPIKES", b.isSpikes)],
            arguments: [
                .storage(a.storage), .storage(b.storage), .storage(result.storage), .int(shape.pixels),
                .int(shape.channelStride), .int(shape.wordsPerPixel), .int(runs.length),
            ],
            global: [runs.count]
        )
        return result
    }

    /// Another tensor with the same values.
    public func copy(_ tensor: RealTensor) throws(BackendError) -> RealTensor {
        try require(tensor, "copy", "the tensor")
        let result = try newTensor(tensor.shape)
        let runs = try wordRuns(tensor.shape.realWords, bytes: 2 * wordBytes, "copy")
        try run(
            "copy_words",
            "elementwise/copy.cl",
            options: wordOptions,
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments,
            global: [runs.count]
        )
        return result
    }

    /// Adds `term` to `tensor`, in place; the shapes are equal.
    public func accumulate(
        _ term: RealTensor,
        into tensor: RealTensor
    ) throws(BackendError) {
        try require(tensor, "accumulate", "the tensor")
        try requireEqual(term.shape, tensor.shape, "accumulate", "the term")
        try require(term, "accumulate", "the term")
        let runs = try wordRuns(tensor.shape.realWords, bytes: 3 * wordBytes, "accumulate")
        try run(
            "accumulate",
            "elementwise/sum.cl",
            options: wordOptions,
            arguments: [.storage(term.storage), .storage(tensor.storage)] + runs.arguments,
            global: [runs.count]
        )
    }

    /// Every image `steps` times, time outermost.
    public func repeatOverTime(
        _ tensor: RealTensor,
        steps: Int
    ) throws(BackendError) -> RealTensor {
        let operation = "repeatOverTime"
        let shape = tensor.shape
        try require(tensor, operation, "the tensor")
        try require(
            (1...Int(Int32.max) / shape.images).contains(steps),
            operation,
            "\(steps) time steps were asked for of a tensor of shape \(shape)"
        )
        let result = try newTensor(shape.with(images: steps * shape.images))
        try requirePixels(result.shape, operation)
        let runs = try wordRuns(shape.realWords, bytes: (1 + steps) * wordBytes, operation)
        try run(
            "repeat_over_time",
            "elementwise/time.cl",
            options: [lanes(of: shape).option],
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments + [.int(steps)],
            global: [runs.count]
        )
        return result
    }

    /// The sum of every image over `steps` time steps.
    public func sumOverTime(
        _ tensor: RealTensor,
        steps: Int
    ) throws(BackendError) -> RealTensor {
        let operation = "sumOverTime"
        let shape = tensor.shape
        try require(tensor, operation, "the tensor")
        try require(
            steps >= 1 && shape.images % steps == 0,
            operation,
            "the tensor of shape \(shape) does not divide into \(steps) time steps"
        )
        let result = try newTensor(shape.with(images: shape.images / steps))
        let runs = try wordRuns(result.shape.realWords, bytes: (1 + steps) * wordBytes, operation)
        try run(
            "sum_over_time",
            "elementwise/time.cl",
            options: [lanes(of: shape).option],
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments + [.int(steps)],
            global: [runs.count]
        )
        return result
    }

    /// max(0, x).
    public func rectify(_ tensor: RealTensor) throws(BackendError) -> RealTensor {
        try require(tensor, "rectify", "the tensor")
        let result = try newTensor(tensor.shape)
        let runs = try wordRuns(tensor.shape.realWords, bytes: 2 * wordBytes, "rectify")
        try run(
            "rectify",
            "elementwise/rectify.cl",
            options: wordOptions,
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments,
            global: [runs.count]
        )
        return result
    }

    /// The gradient where x > 0, else 0; the result stands in the gradient's memory.
    public func rectifyBackward(
        _ gradient: RealTensor,
        input: RealTensor
    ) throws(BackendError) -> RealTensor {
        let operation = "rectifyBackward"
        try require(gradient, operation, "the gradient")
        try requireEqual(gradient.shape, input.shape, operation, "the gradient")
        try require(input, operation, "the input")
        let runs = try wordRuns(input.shape.realWords, bytes: 3 * wordBytes, operation)
        try run(
            "rectify_backward",
            "elementwise/rectify.cl",
            options: wordOptions,
            arguments: [.storage(input.storage), .storage(gradient.storage)] + runs.arguments,
            global: [runs.count]
        )
        return gradient
    }
}
