import LSNTensors

/// How sparse_forward.cl and rolling_lookup_forward.cl cut a convolution: see rolling_rows.cl.
struct RollingTile: Hashable {
    /// Whether single spikes select weights; else nibbles select sums.
    let isSparse: Bool
    let width: Int
    /// Vectors of output channels that a work-item makes. No result depends on it.
    let vectors: Int
    /// Output rows of a work-item, a multiple of ``runRows``.
    let blockRows: Int
    /// Output rows of which the moments are taken together, the same for all tiles of a convolution.
    let runRows: Int
    /// Floats of the packed weights.
    let entryWords: Int

    /// Parts in which spikes are counted.
    static let countParts = 64

    /// The tiles of what may be enqueued for a convolution; empty where the kernels do not apply: strides, for which rows
    /// do not roll, other windows, for which they were not measured, and very long rows, whose sums would not fit a
    /// stack. Words of few channels are looked up in one or a few tables, whatever their rate.
    static func tiles(of plan: ConvolutionPlan, registers: VectorRegisters) -> [RollingTile] {
        guard
            plan.geometry.stride == 1, plan.filter.height == 3, plan.filter.width == 3, plan.output.width <= 1024,
            plan.output.pixels > 0
        else { return [] }
        guard plan.nibbles > 4 else { return [RollingTile(plan, isSparse: false, vectors: 1, runRows: nil)] }
        // Three sums of six vectors fill 18 registers of 16 lanes; where there are 16 of 8 lanes, a third of that.
        func vectors(_ limit: Int) -> Int { (1...limit).last { plan.chunks.isMultiple(of: $0) } ?? 1 }
        let (widest, held) = (vectors(6), vectors(registers.areMany ? 6 : 2))
        // Blocks are cut for the widest, so that moments are of the same runs on every device.
        let runRows = RollingTile(plan, isSparse: true, vectors: widest, runRows: nil).runRows
        return [
            RollingTile(plan, isSparse: true, vectors: held, runRows: runRows),
            RollingTile(plan, isSparse: false, vectors: 1, runRows: runRows),
        ]
    }

    private init(_ plan: ConvolutionPlan, isSparse: Bool, vectors: Int, runRows: Int?) {
        self.isSparse = isSparse
        self.vectors = vectors
        width = plan.width
        let entries = isSparse ? 32 : plan.nibbles * 16
        let entryVectors = isSparse ? 3 : 4
        entryWords =
            plan.chunks * plan.input.wordsPerPixel * plan.filter.height * entries * entryVectors * plan.width
        // Long blocks pass over the weights less often; some 32 items are to be shared out.
        let rows = plan.output.images * plan.output.height
        var block = max(1, (isSparse ? 256 : 512) / plan.output.width)
        while block > 1, (rows + block - 1) / block * (plan.chunks / vectors) < 32 { block = (block + 1) / 2 }
        self.runRows = runRows ?? block
        blockRows = max(1, block / self.runRows) * self.runRows
    }

    /// The kernel that convolves.
    var kernel: String { isSparse ? "sparse_forward" : "rolling_lookup_forward" }
    /// The kernel that packs the weights for it.
    var packingKernel: String { isSparse ? "pack_weights" : "pack_subset_sums" }
    /// The file of both.
    var file: String { "convolution/simd/\(kernel).cl" }

    /// What the kernels are specialised by, beside the convolution's own options.
    func options(
        _ plan: ConvolutionPlan,
        isAlone: Bool,
        collects: Bool,
        largestSparseRate: Int
    ) -> [KernelOption] {
        [
            .define("CHOOSES", isAlone ? 0 : 1),
            .define("COLLECTS", collects ? 1 : 0), .define("RUN_ROWS", runRows),
            .define("LARGEST_SPARSE_RATE", largestSparseRate), .define("WIDTH", width),
            .define("VECTORS", vectors), .define("OUT_WIDTH", plan.output.width), .define("BLOCK_ROWS", blockRows),
        ]
    }
}
