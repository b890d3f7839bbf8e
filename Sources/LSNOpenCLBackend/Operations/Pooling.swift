import LSNOpenCLRuntime
public import LSNTensors

// Kernels/pooling: max.cl, max_real.cl, average.cl. The global average is an average over windows as large as the image.
extension OpenCLBackend: PoolingKernels {
    /// The maximum of spikes over `window` × `window` pixels: their OR.
    public func maxPool(
        _ input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry,
        output: SpikeTensor
    ) throws(BackendError) {
        let (from, to) = (input.shape, output.shape)
        let itemWords = mapping == .simt ? 1 : from.wordsPerPixel
        let bytes = (window * window + 1) * itemWords * wordBytes
        let runs = pixelRuns(to.pixels, bytes: bytes, keepsNothing: true)
        try run(
            "max_pool",
            "pooling/max.cl",
            options: [lanes(of: from).option],
            arguments: [
                .storage(input.storage), .storage(output.storage), .int(from.height), .int(from.width),
                .int(to.height), .int(to.width), .int(from.wordsPerPixel), .int(window), .int(geometry.stride),
                .int(geometry.padding), .int(to.pixels), .int(itemWords), .int(runs.length),
            ],
            global: range(from.wordsPerPixel / itemWords, by: runs.count)
        )
    }

    /// ∂L/∂x: each window's gradient goes to its first maximum in row-major order among the pixels inside the image.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: SpikeTensor,
        window: Int,
        geometry: WindowGeometry,
        result: RealTensor
    ) throws(BackendError) {
        let (from, to) = (input.shape, gradient.shape)
        let runs = pixelRuns(from.pixels, bytes: (window * window + 4) * lanes(of: from).width * wordBytes)
        try run(
            "max_pool_backward",
            "pooling/max.cl",
            options: [lanes(of: from).option],
            arguments: [
                .storage(gradient.storage), .storage(input.storage), .storage(result.storage), .int(from.height),
                .int(from.width), .int(to.height), .int(to.width), .int(from.channelStride),
                .int(from.wordsPerPixel), .int(window), .int(geometry.stride), .int(geometry.padding),
                .int(from.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks * runs.count]
        )
    }

    /// The maximum of real values over `window` × `window` pixels, those outside the image not counting.
    public func maxPool(
        _ input: RealTensor,
        window: Int,
        geometry: WindowGeometry,
        output: RealTensor
    ) throws(BackendError) {
        let (from, to) = (input.shape, output.shape)
        let runs = pixelRuns(to.pixels, bytes: (window * window + 1) * lanes(of: from).width * wordBytes)
        try run(
            "max_pool_real",
            "pooling/max_real.cl",
            options: [lanes(of: from).option],
            arguments: [
                .storage(input.storage), .storage(output.storage), .int(from.height), .int(from.width),
                .int(to.height), .int(to.width), .int(from.channelStride), .int(window), .int(geometry.stride),
                .int(geometry.padding), .int(to.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks * runs.count]
        )
    }

    /// ∂L/∂x of the maximum of real values: each window's gradient goes to its first maximum in row-major order.
    public func maxPoolBackward(
        _ gradient: RealTensor,
        input: RealTensor,
        window: Int,
        geometry: WindowGeometry,
        result: RealTensor
    ) throws(BackendError) {
        let (from, to) = (input.shape, gradient.shape)
        let runs = pixelRuns(from.pixels, bytes: (2 * window * window + 4) * lanes(of: from).width * wordBytes)
        try run(
            "max_pool_real_backward",
            "pooling/max_real.cl",
            options: [lanes(of: from).option],
            arguments: [
                .storage(gradient.storage), .storage(input.storage), .storage(result.storage), .int(from.height),
                .int(from.width), .int(to.height), .int(to.width), .int(from.channelStride), .int(window),
                .int(geometry.stride), .int(geometry.padding), .int(from.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks * runs.count]
        )
    }

    /// The mean over `rows` × `columns` pixels that touch each other; what does not fill a window is left out.
    public func averagePool(
        _ input: Activation,
        rows: Int,
        columns: Int,
        output: RealTensor
    ) throws(BackendError) {
        let (from, to) = (input.shape, output.shape)
        let runs = pixelRuns(to.pixels, bytes: (rows * columns + 1) * lanes(of: from).width * wordBytes)
        try run(
            "average_pool",
            "pooling/average.cl",
            options: [lanes(of: from).option, .define("SPIKES", input.isSpikes)],
            arguments: [
                .storage(input.storage), .storage(output.storage), .int(from.height), .int(from.width),
                .int(to.height), .int(to.width), .int(from.channelStride), .int(from.wordsPerPixel), .int(rows),
                .int(columns), .int(to.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks * runs.count]
        )
    }

    /// ∂L/∂x of ``averagePool(_:rows:columns:output:)``.
    public func averagePoolBackward(
        _ gradient: RealTensor,
        rows: Int,
        columns: Int,
        result: RealTensor
    ) throws(BackendError) {
        let (from, to) = (result.shape, gradient.shape)
        let runs = pixelRuns(from.pixels, bytes: 2 * lanes(of: from).width * wordBytes)
        try run(
            "average_pool_backward",
            "pooling/average.cl",
            options: [lanes(of: from).option, .define("SPIKES", false)],
            arguments: [
                .storage(gradient.storage), .storage(result.storage), .int(from.height), .int(from.width),
                .int(to.height), .int(to.width), .int(from.channelStride), .int(rows), .int(columns),
                .int(from.pixels), .int(runs.length),
            ],
            global: [lanes(of: from).chunks * runs.count]
        )
    }
}
