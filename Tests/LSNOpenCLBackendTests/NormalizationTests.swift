import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

extension Numbers {
    /// A norm with any numbers.
    mutating func norm(_ channels: Int, gain: Float, on backend: Backend) throws -> Normalization {
        let stride = roundUp(channels, toMultipleOf: ImageShape.channelAlignment)
        let padding = [Float](repeating: 0, count: stride - channels)
        let means = normal(channels)
        let inverses = normal(channels, mean: 2, deviation: 0.3)
        return Normalization(
            statistics: ChannelStatistics(
                channels: channels,
                storage: try backend.upload(means + padding + inverses + padding)
            ),
            parameters: try parameters(channels, gain: gain, on: backend)
        )
    }

    mutating func parameters(
        _ channels: Int,
        gain: Float,
        on backend: Backend
    ) throws -> NormalizationParameters {
        NormalizationParameters(
            weight: try backend.vector(normal(channels, mean: 1, deviation: 0.5)),
            bias: try backend.vector(normal(channels)),
            runningMean: try backend.vector(normal(channels)),
            runningVariance: try backend.vector(normal(channels, mean: 4, deviation: 0.5)),
            gain: gain
        )
    }
}

func newGradients(_ channels: Int, on backend: Backend) throws -> NormalizationGradients {
    let lost = [Float](repeating: 7, count: channels)
    return NormalizationGradients(weight: try backend.vector(lost), bias: try backend.vector(lost))
}

struct StatisticsCase: OperationCase {
    var shape: ImageShape
    var mean: Float = 0.5
    var deviation: Float = 1
    var repeats = 1
    /// What the very first value is, where it is not like the others.
    var outlier: Float?

    var size: Int { shape.realWords }
    var testDescription: String { "\(shape) mean \(mean) deviation \(deviation) repeats \(repeats)" }
    /// Sums of floats, a few thousand at most, taken in blocks: some units in the last place. The deviation is divided by
    /// differences of values, which have the rounding of the values themselves: mean / deviation · 2⁻²⁴.
    var tolerance: Float { 2e-6 + 1.2e-7 * abs(mean) / deviation }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        var values = numbers.normal(shape.count, mean: mean, deviation: deviation)
        if let outlier { values[0] = outlier }
        let parameters = try numbers.parameters(shape.channels, gain: 1, on: backend)
        let statistics = try backend.batchStatistics(
            of: try backend.real(values, shape),
            updating: parameters,
            repeats: repeats
        )
        let running = try backend.runningStatistics(of: parameters)
        return [
            Output("statistics", floats: statistics.storage, 2 * shape.channelStride),
            Output("running mean", parameters.runningMean),
            Output("running variance", parameters.runningVariance),
            Output("running statistics", floats: running.storage, 2 * shape.channelStride, isFresh: false),
        ]
    }
}

struct NormalizeCase: OperationCase {
    var shape: ImageShape
    var gain: Float = 1

    var size: Int { shape.realWords }
    var testDescription: String { "\(shape) gain \(gain)" }
    /// A few roundings forward; sums over pixels backward, whose error grows with the root of their number.
    var tolerance: Float { 3e-6 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        let input = try backend.real(numbers.normal(shape.count), shape)
        let gradient = try backend.real(numbers.normal(shape.count), shape)
        let norm = try numbers.norm(shape.channels, gain: gain, on: backend)
        let gradients = try newGradients(shape.channels, on: backend)
        let output = try backend.normalize(input, with: norm)
        let result = try backend.normalizeBackward(
            gradient,
            input: input,
            normalization: norm,
            gradients: gradients
        )
        return [
            Output("output", output), Output("gradient", result), Output("weight gradient", gradients.weight),
            Output("bias gradient", gradients.bias), Output("untouched gradient", gradient),
        ]
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct NormalizationTests {
    static let statisticsCases =
        shapes.map { StatisticsCase(shape: $0) } + [
            StatisticsCase(shape: shapes[4], repeats: 4),
            StatisticsCase(shape: shapes[8], mean: 100, deviation: 0.5),
            StatisticsCase(shape: shapes[7], outlier: 1000),
            StatisticsCase(shape: ImageShape(images: 1, height: 1, width: 1, channels: 5)),
            StatisticsCase(shape: ImageShape(images: 400, height: 32, width: 32, channels: 4)),
        ]

    @Test(arguments: affordable(statisticsCases))
    func statistics(_ operation: StatisticsCase) throws {
        try check(operation)
    }

    static let normalizeCases =
        shapes.map { NormalizeCase(shape: $0) } + [NormalizeCase(shape: shapes[5], gain: 0.70710678)]

    @Test(arguments: affordable(normalizeCases))
    func normalize(_ operation: NormalizeCase) throws {
        try check(operation)
    }

    @Test(
        "A value that is not a number, or infinite, reaches its channel's statistics, and no other's",
        arguments: [
            Float.nan, .infinity, -.infinity,
        ]
    )
    func nonFinite(value: Float) throws {
        let backend = try TestDevice.backend()
        let shape = shapes[10]
        var numbers = Numbers()
        var values = numbers.normal(shape.count)
        let channel = 3
        // The last value of the channel's last image.
        values[shape.count - (shape.channels - 1 - channel) * shape.area - 1] = value
        let parameters = try numbers.parameters(shape.channels, gain: 1, on: backend)
        let statistics = try backend.batchStatistics(
            of: try backend.real(values, shape),
            updating: parameters,
            repeats: 1
        )
        let words = try backend.readFloats(statistics.storage, count: 2 * shape.channelStride)
        for index in 0..<shape.channels {
            #expect(words[index].isFinite == (index != channel))
            #expect(words[shape.channelStride + index].isFinite == (index != channel))
        }
        let running = try backend.readFloats(parameters.runningMean.storage, count: shape.channels)
        #expect(running.indices.filter { !running[$0].isFinite } == [channel])
    }

    @Test("A variance that floats cannot hold is not taken for a small one")
    func overflow() throws {
        let backend = try TestDevice.backend()
        let shape = ImageShape(images: 1, height: 16, width: 16, channels: 1)
        var numbers = Numbers()
        let statistics = try backend.batchStatistics(
            of: try backend.real(numbers.picks(shape.count, from: [-1e25, 1e25]), shape),
            updating: try numbers.parameters(1, gain: 1, on: backend),
            repeats: 1
        )
        let inverse = try backend.readFloats(statistics.storage, count: 2 * shape.channelStride)[shape.channelStride]
        #expect(!(inverse > 1e-20))
    }
}
