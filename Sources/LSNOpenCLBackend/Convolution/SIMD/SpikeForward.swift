import LSNOpenCLRuntime
import LSNTensors

/// Convolutions of spikes, by the kernels that suit window and firing rate; see Convolution.swift.
extension OpenCLBackend {
    /// Room for the moments that the kernels of a convolution of spikes take, where the blocks of their items are whole
    /// runs.
    func newMomentsByItem(of plan: ConvolutionPlan) throws(BackendError) -> RunMoments? {
        rollingTiles(of: plan).allSatisfy(\.makesRuns) ? try newMoments(of: plan.output) : nil
    }

    private func rollingTiles(of plan: ConvolutionPlan) -> [RollingTile] {
        RollingTile.tiles(of: plan, registers: registers, precision: precision)
    }

    func spikeForward(_ plan: ConvolutionPlan, _ operands: SpikeForwardOperands) throws(BackendError) {
        let tiles = rollingTiles(of: plan)
        if tiles.isEmpty {
            try lookupForward(plan, operands)
        } else {
            let choice = tiles.count > 1 ? try countSpikes(operands.spikes) : []
            for tile in tiles {
                try rollingForward(plan, tile, choice, operands)
            }
        }
    }

    /// What rolling_rows.cl chooses by: the number of spikes, in parts.
    private func countSpikes(_ spikes: SpikeTensor) throws(BackendError) -> [KernelArgument] {
        let shape = spikes.shape
        // Each is 64 bits.
        let counts = try allocate(words: 2 * RollingTile.countParts)
        try run(
            "count_spikes",
            "convolution/simd/count_spikes.cl",
            arguments: [
                .storage(spikes.storage), .storage(counts), .int(shape.pixels), .int(shape.wordsPerPixel),
            ],
            global: [RollingTile.countParts]
        )
        return [try .storage(counts), .int(RollingTile.countParts), .int(shape.pixels)]
    }

    private func rollingForward(
        _ plan: ConvolutionPlan,
        _ tile: RollingTile,
        _ choice: [KernelArgument],
        _ operands: SpikeForwardOperands
    ) throws(BackendError) {
        let options =
            plan.options
            + tile.options(
                plan,
                isAlone: choice.isEmpty,
                collects: operands.moments != nil,
                largestSparseRate: choices.largestSparseRate
            )
        let entries = try allocate(words: tile.entryWords)
        try run(
            tile.packingKernel,
            tile.file,
            options: options,
            arguments: [.storage(operands.filter.storage), .storage(operands.grid), .storage(entries)] + choice,
            global: [plan.input.wordsPerPixel * plan.filter.height, plan.chunks / tile.vectors * tile.packedVectors]
        )
        let rows = plan.output.images * plan.output.height
        try run(
            tile.kernel,
            tile.file,
            options: options,
            arguments: [
                .storage(operands.spikes.storage), .storage(entries), .storage(operands.grid),
                .storage(operands.output.storage),
                .int(plan.input.height), .int(plan.input.width), .int(plan.output.height), .int(rows),
            ] + operands.momentsArgument() + choice,
            global: [(rows + tile.blockRows - 1) / tile.blockRows, plan.chunks / tile.vectors]
        )
    }

    private func lookupForward(
        _ plan: ConvolutionPlan,
        _ operands: SpikeForwardOperands
    ) throws(BackendError) {
        let file = "convolution/simd/lookup_forward.cl"
        // A pair of vectors that are packed into one counts as one.
        let pack = plan.pack(precision)
        let vectors =
            plan.chunks.isMultiple(of: pack * plan.lookupVectors) ? pack * plan.lookupVectors : plan.lookupVectors
        let (block, items) = (plan.lookupBlock(vectors: vectors), plan.chunks / vectors)
        let packedVectors = items * ((vectors + pack - 1) / pack)
        let options =
            plan.lookupOptions(vectors: vectors) + [
                .define("BLOCK", block), .define("COLLECTS", operands.moments == nil ? 0 : 1), .define("PACK", pack),
            ]
        let tables = try allocate(words: packedVectors * plan.tableRows * plan.width)
        try run(
            "subset_sums",
            file,
            options: options,
            arguments: [.storage(operands.filter.storage), .storage(operands.grid), .storage(tables)],
            global: [plan.input.wordsPerPixel * plan.filter.taps * plan.nibbles, packedVectors]
        )
        try run(
            "lookup_forward",
            file,
            options: options,
            arguments: [
                .storage(operands.spikes.storage), .storage(tables), .storage(operands.grid),
                .storage(operands.output.storage),
            ] + plan.extents + [.int(plan.output.pixels)] + operands.momentsArgument(),
            global: [(plan.output.pixels + block - 1) / block, items]
        )
    }
}
