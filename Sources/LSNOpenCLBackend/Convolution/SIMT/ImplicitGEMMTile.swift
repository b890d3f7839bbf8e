import LSNTensors

/// The tile that a work-group of convolution/simt/implicit_gemm_tile.cl makes: a matrix of results, `SIDE` items each way.
struct ImplicitGEMMTile: Hashable {
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
    private static let manyWorkGroups = 512

    /// - Parameters:
    ///   - rows: rows of the result.
    ///   - columns: its columns. The number that wastes the fewest lanes wins.
    ///   - layers: how many such results there are.
    init(rows total: Int, columns across: Int, layers: Int = 1) {
        func tiles(_ extent: Int, _ items: Int) -> Int { (extent + Self.side * items - 1) / (Self.side * items) }
        let columns = (1...Self.mostColumns).min { (tiles(across, $0) * $0, -$0) < (tiles(across, $1) * $1, -$1) } ?? 1
        var rows = Self.mostRows
        while rows > 1,
            total <= Self.side * (rows / 2)
                || tiles(total, rows) * tiles(across, columns) * layers < Self.manyWorkGroups
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
    static let workGroup = [side, side, 1]
}
