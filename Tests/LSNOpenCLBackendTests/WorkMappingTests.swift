import LSNOpenCLRuntime
import LSNTensors
import Testing

@testable import LSNOpenCLBackend

@Suite struct WorkMappingTests {
    @Test func itSuitsTheDevice() {
        #expect(WorkMapping(for: .cpu, maxWorkGroupSize: 4096) == .simd)
        #expect(WorkMapping(for: .gpu, maxWorkGroupSize: 256) == .simt)
        #expect(WorkMapping(for: .accelerator, maxWorkGroupSize: 1024) == .simt)
        #expect(WorkMapping(for: .gpu, maxWorkGroupSize: 128) == .simd)
    }

    /// A work-group divides its range and is no larger than what every device takes.
    @Test(arguments: [[1], [7], [1000], [24, 128], [24, 127], [3, 64, 5], [1, 1 << 20], [257, 2]])
    func workGroupsDivideTheRange(_ global: [Int]) {
        let workGroup = WorkMapping.simt.workGroup(for: global)
        #expect(workGroup.count == global.count)
        #expect(zip(global, workGroup).allSatisfy { $0.isMultiple(of: $1) })
        #expect(workGroup.reduce(1, *) <= 256)
        #expect(WorkMapping.simd.workGroup(for: global) == global.map { _ in 1 })
    }

    @Test func neighboursShareAWorkGroup() {
        #expect(WorkMapping.simt.workGroup(for: [24, 128]) == [24, 8])
        #expect(WorkMapping.simt.workGroup(for: [512, 3]) == [256, 1])
        #expect(WorkMapping.simt.workGroup(for: [512, 3], most: 100) == [64, 1])
    }

    /// However many pixels there are, all are in a run, none in two, and work-groups find factors to fill.
    @Test(arguments: [1, 5, 49, 1023, 9180, 65536, 65537, 262_139, 1 << 22])
    func runsCoverEveryPixel(_ pixels: Int) {
        for mapping in WorkMapping.allCases {
            for most in [256, .max] {
                let runs = PixelRuns(pixels: pixels, bytes: 128, mapping: mapping, most: most)
                #expect(runs.length * runs.count >= pixels && runs.length * (runs.count - 1) < pixels)
                #expect(runs.count <= most)
            }
            let runs = SumRuns(pixels: pixels, bytes: 128, mapping: mapping)
            #expect(runs.itemRuns * runs.items >= runs.count && runs.itemRuns * (runs.items - 1) < runs.count)
        }
        let runs = PixelRuns(pixels: pixels, bytes: 128, mapping: .simt)
        if pixels > 1000 { #expect(runs.count.isMultiple(of: 2)) }
    }

    /// One item adds up what runs leave where they are counted; else there are as many as suit many cores.
    @Test func onlyCountedRunsAreFew() {
        #expect(WordRuns(1 << 28, bytes: 4, mapping: .simd, isCounted: true).count <= 256)
        #expect(WordRuns(1 << 28, bytes: 4, mapping: .simd, isCounted: false).count > 256)
    }

    @Test func flatRunsOfSIMTFillWholeWorkGroups() {
        let runs = WordRuns(4 * 300 + 1, bytes: 4, mapping: .simt, isCounted: false)
        #expect(runs.length == 4 && runs.count == 512)
    }

    /// Some drivers run 65,535 work-groups at most in dimensions 1 and 2. What there may be more of, runs of pixels and tiles
    /// of them, lies in dimension 0.
    @Test func largeCountsLieInTheFirstDimension() throws {
        let pixels = ImplicitGEMMTile(rows: 1 << 30, columns: 384, layers: 4).global(layers: 4)
        #expect(pixels[0] / 16 > 65_535 && pixels[1] / 16 == 1 && pixels[2] == 4)
        let weights = ImplicitGEMMTile(rows: 8192, columns: 8192).global(layers: 1024, times: 49)
        #expect(weights[1] / 16 == 1 && weights[2] <= 65_535)
        for (name, source) in KernelSourceTree.embedded().files {
            #expect(!source.contains(/get_global_id\([12]\) \* (item_)?runs?\b/), "\(name)")
        }
    }

    /// A tile covers the result, and small results have small tiles.
    @Test(arguments: [(65536, 96), (64, 8), (2000, 48), (1, 1), (100_000, 384), (36, 104)])
    func tilesCoverTheResult(rows: Int, columns: Int) {
        let tile = ImplicitGEMMTile(rows: rows, columns: columns)
        #expect(16 * tile.rows * tile.rowTiles >= rows && 16 * tile.columns * tile.columnTiles >= columns)
        #expect(tile.rows <= 8 && tile.columns <= 6)
        if rows <= 16 { #expect(tile.rows == 1) }
        #expect(tile.global() == [16 * tile.rowTiles * tile.columnTiles, 16, 1])
    }
}
