import LSNOpenCLRuntime
import LSNTensors

extension OpenCLBackend {
    /// Whether the gradient of the input of such a convolution is made on matrix units: with `fast` numerics, and windows whose
    /// positions fit local memory.
    func isMatrixUnitBackwardData(_ plan: ConvolutionPlan) -> Bool {
        mapping == .simt && matrixUnits != .off && choices.numerics == .fast
            && plan.filter.taps <= BackwardDataTile.mostTaps
    }

    /// The gradient of the input on matrix units: convolution/simt/matrix_unit_backward_data.cl.
    func matrixUnitBackwardData(_ call: BackwardDataCall) throws(BackendError) {
        try matrixUnitBackwardData(
            call,
            BackwardDataTile(of: call.plan, units: matrixUnits, computeUnits: computeUnits)
        )
    }

    /// The same in tiles of any shape.
    func matrixUnitBackwardData(_ call: BackwardDataCall, _ tile: BackwardDataTile) throws(BackendError) {
        let (plan, file) = (call.plan, "convolution/simt/matrix_unit_backward_data.cl")
        let options = plan.options + tile.options + [matrixUnits.option]
        let blocks = (plan.output.channelStride + 15) / 16
        let packing = MatrixUnits.lanes * tile.pairs * blocks * plan.filter.taps
        let packed = try allocate(words: packing * 8)
        try run(
            "pack_bfloats",
            file,
            options: options,
            arguments: [.storage(call.filter), .storage(packed)],
            global: [packing]
        )
        try run(
            "matrix_unit_backward_data",
            file,
            options: options,
            arguments: [.storage(call.gradient), .storage(packed), .storage(call.result)] + plan.extents
                + [.int(plan.input.images), .int32(call.accumulates ? 1 : 0)],
            global: [tile.workGroups * tile.items, tile.phases],
            local: [tile.items, 1]
        )
    }
}

/// The tile that a work-group of convolution/simt/matrix_unit_backward_data.cl makes. No result depends on it.
struct BackwardDataTile: Hashable {
    /// Warps above one another.
    let warps: Int
    /// Instructions' tiles of a warp: of 16 pixels, and of 8 channels.
    let rowTiles, columnTiles: Int
    /// Pairs of column tiles of the whole result.
    let pairs: Int
    /// Work-groups that make a phase of the result.
    let workGroups: Int
    /// Phases of the stride.
    let phases: Int

    /// Window positions of which local memory holds every pixel's.
    static let mostTaps = 9
    /// By height, in the order of preference. The sums of 32 pixels and 96 channels fill a lane's registers; wide tiles split
    /// fewer gradients into bfloats.
    private static let shapes: [(warps: Int, rowTiles: Int)] = [(4, 2), (4, 1), (2, 1), (1, 1)]
    /// As wide as registers hold, and even.
    private static let columnTiles = [12, 8, 6, 4, 2]
    /// Work-groups that keep a multiprocessor busy.
    private static let groupsOfUnit = 2

    init(of plan: ConvolutionPlan, units: MatrixUnits, computeUnits: Int) {
        let allPairs = (plan.input.channelStride + 15) / 16
        let pixels = Self.phasePixels(of: plan)
        func across(_ columns: Int) -> Int { (2 * allPairs + columns - 1) / columns }
        func groups(_ shape: (warps: Int, rowTiles: Int), _ columns: Int) -> Int {
            let height = 16 * shape.warps * shape.rowTiles
            let phases = plan.geometry.stride * plan.geometry.stride
            return (pixels + height - 1) / height * across(columns) * phases
        }
        // The width that wastes the fewest channels; of equals the widest. Emulated, two warps, so that what they share is
        // shared, and compilers for CPUs take seconds.
        let isNative = units == .native
        let columns = isNative ? Self.columnTiles.min { across($0) * $0 < across($1) * $1 } ?? 2 : 2
        let busy = Self.groupsOfUnit * computeUnits
        let shape: (warps: Int, rowTiles: Int) =
            isNative ? Self.shapes.first { groups($0, columns) >= busy } ?? (1, 1) : (2, 1)
        self.init(of: plan, warps: shape.warps, rowTiles: shape.rowTiles, columnTiles: columns)
    }

    /// Any tile.
    init(of plan: ConvolutionPlan, warps: Int, rowTiles: Int, columnTiles: Int) {
        self.warps = warps
        self.rowTiles = rowTiles
        self.columnTiles = columnTiles
        pairs = (plan.input.channelStride + 15) / 16
        phases = plan.geometry.stride * plan.geometry.stride
        let (height, width) = (16 * warps * rowTiles, columnTiles / 2)
        workGroups = (Self.phasePixels(of: plan) + height - 1) / height * ((pairs + width - 1) / width)
    }

    /// Pixels of the largest phase.
    private static func phasePixels(of plan: ConvolutionPlan) -> Int {
        let (input, stride) = (plan.input, plan.geometry.stride)
        return input.images * ((input.height + stride - 1) / stride) * ((input.width + stride - 1) / stride)
    }

    /// Items of a work-group.
    var items: Int { warps * MatrixUnits.lanes }

    var options: [KernelOption] {
        [.define("WARPS", warps), .define("ROW_TILES", rowTiles), .define("COLUMN_TILES", columnTiles)]
    }
}
