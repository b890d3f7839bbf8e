import OpenCLRuntime
public import Tensors

/// Convolutions, each by the kernels that suit its operands:
///
/// | operation | spikes | real values |
/// |---|---|---|
/// | forward | row_forward: by spike or table, as the firing rate asks; spike_forward: by table | dense_forward: register tiles |
/// | gradient of the weights | event_backward_filter: by spike; spike_backward_filter: buckets | dense_backward_filter: register tiles |
/// | gradient of the input | | backward_data: register tiles on transposed weights; winograd_backward_data |
///
/// On GPUs all of them are tiles of work-groups: GroupTile.swift. The gradient of the input stands in ConvolutionBackwardData.swift, that of the weights in
/// ConvolutionBackwardFilter.swift. Where two kernels are named, the first does strides of 1.
extension OpenCLBackend: ConvolutionKernels {
    /// y from x and the weights; the kernels' numerics stand in their headers. A convolution of spikes takes the moments of
    /// its sums while they are near (convolution/run_moments.cl); the output of real values (the stem's) is read once more
    /// for them, and of work-groups every output.
    public func convolve(
        _ input: Activation,
        filter: Filter,
        geometry: WindowGeometry,
        output: RealTensor,
        takesMoments: Bool
    ) throws(BackendError) -> RunMoments? {
        let plan = ConvolutionPlan(input: input.shape, filter: filter.shape, geometry: geometry)
        switch input {
        case .spikes(let spikes):
            let grid = try weightGrid(plan, filter)
            if mapping == .groups {
                try groupForward(plan, spikes: spikes, filter: filter, grid: grid, output: output)
                return nil
            }
            let moments = takesMoments ? try newMoments(of: plan) : nil
            try spikeForward(plan, .init(spikes: spikes, filter: filter, grid: grid, output: output, moments: moments))
            return moments
        case .real(let values) where mapping == .groups:
            try groupForward(plan, input: values, filter: filter, output: output)
        case .real(let values): try denseForward(plan, input: values, filter: filter, output: output)
        }
        return nil
    }

    /// Room for the moments of the runs of pixels that the kernels of a convolution of spikes make together.
    private func newMoments(of plan: ConvolutionPlan) throws(BackendError) -> RunMoments {
        let shape = plan.output
        let rows = RowTile.tiles(of: plan, registers: registers).first?.runRows
        let run = rows.map { $0 * shape.width } ?? plan.lookupBlock
        let count = (shape.pixels + run - 1) / run
        return RunMoments(storage: try allocate(words: count * 2 * shape.channelStride), length: run, count: count)
    }

    /// ∂L/∂weight, summed over partitions of the pixels in a fixed order.
    public func convolveBackwardFilter(
        input: Activation,
        gradient: RealTensor,
        geometry: WindowGeometry,
        result: Filter
    ) throws(BackendError) {
        let plan = ConvolutionPlan(input: input.shape, filter: result.shape, geometry: geometry)
        switch input {
        case _ where mapping == .groups: try groupBackwardFilter(plan, input: input, gradient: gradient, result: result)
        case .spikes(let spikes):
            if let tile = EventTile(of: plan, registers: registers, smallestChannels: choices.eventFilterChannels) {
                try eventBackwardFilter(plan, tile, spikes: spikes, gradient: gradient, result: result)
            } else {
                try lookUpBackwardFilter(plan, spikes: spikes, gradient: gradient, result: result)
            }
        case .real(let values): try denseBackwardFilter(plan, input: values, gradient: gradient, result: result)
        }
    }

    func spikeForward(_ plan: ConvolutionPlan, _ operands: SpikeForwardOperands) throws(BackendError) {
        let tiles = RowTile.tiles(of: plan, registers: registers)
        if tiles.isEmpty {
            try spikeForwardByTable(plan, operands)
        } else {
            let choice = tiles.count > 1 ? try countSpikes(operands.spikes) : []
            for tile in tiles {
                try spikeForwardByRow(plan, tile, choice, operands)
            }
        }
    }

