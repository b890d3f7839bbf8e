import LSNReferenceBackend
import LSNTensors
import Testing

/// Parameters of a norm, away from their defaults.
func makeParameters(
    channels: Int,
    weight: [Float]? = nil,
    bias: [Float]? = nil,
    gain: Float = 1
) throws -> NormalizationParameters {
    NormalizationParameters(
        weight: try reference.channelVector(weight ?? randomValues(channels, seed: 101).map { 1 + 0.5 * $0 }),
        bias: try reference.channelVector(bias ?? randomValues(channels, seed: 102)),
        runningMean: try reference.channelVector(randomValues(channels, seed: 103)),
        runningVariance: try reference.channelVector(randomValues(channels, seed: 104).map { 1.5 + $0 }),
        gain: gain
    )
}

func emptyGradients(channels: Int) throws -> NormalizationGradients {
    let words = roundUp(channels, toMultipleOf: ImageShape.channelAlignment)
    return NormalizationGradients(
        weight: ChannelVector(channels: channels, storage: try reference.allocate(words: words)),
        bias: ChannelVector(channels: channels, storage: try reference.allocate(words: words))
    )
}

@Test func statisticsDoneByHand() throws {
    // One channel: 1, 2, 3, 6: mean 3, biased variance 3.5, unbiased 14/3.
    let shape = ImageShape(images: 2, height: 1, width: 2, channels: 1)
    let parameters = NormalizationParameters(
        weight: try reference.channelVector([2]),
        bias: try reference.channelVector([1]),
        runningMean: try reference.channelVector([1]),
        runningVariance: try reference.channelVector([2])
    )
    let input = try reference.realTensor([1, 2, 3, 6], shape: shape)
    let statistics = try reference.batchStatistics(of: input, updating: parameters, repeats: 1)
    let words = try reference.readFloats(statistics.storage, count: 16)
    let deviation = (Float(3.5) + 1e-5).squareRoot()
    #expect(relativeError([words[0], words[8]], [3, 1 / deviation]) < 1e-6)
    #expect(words.enumerated().allSatisfy { $0.offset % 8 == 0 || $0.element == 0 })
    #expect(relativeError(try reference.values(parameters.runningMean), [0.9 * 1 + 0.1 * 3]) < 1e-6)
    #expect(relativeError(try reference.values(parameters.runningVariance), [0.9 * 2 + 0.1 * 14 / 3]) < 1e-6)

    let y = try reference.normalize(input, with: Normalization(statistics: statistics, parameters: parameters))
    let expected: [Float] = [1, 2, 3, 6].map { 2 * ($0 - 3) / deviation + 1 }
    #expect(relativeError(try reference.values(y), expected) < 1e-6)
}

@Test func repeatedImagesCountInTheUnbiasedVarianceOnly() throws {
    let shape = ImageShape(images: 2, height: 1, width: 2, channels: 1)
    let values: [Float] = [1, 2, 3, 6]
    let once = try makeParameters(channels: 1)
    let statistics = try reference.batchStatistics(
        of: try reference.realTensor(values, shape: shape),
        updating: once,
        repeats: 3
    )
    let copied = try makeParameters(channels: 1)
    let copies = try reference.batchStatistics(
        of: try reference.realTensor(values + values + values, shape: shape.with(images: 6)),
        updating: copied,
        repeats: 1
    )
    #expect(
        try reference.readFloats(statistics.storage, count: 16) == reference.readFloats(copies.storage, count: 16)
    )
    #expect(try reference.values(once.runningMean) == reference.values(copied.runningMean))
    #expect(try reference.values(once.runningVariance) == reference.values(copied.runningVariance))
}

@Test func inferenceUsesTheRunningEstimates() throws {
    let parameters = NormalizationParameters(
        weight: try reference.channelVector([3]),
        bias: try reference.channelVector([0.5]),
        runningMean: try reference.channelVector([2]),
        runningVariance: try reference.channelVector([4]),
        gain: 0.5
    )
    let statistics = try reference.runningStatistics(of: parameters)
    let y = try reference.normalize(
        try reference.realTensor([4], shape: ImageShape(images: 1, height: 1, width: 1, channels: 1)),
        with: Normalization(statistics: statistics, parameters: parameters)
    )
    let expected = 3 * 0.5 * (4 - 2) / (Float(4) + 1e-5).squareRoot() + 0.5
    #expect(relativeError(try reference.values(y), [expected]) < 1e-6)
}

@Test(arguments: [1, 9], [Float(1), 0.70710677])
func normGradientsAreThoseOfFiniteDifferences(channels: Int, gain: Float) throws {
    let shape = ImageShape(images: 2, height: 2, width: 3, channels: channels)
    let x = randomValues(shape.count, seed: 1)
    let cotangent = randomValues(shape.count, seed: 2)
    let weight = randomValues(channels, seed: 3).map { 1 + 0.5 * $0 }
    let bias = randomValues(channels, seed: 4)

    func normalization(_ x: [Float], _ weight: [Float], _ bias: [Float]) throws -> Normalization {
        let parameters = try makeParameters(channels: channels, weight: weight, bias: bias, gain: gain)
        let statistics = try reference.batchStatistics(
            of: try reference.realTensor(x, shape: shape),
            updating: parameters,
            repeats: 1
        )
        return Normalization(statistics: statistics, parameters: parameters)
    }
    func loss(_ x: [Float], _ weight: [Float], _ bias: [Float]) throws -> Double {
        let y = try reference.normalize(
            try reference.realTensor(x, shape: shape),
            with: normalization(x, weight, bias)
        )
        return dot(try reference.values(y), cotangent)
    }

    let gradients = try emptyGradients(channels: channels)
    let byInput = try reference.normalizeBackward(
        try reference.realTensor(cotangent, shape: shape),
        input: try reference.realTensor(x, shape: shape),
        normalization: normalization(x, weight, bias),
        gradients: gradients
    )
    #expect(try sparesAreZero(byInput))
    try expectGradient(reference.values(byInput), at: x) { try loss($0, weight, bias) }
    try expectGradient(reference.values(gradients.weight), at: weight) { try loss(x, $0, bias) }
    try expectGradient(reference.values(gradients.bias), at: bias) { try loss(x, weight, $0) }
}

@Test func aNotANumberShowsInTheStatistics() throws {
    let shape = ImageShape(images: 1, height: 1, width: 2, channels: 2)
    let parameters = try makeParameters(channels: 2)
    _ = try reference.batchStatistics(
        of: try reference.realTensor([1, 2, .nan, 4], shape: shape),
        updating: parameters,
        repeats: 1
    )
    let mean = try reference.values(parameters.runningMean)
    let variance = try reference.values(parameters.runningVariance)
    #expect(mean[0].isFinite && variance[0].isFinite)
    #expect(mean[1].isNaN && variance[1].isNaN)
}
