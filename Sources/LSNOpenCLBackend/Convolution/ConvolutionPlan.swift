import LSNTensors

/// One convolution's shapes, and what its kernels are specialised by.
///
/// What rounding depends on, such as partitions of a sum and the runs of which moments are taken, is chosen by shapes only,
/// never by the device or by timing, so that the same run gives the same bits everywhere. Tiles follow the device's
/// ``VectorRegisters`` too, and change no bit.
struct ConvolutionPlan: Hashable {
    private(set) var input: ImageShape
    private(set) var output: ImageShape
    let filter: FilterShape
    let geometry: WindowGeometry

    init(input: ImageShape, filter: FilterShape, geometry: WindowGeometry) {
        self.input = input
        output = geometry.output(of: input, filter: filter)
        self.filter = filter
        self.geometry = geometry
    }

    /// The same convolution with short rows joined, where windows and strides of one pixel allow it: they would leave
    /// registers of a tile empty.
    var joiningRows: ConvolutionPlan {
        guard filter.taps == 1, geometry.stride == 1, geometry.padding == 0 else { return self }
        let (rows, columns) = (input.height, input.width)
        let joined = (1...rows).first { rows.isMultiple(of: $0) && $0 * columns >= Self.longRow } ?? rows
        func join(_ shape: ImageShape) -> ImageShape {
            ImageShape(images: shape.images, height: rows / joined, width: columns * joined, channels: shape.channels)
        }
        var plan = self
        plan.input = join(input)
        plan.output = join(output)
        return plan
    }

    /// Pixels of which a tile's registers are but a small part.
    private static let longRow = 64

    /// Output channels that one work-item of the look-up kernels makes.
    var width: Int { output.vectorWidth }
    /// Vectors of ``width`` in an output pixel.
    var chunks: Int { output.chunks }
    /// Nibbles of a word, four input channels each, as in lookup_table.cl.
    var nibbles: Int { input.wordsPerPixel == 1 ? (input.channels + 3) / 4 : 8 }
    /// Vectors of the look-up table for each vector of output channels, packed or not: 16 rows for every window position and
    /// nibble.
    var tableRows: Int { input.wordsPerPixel * filter.taps * nibbles * 16 }

    /// PACK of convolution/quantized_weights.cl: sums that stand in one integer.
    func pack(_ precision: Precision) -> Int { precision == .high && chunks > 1 ? 2 : 1 }

    /// What every kernel of a convolution is specialised by.
    var options: [KernelOption] {
        [
            .define("CHANNELS", input.channels), .define("OUTPUTS", output.channels),
            .define("WORDS", input.wordsPerPixel),
            .define("IN_STRIDE", input.channelStride), .define("OUT_STRIDE", output.channelStride),
            .define("KH", filter.height), .define("KW", filter.width),
            .define("STRIDE", geometry.stride), .define("PAD", geometry.padding),
        ]
    }

    /// Vectors of output channels that a work-item of the look-up kernels makes. Where a word is full, two share the
    /// work of finding the row.
    var lookupVectors: Int { nibbles == 8 && chunks.isMultiple(of: 2) ? 2 : 1 }

    /// Window columns that a work-item of the look-up kernels takes together. The rows of a full word fill the
    /// first-level cache with one column; those of a few channels leave room for all.
    var lookupColumns: Int { nibbles == 8 ? 1 : filter.width }

    /// What the look-up kernels are specialised by.
    func lookupOptions(vectors: Int) -> [KernelOption] {
        options + [.define("WIDTH", width), .define("VECTORS", vectors), .define("COLUMNS", lookupColumns)]
    }

    /// Output pixels of a work-item of the look-up: as many as leave some 64 items to share out, one run of ``SumOrder`` at
    /// least. Long blocks pass over the table less often; 128 pixels of sums fill less than half of a first-level cache.
    func lookupBlock(vectors: Int) -> Int {
        var block = 8 * SumOrder.run
        while block > SumOrder.run, (output.pixels + block - 1) / block * (chunks / vectors) < 64 { block /= 2 }
        return block
    }

    /// Partitions of the output pixels for the weights' gradient, when `items` work-items share one: enough for some
    /// 64 items in all, and none of fewer than 256 pixels.
    func partitions(items: Int) -> Int {
        max(1, min(64 / items, output.pixels / 256))
    }
}
