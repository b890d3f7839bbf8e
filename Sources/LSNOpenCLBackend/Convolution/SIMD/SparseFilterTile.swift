import LSNTensors

/// How sparse_backward_filter.cl cuts a convolution: see there.
struct SparseFilterTile: Hashable {
    let width: Int
    /// Vectors of output channels that a work-item makes. No result depends on it.
    let vectors: Int
    let images: Int
    let rows: Int
    let columns: Int
    /// Tiles of the whole input.
    let tiles: Int
    /// Tiles of a partition, but for the last.
    let partitionTiles: Int

    /// Partitions of the tiles.
    var partitions: Int { (tiles + partitionTiles - 1) / partitionTiles }

    /// Nil where the kernel does not apply: strides, and windows whose sums no processor holds in registers; and for
    /// windows of one pixel on fewer channels than `smallestChannels`, whose spikes add too little to pay for the tile. No
    /// partition has more than `mostPixels` pixels, if that is given.
    init?(of plan: ConvolutionPlan, registers: VectorRegisters, smallestChannels: Int, mostPixels: Int? = nil) {
        let taps = plan.filter.taps
        guard
            plan.geometry.stride == 1, taps <= Self.sums, plan.input.pixels > 0,
            taps > 1 || min(plan.input.channels, plan.output.channels) >= smallestChannels
        else { return nil }
        width = plan.width
        let widest = Self.vectors(plan.chunks, taps: taps, sums: Self.sums)
        // Processors of 8 lanes have 16 registers, half as wide.
        vectors =
            registers.areMany
            ? widest : Self.vectors(plan.chunks, taps: taps, sums: Self.sums / 4)

        let input = plan.input
        let (borderRows, borderColumns) = (plan.filter.height - 1, plan.filter.width - 1)
        func fits(_ images: Int, _ rows: Int, _ columns: Int) -> Bool {
            images * (rows + borderRows) * (columns + borderColumns) * widest * plan.width <= Self.gradientFloats
                && images * rows * columns <= Self.pixels
        }
        func largest(_ limit: Int, _ fits: (Int) -> Bool) -> Int {
            (1...max(1, min(limit, Self.pixels))).last(where: fits) ?? 1
        }
        func even(_ extent: Int, _ part: Int) -> Int {
            let parts = (extent + part - 1) / part
            return (extent + parts - 1) / parts
        }
        let columns = even(input.width, min(input.width, 32))
        let rows = even(input.height, largest(input.height) { fits(1, $0, columns) })
        images = rows < input.height || columns < input.width ? 1 : largest(input.images) { fits($0, rows, columns) }
        self.columns = columns
        self.rows = rows
        tiles =
            (input.images + images - 1) / images * ((input.height + rows - 1) / rows)
            * ((input.width + columns - 1) / columns)
        // Each partition has sums of its own for every weight, so there are just enough of them for 16 work-items.
        let partitions = max(1, min(tiles, 16 / (plan.chunks / widest)))
        let (wanted, tilePixels) = ((tiles + partitions - 1) / partitions, images * rows * columns)
        // (A tile has fewer pixels than any bound.)
        partitionTiles = min(wanted, mostPixels.map { $0 / tilePixels } ?? wanted)
    }

    /// Sums in registers.
    private static let sums = 27
    /// Floats of a tile's gradient, most of a first-level cache.
    private static let gradientFloats = 10 * 1024
    /// Pixels of a tile.
    private static let pixels = 256

    private static func vectors(_ chunks: Int, taps: Int, sums: Int) -> Int {
        (1...6).last { chunks.isMultiple(of: $0) && $0 * taps <= sums } ?? 1
    }

    /// What the kernel is specialised by, beside the convolution's own options.
    var options: [KernelOption] {
        [
            .define("WIDTH", width), .define("VECTORS", vectors), .define("TILE_IMAGES", images),
            .define("TILE_ROWS", rows), .define("TILE_COLUMNS", columns),
        ]
    }
}
