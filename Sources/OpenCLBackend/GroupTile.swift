import OpenCLRuntime
import Tensors

/// The tile that a work-group of convolution/group_tile.cl makes: a matrix of results, `SIDE` items each way.
struct GroupTile: Hashable {
    /// Results of an item, down and across.
    let rows, columns: Int
    /// Tiles of the whole result.
    let rowTiles, columnTiles: Int

    /// Items of a work-group, each way.
    static let side = 16
    /// Results across that an item's registers hold.
    private static let mostColumns = 6
    /// Results down.
    private static let mostRows = 8
    /// Work-groups that fill a large device.
    private static let manyGroups = 512

    /// - Parameters:
    ///   - rows: rows of the result.
    ///   - columns: its columns. The number that wastes the fewest lanes wins.
    ///   - layers: how many such results there are.
    init(rows total: Int, columns across: Int, layers: Int = 1) {
        func tiles(_ extent: Int, _ items: Int) -> Int { (extent + Self.side * items - 1) / (Self.side * items) }
        let columns = (1...Self.mostColumns).min { (tiles(across, $0) * $0, -$0) < (tiles(across, $1) * $1, -$1) } ?? 1
        var rows = Self.mostRows
        while rows > 1,
            total <= Self.side * (rows / 2) || tiles(total, rows) * tiles(across, columns) * layers < Self.manyGroups
        {
            rows /= 2
        }
        self.columns = columns
        self.rows = rows
        rowTiles = tiles(total, rows)
        columnTiles = tiles(across, columns)
    }

    var options: [KernelOption] { [.define("ROWS", rows), .define("COLUMNS", columns)] }

    /// Work-items: all tiles in the first dimension, with `layers` in the third.
    func global(layers: Int = 1, times: Int = 1) -> [Int] {
        [Self.side * columnTiles * rowTiles * times, Self.side, layers]
    }

    /// The work-group.
    static let group = [side, side, 1]
}

extension OpenCLBackend {
    /// Forward of spikes, by work-groups: group_forward.cl.
    func groupForward(
        _ plan: ConvolutionPlan,
        spikes: SpikeTensor,
        filter: Filter,
        grid: any Storage,
        output: RealTensor
    ) throws(BackendError) {
        try groupForward(
            "group_spike_forward",
            plan,
            [.storage(spikes.storage), .storage(filter.storage), .storage(grid), .storage(output.storage)]
        )
    }

    /// Forward of real values, by work-groups: group_forward.cl.
    func groupForward(
        _ plan: ConvolutionPlan,
        input: RealTensor,
        filter: Filter,
        output: RealTensor
    ) throws(BackendError) {
        try groupForward(
            "group_forward",
            plan,
            [.storage(input.storage), .storage(filter.storage), .storage(output.storage)]
        )
    }

    private func groupForward(
        _ kernel: String,
        _ plan: ConvolutionPlan,
        _ operands: [KernelArgument]
    ) throws(BackendError) {
        let tile = GroupTile(rows: plan.output.pixels, columns: plan.output.channelStride)
        try run(
            kernel,
            "convolution/group_forward.cl",
            options: plan.options + tile.options,
            arguments: operands + plan.extents + [.int(plan.output.pixels)],
            global: tile.global(),
            local: GroupTile.group
        )
    }

    /// The gradient of the input, by work-groups: group_forward.cl. The phases of a stride are layers.
    func groupBackwardData(_ call: BackwardDataCall) throws(BackendError) {
        let plan = call.plan
        let (input, stride) = (plan.input, plan.geometry.stride)
        let phase = input.images * ((input.height + stride - 1) / stride) * ((input.width + stride - 1) / stride)
        let tile = GroupTile(rows: phase, columns: input.channelStride, layers: stride * stride)
        try run(
            "group_backward_data",
            "convolution/group_forward.cl",
            options: plan.options + tile.options,
            arguments: [.storage(call.gradient), .storage(call.filter), .storage(call.result)] + plan.extents
                + [.int(input.images), .int32(call.accumulates ? 1 : 0)],
            global: tile.global(layers: stride * stride),
            local: GroupTile.group
        )
    }

    /// The gradient of the weights, by work-groups: group_backward_filter.cl.
    func groupBackwardFilter(
        _ plan: ConvolutionPlan,
        input: Activation,
        gradient: RealTensor,
        result: Filter
    ) throws(BackendError) {
        let (pixels, taps) = (plan.output.pixels, plan.filter.taps)
        // So many pixels are worth a partition's sums; of more there are partitions enough to fill a large device.
        let partitionPixels = 1024
        let most = max(1, (pixels + partitionPixels - 1) / partitionPixels)
        let tile = GroupTile(rows: plan.input.channels, columns: plan.output.channelStride, layers: taps * most)
        let groups = tile.rowTiles * tile.columnTiles * taps
        let partitions = max(1, min(most, (1024 + groups - 1) / groups))
        try sumOverPartitions(partitions, result) { partial throws(BackendError) in
            try run(
                "group_backward_filter",
                "convolution/group_backward_filter.cl",
                options: plan.options + tile.options + [.define("SPIKES", input.isSpikes)],
                arguments: [.storage(input.storage), .storage(gradient.storage), .storage(partial)] + plan.extents
                    + [.int(pixels), .int((pixels + partitions - 1) / partitions)],
                global: tile.global(layers: partitions, times: taps),
                local: GroupTile.group
            )
        }
    }
}
