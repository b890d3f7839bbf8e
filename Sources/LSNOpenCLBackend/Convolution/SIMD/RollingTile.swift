import LSNTensors

/// How sparse_forward.cl and rolling_lookup_forward.cl cut a convolution: see rolling_rows.cl.
struct RollingTile: Hashable {
    /// Whether single spikes select weights; else nibbles select sums.
    let isSparse: Bool
    let width: Int
    /// Vectors of output channels that a work-item makes. No result depends on it.
    let vectors: Int
    /// Sums that stand in one integer: PACK of convolution/quantized_weights.cl.
    let pack: Int
    /// Vectors of such integers that a work-item adds.
    let packedVectors: Int
    /// Output rows of a work-item.
    let blockRows: Int
    /// Whether a block is made of whole runs of ``SumOrder``, so that moments can be taken of it.
    let makesRuns: Bool
    /// Floats of the packed weights.
    let entryWords: Int

    /// Parts in which spikes are counted.
    static let countParts = 64

    /// The tiles of what may be enqueued for a convolution; empty where the kernels do not apply: strides, for which rows
    /// do not roll, other windows, for which they were not measured, and very long rows, whose sums would not fit a
    /// stack. Words of few channels are looked up in one or a few tables, whatever their rate.
    static func tiles(
        of plan: ConvolutionPlan,
        registers: VectorRegisters,
        precision: Precision = .highest
    ) -> [RollingTile] {
        guard
            plan.geometry.stride == 1, plan.filter.height == 3, plan.filter.width == 3, plan.output.width <= 1024,
            plan.output.pixels > 0
        else { return [] }
        let pack = plan.pack(precision)
        func vectors(_ limit: Int) -> Int { (1...limit).last { plan.chunks.isMultiple(of: $0) } ?? 1 }
        guard plan.nibbles > 4 else { return [RollingTile(plan, isSparse: false, vectors: vectors(pack), pack: pack)] }
        // Three sums of six vectors fill 18 registers of 16 lanes; where there are 16 of 8 lanes, a third of that.
        return [
            RollingTile(plan, isSparse: true, vectors: vectors(pack * (registers.areMany ? 6 : 2)), pack: pack),
            RollingTile(plan, isSparse: false, vectors: vectors(pack), pack: pack),
        ]
    }

    private init(_ plan: ConvolutionPlan, isSparse: Bool, vectors: Int, pack: Int) {
        self.isSparse = isSparse
        self.pack = pack
        packedVectors = (vectors + pack - 1) / pack
        self.vectors = vectors
        width = plan.width
        let entries = isSparse ? 32 : plan.nibbles * 16
        let entryVectors = isSparse ? 3 : 4
        entryWords =
            plan.chunks / vectors * packedVectors * plan.input.wordsPerPixel * plan.filter.height * entries
            * entryVectors
            * plan.width
        // Long blocks pass over the weights less often; some 32 items are to be shared out. The fewest rows that are whole
        // runs are one where the width has 16 as a factor, sixteen where it is odd; so many long rows would leave the
        // cache.
        let (rows, columns) = (plan.output.images * plan.output.height, plan.output.width)
        let runRows = SumOrder.run >> min(columns.trailingZeroBitCount, SumOrder.run.trailingZeroBitCount)
        makesRuns = runRows * columns <= 512
        let unit = makesRuns ? runRows : 1
        var units = max(1, (isSparse ? 256 : 512) / columns / unit)
        while units > 1, (rows + units * unit - 1) / (units * unit) * (plan.chunks / vectors) < 32 {
            units = (units + 1) / 2
        }
        blockRows = units * unit
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
            .define("COLLECTS", collects ? 1 : 0),
            .define("LARGEST_SPARSE_RATE", largestSparseRate), .define("WIDTH", width), .define("VECTORS", vectors),
            .define("PACK", pack),
            .define("OUT_WIDTH", plan.output.width), .define("BLOCK_ROWS", blockRows),
        ]
    }
}
