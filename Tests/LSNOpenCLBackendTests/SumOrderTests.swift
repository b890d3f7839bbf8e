import LSNOpenCLRuntime
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNOpenCLBackend

/// Every reduction over pixels has the same bits in both mappings and on the reference, whatever the number of runs: part of
/// one, whole levels of them, and one more.
@Suite(.enabled(if: TestDevice.isUsed))
struct SumOrderTests {
    static let pixels = [1, 7, 8, 9, 15, 16, 17, 1024, 1025, 65_536, 65_537]

    @Test(arguments: pixels)
    func statisticsHaveOneOrder(_ pixels: Int) throws {
        try expectEqualBits(merging: "merge_moments", pixels, isFinishedByRows: true) { backend in
            var numbers = Numbers()
            let shape = Self.shape(pixels)
            let parameters = try numbers.parameters(shape.channels, gain: 1, on: backend)
            let input = try backend.real(numbers.normal(shape.count, mean: 0.3), shape)
            let statistics = try backend.batchStatistics(of: input, updating: parameters, repeats: 1)
            return [
                try backend.read(statistics.storage, count: 2 * shape.channelStride),
                try backend.read(parameters.runningVariance.storage, count: shape.channelStride),
            ]
        }
    }

    @Test(arguments: pixels)
    func gradientsOfNormsHaveOneOrder(_ pixels: Int) throws {
        try expectEqualBits(merging: "merge_sums", pixels, isFinishedByRows: true) { backend in
            var numbers = Numbers()
            let shape = Self.shape(pixels)
            let norm = try numbers.norm(shape.channels, gain: 1.5, on: backend)
            let gradients = try newGradients(shape.channels, on: backend)
            let result = try backend.normalizeBackward(
                try backend.real(numbers.normal(shape.count), shape),
                input: try backend.real(numbers.normal(shape.count), shape),
                normalization: norm,
                gradients: gradients
            )
            return [
                try backend.read(gradients.weight.storage, count: shape.channelStride),
                try backend.read(gradients.bias.storage, count: shape.channelStride),
                try backend.read(result.storage, count: shape.realWords),
            ]
        }
    }

    @Test(arguments: pixels)
    func gradientsOfBiasesHaveOneOrder(_ pixels: Int) throws {
        try expectEqualBits(merging: "merge_sums", pixels) { backend in
            var numbers = Numbers()
            let shape = Self.shape(pixels)
            let result = try backend.vector([Float](repeating: 7, count: shape.channels))
            try backend.biasGradient(of: try backend.real(numbers.normal(shape.count), shape), result: result)
            return [try backend.read(result.storage, count: shape.channelStride)]
        }
    }

    /// Of norm and leak, where neurons learn both; pixels are those of a sample.
    @Test(arguments: pixels)
    func gradientsOfNeuronsHaveOneOrder(_ pixels: Int) throws {
        try expectEqualBits(merging: "merge_sums", pixels) { backend in
            var numbers = Numbers()
            let shape = Self.shape(pixels).with(images: 2)
            let gradients = try newGradients(shape.channels, on: backend)
            let leak = LearnedLeak(weight: try backend.vector([0.3]), gradient: try backend.vector([7]))
            let result = try backend.fireBackward(
                try backend.real(numbers.normal(shape.count), shape),
                input: try backend.real(numbers.normal(shape.count), shape),
                normalization: try numbers.norm(shape.channels, gain: 1.5, on: backend),
                neuron: Neuron(isLeakLearned: true),
                leak: leak,
                time: TimeAxis(steps: 2, isStatic: false),
                gradients: gradients
            )
            return [
                try backend.read(gradients.weight.storage, count: shape.channelStride),
                try backend.read(gradients.bias.storage, count: shape.channelStride),
                try backend.read(leak.gradient.storage, count: 1),
                try backend.read(result.storage, count: shape.realWords),
            ]
        }
    }

