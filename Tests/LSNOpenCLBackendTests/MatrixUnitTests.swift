import LSNOpenCLRuntime
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNOpenCLBackend

/// Matrix units, emulated: that kernels for them give the reference's bits says ``ExactConvolutionTests``, here is what would
/// not.
@Suite(.enabled(if: TestDevice.isUsed))
struct MatrixUnitTests {
    private static let instructions = "matrix_units/instructions.cl"
    private static let forward = "convolution/simt/matrix_unit_forward.cl"

    /// A queue on the tests' device with a part of a kernel's text replaced.
    private static func queue(_ file: String, _ right: String, _ wrong: String) throws -> ComputeQueue {
        var files = KernelSourceTree.embedded().files
        let changed = files[file]?.replacing(right, with: wrong)
        try #require(changed != nil && changed != files[file])
        files[file] = changed
        return try ComputeQueue(
            device: TestDevice.queue().device,
            sources: KernelSourceTree(files: files, origin: "Kernels"),
            cache: nil,
            profiling: false
        )
    }

    @Test func theEmulationMultiplies() throws {
        #expect(try MatrixUnits.emulated.isRight(on: TestDevice.queue()))
    }

    /// Only a device whose compiler knows the instructions is asked for its own: a start on another one compiles no probe.
    @Test func aDeviceWithoutMatrixUnitsHasNone() throws {
        let device = try TestDevice.queue().device
        try #require(!device.vendor.uppercased().contains("NVIDIA"))
        let nothing = KernelSourceTree(files: [:], origin: "nothing")
        let queue = try ComputeQueue(device: device, sources: nothing, cache: nil, profiling: false)
        #expect(try MatrixUnits.available(on: queue) == .off)
    }

    /// What a device could do wrong: registers swapped, bytes in another order, signs, sums that saturate, copies.
    @Test(arguments: [
        ("(row / 8 + term / 16 * 2)", "(row / 8 * 2 + term / 16)"), ("(4 + term / 16)", "(5 - term / 16)"),
        ("const int column = lane % 4 * 2 + i % 2;", "const int column = lane % 4 + i % 2 * 4;"),
        ("const int shift = term % 4 * 8;", "const int shift = 24 - term % 4 * 8;"),
        ("as_uint((int)as_char((uchar)(y >> shift & 255u)))", "(y >> shift & 255u)"),
        ("(x >> shift & 255u)", "as_uint((int)as_char((uchar)(x >> shift & 255u)))"),
        ("*to = *from;", "*to = (*from).yxzw;"),
        ("d[i] = as_int(sum);", "d[i] = convert_int_sat((long)d[i] + as_int(sum - as_uint(d[i])));"),
    ])
    func wrongInstructionsAreFound(right: String, wrong: String) throws {
        // (Both operands' bytes in another order are the same product.)
        let bothBytes = right.hasPrefix("const int shift")
        let queue = try Self.queue(
            Self.instructions,
            bothBytes ? "(x >> shift & 255u)" : right,
            bothBytes ? "(x >> (24 - shift) & 255u)" : wrong
        )
        #expect(try !MatrixUnits.emulated.isRight(on: queue))
    }

    @Test func instructionsThatDoNotCompileAreNotUsed() throws {
        let queue = try Self.queue(Self.instructions, "d[i] = as_int(sum);", "d[i] = undeclared;")
        #expect(try !MatrixUnits.emulated.isRight(on: queue))
    }

    /// What a kernel could do wrong: limbs, halves of a fragment, bytes and pairs of tiles swapped.
    @Test(arguments: [
        ("packed[limb][register_of_pair] |=", "packed[LIMBS - 1 - limb][register_of_pair] |="),
        ("lane % 4 * 2 + register_of_pair % 2;", "lane % 4 * 2 + 1 - register_of_pair % 2;"),
        ("+ j * 8 + lane", "+ (3 - j) * 8 + lane"),
        ("const uint left[2] = {quad.x, quad.y};", "const uint left[2] = {quad.y, quad.x};"),
        (
            "multiply_bytes(sums[m][2 * p], a[m], left, exchange);",
            "multiply_bytes(sums[m][2 * p], a[m], right, exchange);"
        ),
        ("const uint turn = 6 -", "const uint turn = 7 -"),
    ])
    func wrongFragmentsAreFound(right: String, wrong: String) throws {
        let item = ConvolutionCase(2, (5, 7), (40, 24), window: 3, padding: 1, isSpikes: true)
        func bits(_ backend: Backend) throws -> [UInt32] {
            let output = try #require(try item.run(on: backend).first)
            return try backend.read(output.storage, count: output.count)
        }
        var choices = KernelChoices.standard
        (choices.mapping, choices.matrixUnits) = (.simt, .emulated)
        let expected = try bits(Backend(ReferenceBackend()))
        #expect(try bits(TestDevice.backend(choices: choices)) == expected)
        let changed = try OpenCLBackend(queue: Self.queue(Self.forward, right, wrong), choices: choices)
        #expect(try bits(Backend(changed)) != expected)
    }

