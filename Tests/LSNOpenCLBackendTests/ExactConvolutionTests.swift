import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

/// What a convolution makes, bit for bit: every kernel, in both mappings, and the reference. Gradients are portable here.
@Suite(.enabled(if: TestDevice.isUsed))
struct ExactConvolutionTests {
    /// Weights, or gradients, as they may be in an output channel.
    enum Weights: String, CaseIterable {
        case normal, heavyTailed, tiny, huge, equal, zeroChannels, notFinite

        /// One of them, from a normal number.
        func value(_ normal: Float, isZero: Bool, isFinite: Bool) -> Float {
            switch self {
            case .normal: normal
            case .heavyTailed: normal * normal * normal * normal * normal
            case .tiny: normal * 0x1p-120
            case .huge: normal * 0x1p110
            case .equal: 1.999
            case .zeroChannels: isZero ? 0 : normal
            case .notFinite: isFinite ? normal : .nan
            }
        }
    }

    /// Each of another kernel: rows by spike and by table, tables of other windows, few channels, fully connected.
    static let cases = ConvolutionTests.cases.filter(\.isSpikes)

    @Test(arguments: affordable(cases), Precision.allCases)
    func everyKernelGivesTheReferencesBits(_ item: ConvolutionCase, precision: Precision) throws {
        let backends = try Self.backends(precision: precision)
        for rate in [Float(0.05), 0.5] {
            let expected = try Self.outputs(item, rate: rate, on: Backend(ReferenceBackend(precision: precision)))
            // A few pixels may have no spike at a low rate.
            #expect(item.input.count < 100 || expected.contains { $0 & 0x7fff_ffff != 0 })
            for backend in backends {
                #expect(try Self.outputs(item, rate: rate, on: backend) == expected)
            }
        }
    }

    /// Precision is one: what is rounded coarsely differs, by no more than 12 bits of the largest weights.
    @Test func highRoundsToAboutTwelveBits() throws {
        let item = ConvolutionCase(2, (5, 7), (40, 24), window: 3, padding: 1, isSpikes: true)
        let values = try Precision.allCases.map { precision in
            try Self.outputs(item, rate: 0.3, on: Backend(ReferenceBackend(precision: precision)))
                .map(Float.init(bitPattern:))
        }
        let largest = values[0].reduce(0) { max($0, abs($1)) }
        let error = zip(values[0], values[1]).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
        #expect(error > 1e-5 && error < 2e-3, "\(error)")
    }

    @Test(arguments: Weights.allCases, Precision.allCases)
    func whateverTheWeightsAre(_ weights: Weights, precision: Precision) throws {
        for item in [
            ConvolutionCase(2, (5, 7), (40, 24), window: 3, padding: 1, isSpikes: true),
            ConvolutionCase(3, (4, 4), (33, 9), window: 2, stride: 2, isSpikes: true),
        ] {
            let reference = Backend(ReferenceBackend(precision: precision))
            let expected = try Self.outputs(item, rate: 0.4, weights, on: reference)
            for backend in try Self.backends(precision: precision) {
                #expect(try Self.outputs(item, rate: 0.4, weights, on: backend) == expected)
            }
        }
    }

    /// 2,000 equal weights and more: their grid is coarser than that of fewer. With high precision, sums come near the end of
    /// 16 bits.
    @Test(arguments: Precision.allCases) func sumsOfManyLargeWeightsFit(precision: Precision) throws {
        let item = ConvolutionCase(1, (3, 3), (520, 8), window: 3, padding: 1, isSpikes: true)
        let expected = try Self.outputs(item, rate: 1, .equal, on: Backend(ReferenceBackend(precision: precision)))
        // The middle pixel's window has them all.
        let middle = Float(bitPattern: expected[4 * 8])
        #expect(abs(middle / (520 * 9 * Float(1.999)) - 1) < (precision == .highest ? 1e-5 : 1e-3))
        for backend in try Self.backends(precision: precision) {
            #expect(try Self.outputs(item, rate: 1, .equal, on: backend) == expected)
        }
    }