    /// The loss is of sums over pixels and steps.
    @Test(arguments: pixels)
    func potentialsHaveOneOrder(_ pixels: Int) throws {
        try expectEqualBits(merging: "merge_sums", pixels) { backend in
            var numbers = Numbers()
            let shape = Self.shape(pixels).with(images: 2)
            let record = try backend.upload([Float](repeating: 0.5, count: StepRecord.words))
            let mpd = try backend.mpdLoss(
                try backend.real(numbers.normal(shape.count), shape),
                normalization: try numbers.norm(shape.channels, gain: 1.5, on: backend),
                neuron: Neuron(),
                leak: nil,
                time: TimeAxis(steps: 2, isStatic: false),
                loss: MPDLoss(weight: 1),
                record: record
            )
            return [
                try backend.read(record, count: StepRecord.words),
                try backend.read(mpd.storage, count: 2 * shape.channelStride),
            ]
        }
    }

    /// Blocks of every convolution of spikes are whole runs; where long odd rows are not, the output is read once more.
    @Test(arguments: [(7, 7, 1), (9, 10, 1), (13, 5, 2), (3, 33, 1), (2, 67, 1), (28, 28, 1)])
    func momentsOfConvolutionsHaveOneOrder(_ height: Int, _ width: Int, _ stride: Int) throws {
        for channels in [(40, 24), (3, 8), (96, 48)] {
            let item = ConvolutionCase(
                3,
                (height, width),
                channels,
                window: 3,
                stride: stride,
                padding: 1,
                isSpikes: true
            )
            try expectEqualBits { backend in
                var numbers = Numbers()
                let input = try backend.spikes(numbers.spikes(item.input.count, rate: 0.2), item.input)
                let weights = HostLayout.filterWords(numbers.normal(item.filter.count), shape: item.filter)
                let (_, statistics) = try backend.convolve(
                    .spikes(input),
                    filter: Filter(shape: item.filter, storage: try backend.upload(weights)),
                    geometry: item.geometry,
                    updating: try numbers.parameters(item.filter.outputs, gain: 1, on: backend),
                    repeats: 1
                )
                return [try backend.read(statistics.storage, count: 2 * item.filter.outputStride)]
            }
        }
    }

    /// Kernels have the specification's numbers.
    @Test func kernelsHaveTheNumbersOfTheOrder() {
        let expected = [
            "RUN": SumOrder.run, "FAN_IN": SumOrder.fanIn, "WORD_RUN": SumOrder.wordRun,
            "BLOCK": ConvolutionOrder.block,
        ]
        var found: Set<String> = []
        for (name, source) in KernelSourceTree.embedded().files {
            for match in source.matches(of: /(?m)^#define (RUN|FAN_IN|WORD_RUN|BLOCK) (\d+)$/) {
                #expect(Int(match.2) == expected[String(match.1)], "\(name): \(match.0)")
                found.insert(String(match.1))
            }
        }
        #expect(found == Set(expected.keys))
    }

    private static func shape(_ pixels: Int) -> ImageShape {
        ImageShape(images: 1, height: 1, width: pixels, channels: 9)
    }

    /// Where there are so many pixels that an item, or those of a work-group, do not finish their runs, the kernel `merge` has to
    /// run.
    private func expectEqualBits(
        merging merge: String? = nil,
        _ pixels: Int = 0,
        isFinishedByRows: Bool = false,
        _ results: (Backend) throws -> [[UInt32]]
    ) throws {
        let expected = try results(Backend(ReferenceBackend()))
        #expect(expected.allSatisfy { $0.contains { $0 != 0 } })
        var choices = KernelChoices.standard
        for mapping in WorkMapping.allCases {
            choices.mapping = mapping
            let kernels = try TestDevice.kernels(choices: choices)
            #expect(try results(Backend(kernels)) == expected)
            guard let merge else { continue }
            let mostRuns = isFinishedByRows ? MergingItems.mostRuns : mapping.mostFinishedRuns
            let isMerged = SumOrder.runs(of: pixels) > mostRuns
            #expect(kernels.kernelCoverage.run.contains(merge) == isMerged, "\(mapping)")
        }
    }
}