    /// Tiles as GPUs have them, and others: several warps each way, several fragments each way.
    @Test(arguments: [(4, 1, 4, 6), (2, 2, 2, 4), (1, 3, 1, 2)], Precision.allCases)
    func everyTileGivesTheSameBits(_ shape: (Int, Int, Int, Int), precision: Precision) throws {
        var choices = KernelChoices.standard
        (choices.mapping, choices.matrixUnits, choices.precision) = (.simt, .emulated, precision)
        let kernels = try OpenCLBackend(queue: TestDevice.queue(), choices: choices)
        let item = ConvolutionCase(3, (9, 11), (70, 100), window: 3, stride: 2, padding: 1, isSpikes: true)
        var numbers = Numbers()
        let spikes = numbers.spikes(item.input.count, rate: 0.3)
        let weights = HostLayout.filterWords(numbers.normal(item.filter.count), shape: item.filter)
        func output(_ backend: Backend, _ convolve: (SpikeTensor, Filter) throws -> RealTensor) throws -> [UInt32] {
            let filter = Filter(shape: item.filter, storage: try backend.upload(weights))
            let result = try convolve(backend.spikes(spikes, item.input), filter)
            return try backend.read(result.storage, count: result.shape.realWords)
        }
        let reference = Backend(ReferenceBackend(precision: precision))
        let expected = try output(reference) {
            try reference.convolve(.spikes($0), filter: $1, geometry: item.geometry)
        }
        let plan = ConvolutionPlan(input: item.input, filter: item.filter, geometry: item.geometry)
        let tile = MatrixUnitTile(
            warpsDown: shape.0,
            warpsAcross: shape.1,
            rowTiles: shape.2,
            columnTiles: shape.3,
            pairs: (plan.output.channelStride + 15) / 16,
            pixels: plan.output.pixels
        )
        let found = try output(Backend(kernels)) { spikes, filter in
            let result = RealTensor(shape: plan.output, storage: try kernels.allocate(words: plan.output.realWords))
            let moments = try kernels.newMoments(of: plan.output)
            let operands = SpikeForwardOperands(
                spikes: spikes,
                filter: filter,
                grid: try kernels.newGrid(of: filter),
                output: result,
                moments: moments
            )
            try kernels.matrixUnitForward(plan, tile, operands)
            let count = SumOrder.runs(of: plan.output.pixels) * 2 * plan.output.channelStride
            #expect(
                try kernels.read(moments.storage, count: count)
                    == kernels.read(kernels.runMoments(of: result), count: count)
            )
            return result
        }
        #expect(found == expected)
    }

    /// As wide as the channels ask, as tall as leaves every multiprocessor something to do.
    @Test(arguments: [(96, 64 * 32 * 32, 6, 4), (64, 64 * 32 * 32, 4, 4), (16, 4096, 2, 1), (384, 64 * 8 * 8, 6, 1)])
    func tilesSuitTheShape(channels: Int, pixels: Int, columnTiles: Int, rowTiles: Int) {
        let plan = ConvolutionPlan(
            input: ImageShape(images: 1, height: 1, width: pixels, channels: channels),
            filter: FilterShape(outputs: channels, inputs: channels, height: 1, width: 1),
            geometry: WindowGeometry(stride: 1, padding: 0)
        )
        let tile = MatrixUnitTile(of: plan, units: .native, computeUnits: 132)
        #expect(tile.columnTiles == columnTiles && tile.rowTiles == rowTiles)
        let covered = tile.workGroups * tile.warpsDown * tile.rowTiles * 16 * tile.warpsAcross * tile.columnTiles * 8
        #expect(covered >= pixels * channels)
    }
}
