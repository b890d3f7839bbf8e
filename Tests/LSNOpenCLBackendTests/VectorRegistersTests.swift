import LSNTensors
import Testing

@testable import LSNOpenCLBackend

@Suite struct VectorRegistersTests {
    /// Sums, as many weights' parts and a factor are no more than there are registers.
    @Test(arguments: [4, 8], [8, 16])
    func sumsFitTheRegisters(lanes: Int, width: Int) {
        let registers = VectorRegisters(lanes: lanes)
        let parts = width / lanes
        let sums = registers.sums(of: width)
        #expect(sums >= 1 && parts * sums + parts + 1 <= 16)
        #expect(parts * (sums + 1) + parts + 1 > 16)
    }

    @Test func oneRegisterHoldsANarrowerVector() {
        #expect(VectorRegisters(lanes: 8).sums(of: 4) == VectorRegisters(lanes: 8).sums(of: 8))
    }

    /// Tiles differ, but moments are taken of whole runs in each, or in none: where odd rows are long, blocks of them would
    /// be.
    @Test(arguments: [(96, 32, true), (192, 16, true), (384, 7, true), (64, 28, true), (64, 13, true), (64, 33, false)])
    func momentsAreOfWholeRuns(channels: Int, side: Int, makesRuns: Bool) {
        let plan = ConvolutionPlan(
            input: ImageShape(images: 64, height: side, width: side, channels: channels),
            filter: FilterShape(outputs: channels, inputs: channels, height: 3, width: 3),
            geometry: WindowGeometry(stride: 1, padding: 1)
        )
        let wide = RollingTile.tiles(of: plan, registers: VectorRegisters(lanes: 16))
        let narrow = RollingTile.tiles(of: plan, registers: VectorRegisters(lanes: 8))
        #expect(wide.first?.vectors != narrow.first?.vectors)
        for tile in [wide[0], narrow[0]] {
            #expect(tile.makesRuns == makesRuns)
            #expect((tile.blockRows * side).isMultiple(of: SumOrder.run) == makesRuns)
        }
    }

    /// Tiles differ from processor to processor, bits do not: 96 channels in vectors of 16, 40 in vectors of 8, by every
    /// convolution kernel that has a tile.
    @Test(
        .enabled(if: TestDevice.isUsed),
        arguments: [
            ConvolutionCase(3, (9, 10), (96, 96), window: 3, padding: 1, isSpikes: true),
            ConvolutionCase(3, (9, 10), (96, 48), window: 3, stride: 2, padding: 1, isSpikes: true),
            ConvolutionCase(3, (9, 10), (40, 104), window: 3, padding: 1, isSpikes: true),
            ConvolutionCase(2, (7, 13), (96, 64), window: 1, isSpikes: true),
            ConvolutionCase(2, (7, 13), (3, 96), window: 3, padding: 1, isSpikes: false),
            ConvolutionCase(2, (4, 5), (32, 400), window: 3, padding: 1, isSpikes: true),
        ]
    )
    func noResultDependsOnThem(_ operation: ConvolutionCase) throws {
        func bits(_ lanes: Int) throws -> [[UInt32]] {
            let registers = VectorRegisters(lanes: lanes)
            let backend = Backend(try OpenCLBackend(queue: TestDevice.queue(), registers: registers))
            return try operation.run(on: backend).map { try backend.read($0.storage, count: $0.count) }
        }
        let wide = try bits(16)
        #expect(wide.allSatisfy { $0.contains { $0 != 0 } })
        #expect(try bits(8) == wide)
        #expect(try bits(4) == wide)
    }
}
