import LSNTensors

/// The tile that a work-group of convolution/simt/matrix_unit_forward.cl makes, and the warps that share it. No result depends
/// on it.
struct MatrixUnitTile: Hashable {
    /// Warps above one another, and side by side.
    let warpsDown, warpsAcross: Int
    /// Instructions' tiles of a warp: of 16 pixels, and of 8 channels.
    let rowTiles, columnTiles: Int
    /// Pairs of column tiles of the whole result.
    let pairs: Int
    /// Work-groups that make the whole result.
    let workGroups: Int

    /// By height, in the order of preference: weights are most of what is read, and a tall tile reads them for many pixels. The
    /// registers of a lane hold the sums of 64 pixels and 48 channels.
    private static let shapes: [(warps: Int, rowTiles: Int)] = [(4, 4), (4, 2), (4, 1), (2, 1), (1, 1)]
    /// As wide as registers hold, and even.
    private static let columnTiles = [6, 4, 2]
    /// Work-groups that keep a multiprocessor busy.
    private static let groupsOfUnit = 2

    init(of plan: ConvolutionPlan, units: MatrixUnits, computeUnits: Int) {
        let (pixels, stride) = (plan.output.pixels, plan.output.channelStride)
        let allPairs = (stride + 15) / 16
        func across(_ columns: Int) -> Int { (2 * allPairs + columns - 1) / columns }
        func groups(_ shape: (warps: Int, rowTiles: Int), _ columns: Int) -> Int {
            let height = 16 * shape.warps * shape.rowTiles
            return (pixels + height - 1) / height * across(columns)
        }
        // The width that wastes the fewest channels; of equals the widest.
        let columns =
            units == .native
            ? Self.columnTiles.min { across($0) * $0 < across($1) * $1 } ?? 2
            : 2
        let shape: (warps: Int, rowTiles: Int) =
            units == .native
            ? Self.shapes.first { groups($0, columns) >= Self.groupsOfUnit * computeUnits } ?? (1, 1)
            // Two warps, so that what they share is shared, and compilers for CPUs take seconds.
            : (2, 1)
        self.init(
            warpsDown: shape.warps,
            warpsAcross: 1,
            rowTiles: shape.rowTiles,
            columnTiles: columns,
            pairs: allPairs,
            pixels: pixels
        )
    }

    /// Any tile.
    init(warpsDown: Int, warpsAcross: Int, rowTiles: Int, columnTiles: Int, pairs: Int, pixels: Int) {
        self.warpsDown = warpsDown
        self.warpsAcross = warpsAcross
        self.rowTiles = rowTiles
        self.columnTiles = columnTiles
        self.pairs = pairs
        let (height, width) = (16 * warpsDown * rowTiles, warpsAcross * columnTiles / 2)
        workGroups = (pixels + height - 1) / height * ((pairs + width - 1) / width)
    }

    /// Items of a work-group.
    var items: Int { warpsDown * warpsAcross * MatrixUnits.lanes }

    var options: [KernelOption] {
        [
            .define("WARPS_DOWN", warpsDown), .define("WARPS_ACROSS", warpsAcross), .define("ROW_TILES", rowTiles),
            .define("COLUMN_TILES", columnTiles),
        ]
    }
}
