import LSNOpenCLRuntime
public import LSNTensors

// Kernels/elementwise: copy.cl, relu.cl, scale.cl, sum.cl, time.cl.
extension OpenCLBackend: ElementwiseKernels {
    /// a + b, spikes counting as 0 and 1; the shapes are equal.
    public func sum(_ a: Activation, _ b: Activation, result: RealTensor) throws(BackendError) {
        let shape = result.shape
        let cut = wholePixelLanes(of: shape)
        let runs = pixelRuns(shape.pixels, bytes: 3 * cut.itemWidth * wordBytes, keepsNothing: true)
        try run(
            "sum_activations",
            "elementwise/sum.cl",
            options: [lanes(of: shape).option, .define("A_SPIKES", a.isSpikes), .define("B_SPIKES", b.isSpikes)],
            arguments: [
                .storage(a.storage), .storage(b.storage), .storage(result.storage), .int(shape.pixels),
                .int(shape.channelStride), .int(shape.wordsPerPixel), .int(cut.itemWidth), .int(runs.length),
            ],
            global: range(cut.items, by: runs.count)
        )
    }

    /// Another tensor with the same values.
    public func copy(_ tensor: RealTensor, result: RealTensor) throws(BackendError) {
        let runs = wordRuns(tensor.shape.realWords, bytes: 2 * wordBytes)
        try run(
            "copy_words",
            "elementwise/copy.cl",
            options: wordOptions,
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments,
            global: [runs.count]
        )
    }

    /// Multiplies `tensor` by `factor`, in place.
    public func scale(_ tensor: RealTensor, by factor: Float) throws(BackendError) {
        let runs = wordRuns(tensor.shape.realWords, bytes: 2 * wordBytes)
        try run(
            "scale",
            "elementwise/scale.cl",
            options: wordOptions,
            arguments: [.storage(tensor.storage)] + runs.arguments + [.float(factor)],
            global: [runs.count]
        )
    }

    /// Adds `term` to `tensor`, in place; the shapes are equal.
    public func accumulate(_ term: RealTensor, into tensor: RealTensor) throws(BackendError) {
        let runs = wordRuns(tensor.shape.realWords, bytes: 3 * wordBytes)
        try run(
            "accumulate",
            "elementwise/sum.cl",
            options: wordOptions,
            arguments: [.storage(term.storage), .storage(tensor.storage)] + runs.arguments,
            global: [runs.count]
        )
    }

    /// tensor += weight·(target − tensor).
    public func lerp(_ tensor: RealTensor, toward target: RealTensor, by weight: Float) throws(BackendError) {
        let runs = wordRuns(tensor.shape.realWords, bytes: 3 * wordBytes)
        try run(
            "lerp",
            "elementwise/lerp.cl",
            options: wordOptions,
            arguments: [.storage(target.storage), .storage(tensor.storage)] + runs.arguments + [.float(weight)],
            global: [runs.count]
        )
    }

    /// Every image `steps` times, time outermost.
    public func repeatOverTime(_ tensor: RealTensor, steps: Int, result: RealTensor) throws(BackendError) {
        let shape = tensor.shape
        let runs = wordRuns(shape.realWords, bytes: (1 + steps) * wordBytes)
        try run(
            "repeat_over_time",
            "elementwise/time.cl",
            options: [lanes(of: shape).option],
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments + [.int(steps)],
            global: [runs.count]
        )
    }

    /// The sum of every image over `steps` time steps.
    public func sumOverTime(_ tensor: RealTensor, steps: Int, result: RealTensor) throws(BackendError) {
        let shape = result.shape
        let runs = wordRuns(shape.realWords, bytes: (1 + steps) * wordBytes)
        try run(
            "sum_over_time",
            "elementwise/time.cl",
            options: [lanes(of: shape).option],
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments + [.int(steps)],
            global: [runs.count]
        )
    }

    /// max(0, x).
    public func relu(_ tensor: RealTensor, result: RealTensor) throws(BackendError) {
        let runs = wordRuns(tensor.shape.realWords, bytes: 2 * wordBytes)
        try run(
            "relu",
            "elementwise/relu.cl",
            options: wordOptions,
            arguments: [.storage(tensor.storage), .storage(result.storage)] + runs.arguments,
            global: [runs.count]
        )
    }

    /// The gradient where x > 0, else 0; the result stands in the gradient's memory.
    public func reluBackward(_ gradient: RealTensor, input: RealTensor) throws(BackendError) {
        let runs = wordRuns(input.shape.realWords, bytes: 3 * wordBytes)
        try run(
            "relu_backward",
            "elementwise/relu.cl",
            options: wordOptions,
            arguments: [.storage(input.storage), .storage(gradient.storage)] + runs.arguments,
            global: [runs.count]
        )
    }
}
