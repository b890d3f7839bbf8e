import OpenCLRuntime
public import Tensors

// Kernels/elementwise/sum.cl, Kernels/ceilings/copy.cl.
extension OpenCLBackend: ElementwiseOperations {
    /// a + b, spikes counting as 0 and 1; the shapes are equal.
    public func sum(
        _ a: Activation<OpenCLBackend>,
        _ b: Activation<OpenCLBackend>
    ) throws(BackendError) -> RealTensor<OpenCLBackend> {
        let shape = a.shape
        try require(a, "sum", "the first term")
        try requireEqual(b.shape, shape, "sum", "the second term")
        try require(b, "sum", "the second term")
        let result = try newTensor(shape)
        let runs = PixelRuns(pixels: shape.pixels, bytes: 3 * shape.vectorWidth * wordBytes)
        try run(
            "sum_activations",
            "elementwise/sum.cl",
            options: [.width(shape), .define("A_SPIKES", a.isSpikes), .define("B_SPIKES", b.isSpikes)],
            arguments: [
                .storage(a.storage), .storage(b.storage), .storage(result.storage), .int(shape.pixels),
                .int(shape.channelStride), .int(shape.wordsPerPixel), .int(runs.length),
            ],
            global: [shape.chunks, runs.count]
        )
        return result
    }

    /// Another tensor with the same values.
    public func copy(_ tensor: RealTensor<OpenCLBackend>) throws(BackendError) -> RealTensor<OpenCLBackend> {
        try require(tensor, "copy", "the tensor")
        let result = try newTensor(tensor.shape)
        let runs = try WordRuns(tensor.shape.realWords, bytes: 2 * wordBytes, "copy")
        try run(
            "copy_words",
            "ceilings/copy.cl",
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments,
            global: [runs.count]
        )
        return result
    }

    /// Adds `term` to `tensor`, in place; the shapes are equal.
    public func accumulate(
        _ term: RealTensor<OpenCLBackend>,
        into tensor: RealTensor<OpenCLBackend>
    ) throws(BackendError) {
        try require(tensor, "accumulate", "the tensor")
        try requireEqual(term.shape, tensor.shape, "accumulate", "the term")
        try require(term, "accumulate", "the term")
        let runs = try WordRuns(tensor.shape.realWords, bytes: 3 * wordBytes, "accumulate")
        try run(
            "accumulate",
            "elementwise/sum.cl",
            arguments: [.storage(term.storage), .storage(tensor.storage)] + runs.arguments,
            global: [runs.count]
        )
    }
}
