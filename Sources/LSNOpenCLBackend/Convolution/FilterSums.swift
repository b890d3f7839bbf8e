import LSNOpenCLRuntime
import LSNTensors

/// What the gradient of a convolution's weights is a sum of, and how its partitions become one.
enum FilterSums {
    /// Floats, in partitions that suit the kernel, added in order (`sum_partitions`): `fast` numerics.
    case floats
    /// Floats, in partitions of ``ConvolutionOrder/partition`` pixels, merged (`merge_partitions`): `portable` numerics on real
    /// values.
    case ordered
    /// Integers of a ``GradientGrid`` (`sum_integers`): `portable` numerics on spikes.
    case integers(grid: any Storage)

    /// Pixels of a partition at most; nil where any number will do.
    var mostPixels: Int? {
        switch self {
        case .floats: nil
        case .ordered: ConvolutionOrder.partition
        case .integers: GradientGrid.pixels
        }
    }

    /// The macro INTEGERS: whether what is added up are integers.
    var option: KernelOption {
        if case .integers = self { .define("INTEGERS", true) } else { .define("INTEGERS", false) }
    }

    /// How so many pixels are cut, where `wanted` partitions would suit the kernel.
    func partitions(of pixels: Int, wanted: Int) -> (count: Int, pixels: Int) {
        func parts(_ whole: Int, _ part: Int) -> Int { (whole + part - 1) / part }
        switch self {
        case .floats: return (wanted, parts(pixels, wanted))
        case .ordered: return (parts(pixels, ConvolutionOrder.partition), ConvolutionOrder.partition)
        case .integers:
            let count = max(wanted, parts(pixels, GradientGrid.pixels))
            return (count, parts(pixels, count))
        }
    }
}

// Kernels/convolution/portable/quantize_gradient.cl.
extension OpenCLBackend {
    /// What kernels add up of a gradient, for weights that meet such an input.
    func filterSums(
        of gradient: RealTensor,
        input: Activation
    ) throws(BackendError) -> (terms: any Storage, sums: FilterSums) {
        switch (choices.numerics, input) {
        case (.fast, _): return (gradient.storage, .floats)
        case (.portable, .real): return (gradient.storage, .ordered)
        case (.portable, .spikes):
            let grid = try gradientGrid(of: gradient)
            return (try quantized(gradient, grid: grid), .integers(grid: grid))
        }
    }

    /// The grid of each channel of a gradient: see convolution/quantized_weights.cl.
    private func gradientGrid(of gradient: RealTensor) throws(BackendError) -> any Storage {
        let shape = gradient.shape
        let lanes = lanes(of: shape)
        // Of more rows weight_grid would see to it that their sum fits 32 bits.
        let runs = PixelRuns(pixels: shape.pixels, bytes: lanes.width * wordBytes, mapping: mapping, most: 1024)
        let maxima = try allocate(words: runs.count * shape.channelStride)
        try run(
            "largest_magnitudes",
            "convolution/portable/quantize_gradient.cl",
            options: [.define("OUT_STRIDE", shape.channelStride)] + lanes.itemOptions,
            arguments: [.storage(gradient.storage), .storage(maxima), .int(shape.pixels), .int(runs.length)],
            global: [lanes.chunks, runs.count]
        )
        return try powerOfTwoGrid(of: maxima, rows: runs.count, channels: shape.channels)
    }

    /// A gradient as integers of its grid, in its own layout.
    private func quantized(_ gradient: RealTensor, grid: any Storage) throws(BackendError) -> any Storage {
        let shape = gradient.shape
        let lanes = lanes(of: shape)
        let runs = pixelRuns(shape.pixels, bytes: 2 * lanes.itemWidth * wordBytes)
        let quantized = try allocate(words: shape.realWords)
        try run(
            "quantize_gradient",
            "convolution/portable/quantize_gradient.cl",
            options: [.define("OUT_STRIDE", shape.channelStride)] + lanes.itemOptions,
            arguments: [
                .storage(gradient.storage), .storage(grid), .storage(quantized), .int(shape.pixels),
                .int(runs.length), .int(lanes.itemChunks),
            ],
            global: [lanes.items * runs.count]
        )
        return quantized
    }
}
