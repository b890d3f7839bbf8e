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
        ("(row / 8 + term / 8 * 2)", "(row / 8 * 2 + term / 8)"), ("(4 + term / 8)", "(5 - term / 8)"),
        ("const int t = term % 8 / 2;", "const int t = 3 - term % 8 / 2;"),
        ("bfloat_of(low) | bfloat_of(high) << 16", "bfloat_of(high) | bfloat_of(low) << 16"),
        ("(bits + 0x7fffu + (bits >> 16 & 1u)) >> 16", "(bits + 0x8000u) >> 16"),
        ("exchange[lane ^ mask]", "exchange[(lane + mask) % WARP_LANES]"),
    ])
    func wrongInstructionsAreFound(right: String, wrong: String) throws {
        // (Both operands' terms in another order are the same product.)
        let both = [
            "const int shift = term % 4 * 8;": ("(x >> shift & 255u)", "(x >> (24 - shift) & 255u)"),
            "const int t = term % 8 / 2;": (
                "row % 8 * 4 + t];\n            const uint y = exchange[(4 + term / 8)",
                "row % 8 * 4 + 3 - t];\n            const uint y = exchange[(4 + term / 8)"
            ),
        ][right]
        let queue = try Self.queue(Self.instructions, both?.0 ?? right, both?.1 ?? wrong)
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

    /// Gradients are rounded, within float32's grade, by tiles as GPUs have them and others.
    @Test(arguments: zip([(4, 2, 6), (1, 1, 4), (3, 2, 2)], [1, 2, 3]))
    func everyTileOfAnInputsGradientIsNear(_ shape: (Int, Int, Int), stride: Int) throws {
        let item = Self.gradients(stride: stride)
        let tile = BackwardDataTile(of: item.plan, warps: shape.0, rowTiles: shape.1, columnTiles: shape.2)
        #expect(try item.inputError(on: Self.kernels()) { try $0.matrixUnitBackwardData($1, tile) } < 1e-5)
    }

    @Test(arguments: zip([(3, 3, 4), (1, 2, 2), (4, 1, 6)], [1, 2, 3]))
    func everyTileOfAWeightsGradientIsNear(_ shape: (Int, Int, Int), stride: Int) throws {
        let item = Self.gradients(stride: stride)
        let tile = BackwardFilterTile(of: item.plan, warps: shape.0, units: shape.1, columnTiles: shape.2)
        #expect(try item.weightError(on: Self.kernels()) { try $0.matrixUnitBackwardFilter($1, tile) } < 1e-5)
    }

    /// What these kernels could do wrong: limbs and halves of a fragment swapped, or left out.
    @Test(arguments: [
        ("low[m][r] = pairs[8];", "low[m][r] = pairs[0];"),
        ("packed[((((size_t)step * 2 + 1)", "packed[((((size_t)step * 2)"),
        ("+ lane % 4 + r / 2 * 4;", "+ lane % 4 + 4 - r / 2 * 4;"),
        ("+ lane % 4 * 2 + r % 2 * 8;", "+ lane % 4 * 2 + 8 - r % 2 * 8;"),
        ("uint4 fine = quads[now * QUADS + (PAIRS + p)", "uint4 fine = quads[now * QUADS + (p)"),
        ("{{coarse.x, coarse.y}, {coarse.z, coarse.w}}", "{{coarse.y, coarse.x}, {coarse.w, coarse.z}}"),
    ])
    func wrongFragmentsOfAnInputsGradientAreFound(right: String, wrong: String) throws {
        let item = Self.gradients(stride: 1)
        let file = "convolution/simt/matrix_unit_backward_data.cl"
        let changed = try OpenCLBackend(queue: Self.queue(file, right, wrong), choices: Self.choices)
        #expect(try item.inputError(on: changed) { try $0.matrixUnitBackwardData($1) } > 1e-4)
    }

    @Test(arguments: [
        ("to[PAIRS * WARP_LANES * 4] = limbs.y;", "to[PAIRS * WARP_LANES * 4] = limbs.x;"),
        ("tile % 2 * 2 + row_pair / 4 % 2;", "tile % 2 * 2 + 1 - row_pair / 4 % 2;"),
        ("(14 - lane / 4) & 31", "(6 - lane / 4) & 31"),
        ("(first & 0xffffu) | second << 16;", "(second & 0xffffu) | first << 16;"),
        ("{{quad.x, quad.y}, {quad.z, quad.w}}", "{{quad.z, quad.w}, {quad.x, quad.y}}"),
        ("* 0.5f, 0, to + column", ", 0, to + column"),
    ])
    func wrongFragmentsOfAWeightsGradientAreFound(right: String, wrong: String) throws {
        let item = Self.gradients(stride: 1)
        let file = "convolution/simt/matrix_unit_backward_filter.cl"
        let changed = try OpenCLBackend(queue: Self.queue(file, right, wrong), choices: Self.choices)
        #expect(try item.weightError(on: changed) { try $0.matrixUnitBackwardFilter($1) } > 1e-4)
    }

    private static let choices: KernelChoices = {
        var choices = KernelChoices.standard
        (choices.mapping, choices.matrixUnits) = (.simt, .emulated)
        return choices
    }()

    private static func kernels() throws -> OpenCLBackend { try TestDevice.kernels(choices: choices) }

    private static func gradients(stride: Int) -> ConvolutionCase {
        ConvolutionCase(3, (9, 11), (70, 50), window: 3, stride: stride, padding: 1, isSpikes: true)
    }

    /// What a run of `fast` numerics records, and goes on with.
    @Test(arguments: [MatrixUnits.off, .emulated, .native])
    func runsRecordThem(units: MatrixUnits) {
        var choices = KernelChoices.standard
        (choices.mapping, choices.matrixUnits) = (.simt, units)
        #expect(KernelChoices(choices.numbers) == choices)
        #expect((choices.numbers["matrix_units"] == nil) == (units == .off))
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

extension ConvolutionCase {
    fileprivate var plan: ConvolutionPlan { ConvolutionPlan(input: input, filter: filter, geometry: geometry) }

    /// How far the gradient of the input, added to something, is from the reference's, relative to the largest of that.
    fileprivate func inputError(
        on kernels: OpenCLBackend,
        _ run: (OpenCLBackend, BackwardDataCall) throws -> Void
    ) throws -> Float {
        func operands(_ backend: Backend) throws -> (gradient: RealTensor, weights: Filter, before: RealTensor) {
            var numbers = Numbers()
            let gradient = try backend.real(numbers.normal(plan.output.count), plan.output)
            let weights = HostLayout.filterWords(numbers.normal(filter.count), shape: filter)
            let before = try backend.real(numbers.normal(input.count), input)
            return (gradient, Filter(shape: filter, storage: try backend.upload(weights)), before)
        }
        let reference = Backend(ReferenceBackend())
        let (gradient, weights, before) = try operands(reference)
        let expected = try reference.convolveBackwardData(
            gradient,
            filter: weights,
            geometry: geometry,
            inputShape: input,
            accumulator: before
        )
        let backend = Backend(kernels)
        let (found, foundWeights, result) = try operands(backend)
        try run(
            kernels,
            BackwardDataCall(
                plan: plan,
                gradient: found.storage,
                filter: foundWeights.storage,
                result: result.storage,
                accumulates: true
            )
        )
        return try Self.error(
            backend.read(result.storage, count: input.realWords),
            reference.read(expected.storage, count: input.realWords)
        )
    }

    /// The same of the gradient of the weights.
    fileprivate func weightError(
        on kernels: OpenCLBackend,
        _ run: (OpenCLBackend, BackwardFilterCall) throws -> Void
    ) throws -> Float {
        func operands(_ backend: Backend) throws -> (input: SpikeTensor, gradient: RealTensor, result: Filter) {
            var numbers = Numbers()
            let spikes = try backend.spikes(numbers.spikes(self.input.count, rate: 0.3), self.input)
            let gradient = try backend.real(numbers.normal(plan.output.count), plan.output)
            return (spikes, gradient, Filter(shape: filter, storage: try backend.allocate(words: filter.words)))
        }
        let reference = Backend(ReferenceBackend())
        let (spikes, gradient, expected) = try operands(reference)
        try reference.convolveBackwardFilter(
            input: .spikes(spikes),
            gradient: gradient,
            geometry: geometry,
            result: expected
        )
        let backend = Backend(kernels)
        let (input, terms, result) = try operands(backend)
        try run(
            kernels,
            BackwardFilterCall(plan: plan, input: input.storage, gradient: terms.storage, result: result, sums: .floats)
        )
        return try Self.error(
            backend.read(result.storage, count: filter.words),
            reference.read(expected.storage, count: filter.words)
        )
    }

    private static func error(_ found: [UInt32], _ expected: [UInt32]) -> Float {
        let (found, expected) = (found.map(Float.init(bitPattern:)), expected.map(Float.init(bitPattern:)))
        guard found.allSatisfy(\.isFinite) else { return .infinity }
        let largest = expected.reduce(0) { max($0, abs($1)) }
        return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
    }
}
