import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

struct ConvolutionCase: OperationCase {
    var input: ImageShape
    var filter: FilterShape
    var geometry: WindowGeometry
    var isSpikes: Bool

    init(
        _ images: Int,
        _ size: (height: Int, width: Int),
        _ channels: (inputs: Int, outputs: Int),
        window: Int,
        stride: Int = 1,
        padding: Int = 0,
        isSpikes: Bool
    ) {
        input = ImageShape(images: images, height: size.height, width: size.width, channels: channels.inputs)
        filter = FilterShape(outputs: channels.outputs, inputs: channels.inputs, height: window, width: window)
        geometry = WindowGeometry(stride: stride, padding: padding)
        self.isSpikes = isSpikes
    }

    var testDescription: String {
        "\(isSpikes ? "spikes" : "real") \(input), filter \(filter), stride \(geometry.stride), "
            + "padding \(geometry.padding)"
    }
    /// Float sums of up to 30,000 products.
    var tolerance: Float { 1e-5 }
    var size: Int { max(input.realWords, geometry.output(of: input, filter: filter).realWords, filter.words) }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let output = geometry.output(of: input, filter: filter)
        let activation: Activation =
            isSpikes
            ? .spikes(try backend.spikes(numbers.spikes(input.count), input))
            : .real(try backend.real(numbers.normal(input.count), input))
        let weights = Filter(
            shape: filter,
            storage: try backend.upload(HostLayout.filterWords(numbers.normal(filter.count), shape: filter))
        )
        let gradient = try backend.real(numbers.normal(output.count), output)
        let accumulator = try backend.real(numbers.normal(input.count), input)
        let weightGradient = Filter(shape: filter, storage: try backend.allocate(words: filter.words))
        try backend.convolveBackwardFilter(
            input: activation,
            gradient: gradient,
            geometry: geometry,
            result: weightGradient
        )
        func inputGradient(_ accumulator: RealTensor?) throws -> RealTensor {
            try backend.convolveBackwardData(
                gradient,
                filter: weights,
                geometry: geometry,
                inputShape: input,
                accumulator: accumulator
            )
        }
        return [
            Output("output", try backend.convolve(activation, filter: weights, geometry: geometry)),
            Output("input gradient", try inputGradient(nil)),
            Output(
                "accumulated input gradient",
                floats: try inputGradient(accumulator).storage,
                input.realWords,
                isFresh: false
            ),
            Output("weight gradient", floats: weightGradient.storage, filter.words),
        ]
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct ConvolutionTests {
    static let cases = [true, false].flatMap { isSpikes in
        [
            ConvolutionCase(3, (2, 1), (1, 1), window: 1, isSpikes: isSpikes),
            ConvolutionCase(2, (9, 7), (3, 5), window: 3, padding: 1, isSpikes: isSpikes),
            ConvolutionCase(2, (9, 7), (12, 24), window: 3, stride: 2, padding: 1, isSpikes: isSpikes),
            ConvolutionCase(1, (13, 11), (37, 5), window: 7, stride: 2, padding: 3, isSpikes: isSpikes),
            ConvolutionCase(3, (5, 5), (33, 65), window: 1, stride: 2, isSpikes: isSpikes),
            ConvolutionCase(2, (8, 10), (31, 9), window: 5, stride: 3, padding: 1, isSpikes: isSpikes),
            ConvolutionCase(2, (6, 3), (64, 40), window: 3, isSpikes: isSpikes),
            ConvolutionCase(1, (4, 4), (100, 96), window: 3, padding: 2, isSpikes: isSpikes),
            ConvolutionCase(2, (4, 5), (2, 8), window: 2, stride: 3, isSpikes: isSpikes),
            ConvolutionCase(40, (28, 28), (8, 8), window: 3, padding: 1, isSpikes: isSpikes),
            ConvolutionCase(40, (14, 14), (16, 32), window: 3, stride: 2, padding: 1, isSpikes: isSpikes),
            ConvolutionCase(16, (16, 16), (64, 64), window: 3, padding: 1, isSpikes: isSpikes),
            ConvolutionCase(50, (1, 1), (32, 256), window: 1, isSpikes: isSpikes),
            ConvolutionCase(50, (1, 1), (256, 10), window: 1, isSpikes: isSpikes),
        ]
    }

    @Test(arguments: affordable(cases))
    func convolution(_ operation: ConvolutionCase) throws {
        try check(operation)
    }
}
