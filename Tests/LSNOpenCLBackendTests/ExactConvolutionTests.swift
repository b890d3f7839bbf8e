import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

/// What a convolution of spikes makes, bit for bit: every kernel, in both mappings, and the reference.
@Suite(.enabled(if: TestDevice.isUsed))
struct ExactConvolutionTests {
    /// Weights as they may be in an output channel.
    enum Weights: String, CaseIterable {
        case normal, heavyTailed, tiny, huge, equal, zeroChannels, notFinite
    }

    /// Each of another kernel: rows by spike and by table, tables of other windows, few channels, fully connected.
    static let cases = ConvolutionTests.cases.filter(\.isSpikes)

    @Test(arguments: affordable(cases), [0.05, 0.5])
    func everyKernelGivesTheReferencesBits(_ item: ConvolutionCase, rate: Float) throws {
        let expected = try Self.outputs(item, rate: rate, on: Backend(ReferenceBackend()))
        // A few pixels may have no spike at a low rate.
        #expect(item.input.count < 100 || expected.contains { $0 & 0x7fff_ffff != 0 })
        for backend in try Self.backends() {
            #expect(try Self.outputs(item, rate: rate, on: backend) == expected)
        }
    }

    @Test(arguments: Weights.allCases)
    func whateverTheWeightsAre(_ weights: Weights) throws {
        for item in [
            ConvolutionCase(2, (5, 7), (40, 24), window: 3, padding: 1, isSpikes: true),
            ConvolutionCase(3, (4, 4), (33, 9), window: 2, stride: 2, isSpikes: true),
        ] {
            let expected = try Self.outputs(item, rate: 0.4, weights, on: Backend(ReferenceBackend()))
            for backend in try Self.backends() {
                #expect(try Self.outputs(item, rate: 0.4, weights, on: backend) == expected)
            }
        }
    }

    /// 2,000 equal weights and more: their grid is coarser than that of fewer.
    @Test func sumsOfManyLargeWeightsFit() throws {
        let item = ConvolutionCase(1, (3, 3), (520, 8), window: 3, padding: 1, isSpikes: true)
        let expected = try Self.outputs(item, rate: 1, .equal, on: Backend(ReferenceBackend()))
        // The middle pixel's window has them all.
        let middle = Float(bitPattern: expected[4 * 8])
        #expect(abs(middle / (520 * 9 * Float(1.999)) - 1) < 1e-5)
        for backend in try Self.backends() {
            #expect(try Self.outputs(item, rate: 1, .equal, on: backend) == expected)
        }
    }

    /// Both mappings, and kernel choices by which spikes are always or never taken one by one.
    private static func backends() throws -> [Backend] {
        var choices = [KernelChoices.standard, .standard, .standard]
        choices[0].mapping = .simt
        choices[1].largestSparseRate = 1000
        choices[2].largestSparseRate = 0
        return try choices.map(TestDevice.backend)
    }

    private static func outputs(
        _ item: ConvolutionCase,
        rate: Float,
        _ kind: Weights = .normal,
        on backend: Backend
    ) throws -> [UInt32] {
        var numbers = Numbers()
        let input = try backend.spikes(numbers.spikes(item.input.count, rate: rate), item.input)
        let shape = item.filter
        let normal = numbers.normal(shape.count)
        let perOutput = shape.count / shape.outputs
        let weights = normal.indices.map { index -> Float in
            let (weight, output) = (normal[index], index / perOutput)
            return switch kind {
            case .normal: weight
            case .heavyTailed: weight * weight * weight * weight * weight
            case .tiny: weight * 0x1p-120
            case .huge: weight * 0x1p110
            case .equal: 1.999
            case .zeroChannels: output.isMultiple(of: 2) ? 0 : weight
            case .notFinite: output == 1 && index % perOutput == 3 ? .nan : weight
            }
        }
        let filter = Filter(
            shape: shape,
            storage: try backend.upload(HostLayout.filterWords(weights, shape: shape))
        )
        let output = try backend.convolve(.spikes(input), filter: filter, geometry: item.geometry)
        return try backend.read(output.storage, count: output.shape.realWords).map(Self.comparable)
    }

    /// Any NaN is one: which bits it has is up to the device.
    private static func comparable(_ word: UInt32) -> UInt32 {
        Float(bitPattern: word).isNaN ? Float.nan.bitPattern : word
    }
}
