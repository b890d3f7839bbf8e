import LSNOpenCLRuntime
import LSNTensors

extension OpenCLBackend {
    /// Whether the gradient of weights is made on matrix units: with `fast` numerics, of spikes.
    func isMatrixUnitBackwardFilter(_ input: Activation) -> Bool {
        mapping == .simt && matrixUnits != .off && choices.numerics == .fast && input.isSpikes
    }

    /// The gradient of the weights on matrix units: convolution/simt/matrix_unit_backward_filter.cl.
    func matrixUnitBackwardFilter(_ call: BackwardFilterCall) throws(BackendError) {
        try matrixUnitBackwardFilter(call, BackwardFilterTile(of: call.plan, units: matrixUnits))
    }

    /// The same in tiles of any shape.
    func matrixUnitBackwardFilter(_ call: BackwardFilterCall, _ tile: BackwardFilterTile) throws(BackendError) {
        let plan = call.plan
        let partitions = call.sums.partitions(of: plan.output.pixels, wanted: BackwardFilterTile.partitions(of: plan))
        try sumOverPartitions(partitions.count, call) { partial throws(BackendError) in
            try run(
                "matrix_unit_backward_filter",
                "convolution/simt/matrix_unit_backward_filter.cl",
                options: plan.options + tile.options + [matrixUnits.option],
                arguments: [.storage(call.input), .storage(call.gradient), .storage(partial)] + plan.extents
                    + [.int(plan.output.pixels), .int(partitions.pixels)],
                global: [tile.workGroups * tile.items, partitions.count],
                local: [tile.items, 1]
            )
        }
    }
}

/// The tile that a work-group of convolution/simt/matrix_unit_backward_filter.cl makes. No result depends on it.
struct BackwardFilterTile: Hashable {
    /// Warps, each of which takes other units.
    let warps: Int
    /// Words of spikes at window positions that a warp takes.
    let units: Int
    /// Instructions' tiles of 8 output channels.
    let columnTiles: Int
    /// Work-groups that make a partition.
    let workGroups: Int

    /// Pixels that are worth a partition's sums.
    private static let partitionPixels = 1024
    /// Work-groups that fill a large device.
    private static let manyWorkGroups = 1024
    /// The sums of three units and 32 channels fill a lane's registers.
    private static let (mostWarps, mostUnits, mostColumnTiles) = (4, 3, 4)

    init(of plan: ConvolutionPlan, units: MatrixUnits) {
        let all = plan.input.wordsPerPixel * plan.filter.taps
        guard units == .native else {
            // So that what warps share is shared, and compilers for CPUs take seconds.
            self.init(of: plan, warps: 2, units: 1, columnTiles: 2)
            return
        }
        let units = min(all, Self.mostUnits)
        // As many warps as leave the fewest without units; of equals the most.
        let warps =
            (1...Self.mostWarps).min { first, second in
                func idle(_ warps: Int) -> Int { (all + warps * units - 1) / (warps * units) * (warps * units) }
                return (idle(first), -first) < (idle(second), -second)
            } ?? 1
        let columns = min(roundUp(plan.output.channelStride / 8, toMultipleOf: 2), Self.mostColumnTiles)
        self.init(of: plan, warps: warps, units: units, columnTiles: columns)
    }

    /// Any tile.
    init(of plan: ConvolutionPlan, warps: Int, units: Int, columnTiles: Int) {
        self.warps = warps
        self.units = units
        self.columnTiles = columnTiles
        let all = plan.input.wordsPerPixel * plan.filter.taps
        let columns = 8 * columnTiles
        workGroups =
            (all + warps * units - 1) / (warps * units) * ((plan.output.channelStride + columns - 1) / columns)
    }

    /// How many partitions the pixels are cut into: so many that large devices are full. A result depends on it, so it follows
    /// from the shape alone.
    static func partitions(of plan: ConvolutionPlan) -> Int {
        let most = max(1, (plan.output.pixels + partitionPixels - 1) / partitionPixels)
        let groups = Self(of: plan, units: .native).workGroups
        return max(1, min(most, (manyWorkGroups + groups - 1) / groups))
    }

    /// Items of a work-group.
    var items: Int { warps * MatrixUnits.lanes }

    var options: [KernelOption] {
        [.define("WARPS", warps), .define("UNITS", units), .define("COLUMN_TILES", columnTiles)]
    }
}
