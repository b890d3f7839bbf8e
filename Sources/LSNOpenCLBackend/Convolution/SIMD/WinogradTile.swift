import LSNTensors

/// How winograd_backward_data.cl cuts a convolution: see there.
struct WinogradTile: Hashable {
    let width: Int
    let vectors: Int
    /// Tiles of 4×4 pixels that a product holds in registers.
    let held: Int
    /// Tiles whose input transforms a work-item keeps, a multiple of ``held``.
    let block: Int
    /// Tiles of the whole result.
    let tiles: Int
    /// Floats of a work-item's part of the scratch memory.
    let scratchWords: Int
    /// Whether input transforms, products and output transforms are made one after the other for all tiles, rather than block
    /// by block.
    let isByPosition: Bool

    /// Nil where the dense kernel suits better: other windows and strides, and fewer channels than `smallestChannels`, for
    /// which transforming costs as much as it saves.
    init?(of plan: ConvolutionPlan, smallestChannels: Int, registers: VectorRegisters) {
        let input = plan.input
        guard
            plan.filter.height == 3, plan.filter.width == 3, plan.geometry.stride == 1, plan.geometry.padding <= 2,
            min(input.channels, plan.output.channels) >= smallestChannels
        else { return nil }
        let tiles = input.images * ((input.height + 3) / 4) * ((input.width + 3) / 4)
        guard tiles <= Int(Int32.max) / 2 else { return nil }
        self.tiles = tiles
        width = input.vectorWidth
        vectors = registers.vectors(of: input)
        held = !registers.areMany ? registers.sums(of: width) : vectors == 1 ? 16 : 8
        // The input transforms of 32 tiles of 384 channels fill a second-level cache; the weights pass by once for each
        // block.
        block = (plan.output.channelStride > 384 ? 16 : 32) / held * held
        scratchWords = 36 * block * (plan.output.channelStride + vectors * width)
        // What passes between caches and memory: the weights once for each block, or input transforms and products twice.
        let weights = 36 * plan.output.channels * input.channelStride
        let filled = Self.filled(tiles, held)
        let (transforms, products) = (36 * filled * plan.output.channelStride, 36 * filled * input.channelStride)
        isByPosition =
            weights >= Self.largeWeights && transforms + products <= Self.mostBetween
            && 2 * (transforms + products) + weights < (tiles + block - 1) / block * weights
    }

    /// Floats that no second-level cache holds beside a block's input transforms.
    private static let largeWeights = 1 << 20
    /// Floats of input transforms and products at most, 128 MiB.
    private static let mostBetween = 32 << 20

    /// ``tiles``, and as many more as fill up the last registers.
    var filled: Int { Self.filled(tiles, held) }

    private static func filled(_ tiles: Int, _ held: Int) -> Int {
        (tiles + held - 1) / held * held
    }

    /// Blocks of the whole result.
    var blocks: Int { (tiles + block - 1) / block }

    /// Work-items that share the blocks: four for every core, so that none waits long for the last, within 256 MiB of
    /// scratch memory. Results do not depend on it.
    func items(computeUnits: Int) -> Int {
        max(1, min(4 * computeUnits, 256 << 20 / (scratchWords * wordBytes)))
    }

    var options: [KernelOption] {
        [
            .define("WIDTH", width), .define("TILE_VECTORS", vectors), .define("TILES", held),
            .define("BLOCK", block),
        ]
    }
}