    /// What row_forward.cl chooses by: the number of spikes, in parts.
    private func countSpikes(_ spikes: SpikeTensor) throws(BackendError) -> [KernelArgument] {
        let shape = spikes.shape
        // Each is 64 bits.
        let counts = try allocate(words: 2 * RowTile.countParts)
        try run(
            "count_spikes",
            "convolution/count_spikes.cl",
            arguments: [
                .storage(spikes.storage), .storage(counts), .int(shape.pixels), .int(shape.wordsPerPixel),
            ],
            global: [RowTile.countParts]
        )
        return [try .storage(counts), .int(RowTile.countParts), .int(shape.pixels)]
    }

    private func spikeForwardByRow(
        _ plan: ConvolutionPlan,
        _ tile: RowTile,
        _ choice: [KernelArgument],
        _ operands: SpikeForwardOperands
    ) throws(BackendError) {
        let file = "convolution/row_forward.cl"
        let options =
            plan.options
            + tile.options(
                plan,
                isAlone: choice.isEmpty,
                collects: operands.moments != nil,
                largestEventRate: choices.largestEventRate
            )
        let entries = try allocate(words: tile.entryWords)
        try run(
            "pack_entries",
            file,
            options: options,
            arguments: [.storage(operands.filter.storage), .storage(operands.grid), .storage(entries)] + choice,
            global: [plan.input.wordsPerPixel * plan.filter.height, plan.chunks]
        )
        let rows = plan.output.images * plan.output.height
        try run(
            "row_forward",
            file,
            options: options,
            arguments: [
                .storage(operands.spikes.storage), .storage(entries), .storage(operands.grid),
                .storage(operands.output.storage),
                .int(plan.input.height), .int(plan.input.width), .int(plan.output.height), .int(rows),
            ] + operands.momentsArgument() + choice,
            global: [(rows + tile.blockRows - 1) / tile.blockRows, plan.chunks / tile.vectors]
        )
    }

    private func spikeForwardByTable(
        _ plan: ConvolutionPlan,
        _ operands: SpikeForwardOperands
    ) throws(BackendError) {
        let file = "convolution/spike_forward.cl"
        let block = plan.lookupBlock
        let options =
            plan.lookupOptions + [.define("BLOCK", block), .define("COLLECTS", operands.moments == nil ? 0 : 1)]
        let tables = try allocate(words: plan.tableFloats)
        try run(
            "subset_sums",
            file,
            options: options,
            arguments: [.storage(operands.filter.storage), .storage(operands.grid), .storage(tables)],
            global: [plan.input.wordsPerPixel * plan.filter.taps * plan.groups, plan.chunks]
        )
        try run(
            "spike_forward",
            file,
            options: options,
            arguments: [
                .storage(operands.spikes.storage), .storage(tables), .storage(operands.grid),
                .storage(operands.output.storage),
            ] + plan.extents + [.int(plan.output.pixels)] + operands.momentsArgument(),
            global: [(plan.output.pixels + block - 1) / block, plan.chunks / plan.lookupVectors]
        )
    }

    private func denseForward(
        _ plan: ConvolutionPlan,
        input: RealTensor,
        filter: Filter,
        output: RealTensor
    ) throws(BackendError) {
        let shape = plan.output
        let tile = DenseTile(of: shape, columns: shape.width, registers: registers)
        let bands = (shape.height + tile.rows - 1) / tile.rows
        try run(
            "dense_forward",
            "convolution/dense_forward.cl",
            options: plan.options + tile.options,
            arguments: [.storage(input.storage), .storage(filter.storage), .storage(output.storage)]
                + plan.extents + [.int(tile.rows)],
            global: [shape.images * bands, shape.channelStride / (tile.width * tile.vectors)]
        )
    }
}

/// The operands of a convolution of spikes.
struct SpikeForwardOperands {
    let spikes: SpikeTensor
    let filter: Filter
    /// Of the weights: see weight_grid.cl.
    let grid: any Storage
    let output: RealTensor
    /// Where moments go, if they are collected.
    let moments: RunMoments?

    func momentsArgument() throws(BackendError) -> [KernelArgument] {
        guard let moments else { return [] }
        return [try .storage(moments.storage)]
    }
}

extension ConvolutionPlan {
    /// Height and width of the input and of the output, as the kernels take them.
    var extents: [KernelArgument] {
        [
            .int(input.height), .int(input.width),
            .int(output.height), .int(output.width),
        ]
    }
}