    /// Sums of real values have one order, forward and of portable gradients.
    @Test(arguments: affordable(ConvolutionTests.cases))
    func portableGradientsAreTheReferences(_ item: ConvolutionCase) throws {
        let reference = Backend(ReferenceBackend(numerics: .portable))
        let expected = try item.run(on: reference).map { try reference.read($0.storage, count: $0.count) }
        for backend in try Self.backends(.portable) {
            for (output, bits) in zip(try item.run(on: backend), expected) {
                let differing = zip(try backend.read(output.storage, count: output.count), bits).count(where: !=)
                #expect(differing == 0, "\(output.name): \(differing) of \(bits.count) words differ")
            }
        }
    }

    /// Gradients as they may be in an output channel; on more pixels than one partition has, in sums of 64 bits.
    @Test(arguments: Weights.allCases, [true, false])
    func whateverTheGradientsAre(_ kind: Weights, isSpikes: Bool) throws {
        for item in [
            ConvolutionCase(3, (37, 41), (5, 9), window: 3, padding: 1, isSpikes: isSpikes),
            ConvolutionCase(2, (9, 7), (33, 24), window: 2, stride: 2, isSpikes: isSpikes),
            ConvolutionCase(9, (16, 16), (50, 40), window: 1, isSpikes: isSpikes),
        ] {
            let expected = try Self.weightGradient(item, kind, on: Backend(ReferenceBackend(numerics: .portable)))
            for backend in try Self.backends(.portable) {
                #expect(try Self.weightGradient(item, kind, on: backend) == expected)
            }
        }
    }

    private static func weightGradient(
        _ item: ConvolutionCase,
        _ kind: Weights,
        on backend: Backend
    ) throws -> [UInt32] {
        var numbers = Numbers()
        let input: Activation =
            item.isSpikes
            ? .spikes(try backend.spikes(numbers.spikes(item.input.count, rate: kind == .equal ? 1 : 0.3), item.input))
            : .real(try backend.real(numbers.normal(item.input.count), item.input))
        let shape = item.geometry.output(of: item.input, filter: item.filter)
        let normal = numbers.normal(shape.count)
        let values = normal.indices.map { index -> Float in
            let (value, pixel) = (normal[index], index % (shape.height * shape.width))
            let channel = index / (shape.height * shape.width) % shape.channels
            // What is not finite lies where every window has it inside the image.
            let isFinite = channel != 1 || pixel != shape.width + 1
            return kind.value(value, isZero: channel.isMultiple(of: 2), isFinite: isFinite)
        }
        let result = Filter(shape: item.filter, storage: try backend.allocate(words: item.filter.words))
        try backend.convolveBackwardFilter(
            input: input,
            gradient: try backend.real(values, shape),
            geometry: item.geometry,
            result: result
        )
        return try backend.read(result.storage, count: item.filter.words).map(comparable)
    }

    /// Both mappings, kernel choices by which spikes are always or never taken one by one, and matrix units.
    private static func backends(
        _ numerics: Numerics = .fast,
        precision: Precision = .highest
    ) throws -> [Backend] {
        var choices = [KernelChoices.standard, .standard, .standard, .standard]
        choices[0].mapping = .simt
        (choices[1].largestSparseRate, choices[1].sparseFilterChannels) = (1000, 0)
        (choices[2].largestSparseRate, choices[2].sparseFilterChannels) = (0, KernelChoices.never)
        (choices[3].mapping, choices[3].matrixUnits) = (.simt, .emulated)
        for index in choices.indices { (choices[index].numerics, choices[index].precision) = (numerics, precision) }
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
            return kind.value(
                weight,
                isZero: output.isMultiple(of: 2),
                isFinite: output != 1 || index % perOutput != 3
            )
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
