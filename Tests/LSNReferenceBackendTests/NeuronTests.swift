import Foundation
import LSNReferenceBackend
import LSNTensors
import Testing

private let surrogates: [Surrogate] = [
    .standard, .triangular(height: 0.7), .sigmoid(slope: 4), .arctan(slope: 2), .rectangle(width: 1),
    .dspike(temperature: 3),
]

/// Sequences of one neuron in one pixel.
private func line(_ steps: Int) -> ImageShape { ImageShape(images: steps, height: 1, width: 1, channels: 1) }

private func gradient(_ g: [Float], at x: [Float], _ neuron: Neuron) throws -> [Float] {
    let result = try reference.fireBackward(
        try reference.realTensor(g, shape: line(x.count)),
        input: try reference.realTensor(x, shape: line(x.count)),
        normalization: nil,
        neuron: neuron,
        time: TimeAxis(steps: x.count),
        gradients: nil
    )
    return try reference.values(result)
}

private func spikes(_ x: [Float], _ neuron: Neuron) throws -> [Float] {
    let result = try reference.fire(
        try reference.realTensor(x, shape: line(x.count)),
        normalization: nil,
        neuron: neuron,
        time: TimeAxis(steps: x.count)
    )
    return try reference.values(result)
}

@Test func aNeuronFiresAtItsThreshold() throws {
    // Potentials 1 (fires, back to 0), 0.75, 0.375 + 0.625 = 1 (fires), 0.999.
    #expect(try spikes([1, 0.75, 0.625, 0.999], Neuron()) == [1, 0, 1, 0])
    // Soft reset: 1.5 (fires, 0.5 left), 0.25 + 0.75 = 1 (fires, 0 left), 0.5.
    #expect(try spikes([1.5, 0.75, 0.5], Neuron(reset: .soft)) == [1, 1, 0])
    // Integrate and fire at 2: 1, 2 (fires), 1.5, 3 (fires).
    #expect(try spikes([1, 1, 1.5, 1.5], Neuron(leak: 1, threshold: 2)) == [0, 1, 0, 1])
    #expect(try spikes([.nan, 2], Neuron()) == [0, 0], "Θ(NaN) is 0")
}

@Test func aGradientDoneByHand() throws {
    // Û = 1.2 (fires), 0.3, 0.15 + 0.9 = 1.05 (fires); g = 1, 2, 3; S = 0.8, 0.3, 0.95.
    // δ₂ = 3·0.95 = 2.85                                        c₁ = 1.425
    // δ₁ = (2 − 0.3·1.425)·0.3 + 1.425 = 1.89675                c₀ = 0.948375
    // δ₀ = (1 − 1.2·0.948375)·0.8 + 0 = −0.11044
    let full = try gradient([1, 2, 3], at: [1.2, 0.3, 0.9], Neuron())
    #expect(relativeError(full, [-0.11044, 1.89675, 2.85]) < 1e-6)
    // Detached: δ₁ = 2·0.3 + 1.425 = 2.025, δ₀ = 1·0.8.
    let detached = try gradient([1, 2, 3], at: [1.2, 0.3, 0.9], Neuron(detachReset: true))
    #expect(relativeError(detached, [0.8, 2.025, 2.85]) < 1e-6)
    // Soft: Û = 1.2 (fires, 0.2 left), 0.1 + 0.3 = 0.4, 0.2 + 0.9 = 1.1 (fires); S = 0.8, 0.4, 0.9.
    // δ₂ = 2.7, c₁ = 1.35; δ₁ = (2 − 1.35)·0.4 + 1.35 = 1.61, c₀ = 0.805; δ₀ = (1 − 0.805)·0.8 + 0.805 = 0.961
    let soft = try gradient([1, 2, 3], at: [1.2, 0.3, 0.9], Neuron(reset: .soft))
    #expect(relativeError(soft, [0.961, 1.61, 2.7]) < 1e-6)
}

@Test(arguments: surrogates)
func surrogatesIntegrateToTheirHeight(surrogate: Surrogate) throws {
    // With T = 1 and g = 1 the gradient is the surrogate itself. Its integral is 1 (a spike), or the triangle's height;
    // the tails that are left out beyond ±64 are at most 0.01 (arctan's).
    let half = 64 * 256
    let x = (-half...half).map { Float($0) / 256 }
    let shape = ImageShape(images: 1, height: 1, width: x.count, channels: 1)
    let derivative = try reference.values(
        reference.fireBackward(
            try reference.realTensor([Float](repeating: 1, count: x.count), shape: shape),
            input: try reference.realTensor(x.map { $0 + 1 }, shape: shape),
            normalization: nil,
            neuron: Neuron(surrogate: surrogate),
            time: TimeAxis(steps: 1),
            gradients: nil
        )
    )
    let integral = derivative.reduce(0) { $0 + Double($1) } / 256
    let expected: Double = if case .triangular(let height) = surrogate { Double(height) } else { 1 }
    #expect(abs(integral - expected) < 0.01)
    #expect(zip(derivative, derivative.reversed()).allSatisfy { abs($0 - $1) < 1e-6 }, "even about the threshold")
    #expect(derivative[half] == derivative.max(), "highest at the threshold")
}

/// The backward pass against forward-mode differentiation of the recursion, one input at a time, with dY = S·dÛ.
@Test(arguments: surrogates, [(Reset.hard, false), (.hard, true), (.soft, false), (.soft, true)])
func backwardAgreesWithForwardMode(surrogate: Surrogate, reset: (Reset, Bool)) throws {
    let neuron = Neuron(leak: 0.75, threshold: 0.9, reset: reset.0, detachReset: reset.1, surrogate: surrogate)
    let (leak, threshold) = (Double(neuron.leak), Double(neuron.threshold))
    for seed in UInt64(0)..<20 {
        let x = randomValues(6, seed: seed).map { 0.5 + $0 }
        let g = randomValues(6, seed: 1000 + seed)
        let expected = x.indices.map { varied in
            var (u, du, total) = (0.0, 0.0, 0.0)
            for step in x.indices {
                let potential = leak * u + Double(x[step])
                let dPotential = leak * du + (step == varied ? 1 : 0)
                let y: Double = potential >= threshold ? 1 : 0
                let dy = slope(surrogate, potential - threshold) * dPotential
                total += Double(g[step]) * dy
                let held = neuron.detachReset ? 0 : dy
                (u, du) =
                    neuron.reset == .hard
                    ? ((1 - y) * potential, (1 - y) * dPotential - held * potential)
                    : (potential - threshold * y, dPotential - threshold * held)
            }
            return Float(total)
        }
        // Six steps in Float, and the sigmoid's derivative within 3e-7 a step.
        #expect(relativeError(try gradient(g, at: x, neuron), expected) < 2e-6)
    }
}

/// The surrogates once more, as they are written in their papers.
private func slope(_ surrogate: Surrogate, _ x: Double) -> Double {
    func sigmoid(_ z: Double) -> Double { 1 / (1 + exp(-z)) }
    switch surrogate {
    case .triangular(let h): return abs(x) < 1 ? Double(h) * (1 - abs(x)) : 0
    case .sigmoid(let a): return Double(a) * sigmoid(Double(a) * x) * sigmoid(-Double(a) * x)
    case .arctan(let a): return Double(a) / (2 * (1 + pow(.pi / 2 * Double(a) * x, 2)))
    case .rectangle(let w): return 2 * abs(x) < Double(w) ? 1 / Double(w) : 0
    case .dspike(let b):
        return abs(x) <= 0.5 ? Double(b) * (1 - pow(tanh(Double(b) * x), 2)) / tanh(Double(b) / 2) / 2 : 0
    }
}

@Test func timeIsOutermost() throws {
    // Two samples of 33 channels and two pixels; each is fired alone and in the batch.
    let shape = ImageShape(images: 3, height: 1, width: 2, channels: 33)
    let samples = (0..<2).map { randomValues(shape.count, seed: UInt64($0)).map { 1 + $0 } }
    let image = shape.count / 3
    let batch = (0..<3).flatMap { step in samples.flatMap { $0[step * image..<(step + 1) * image] } }
    let alone = try samples.map { sample in
        let result = try reference.fire(
            try reference.realTensor(sample, shape: shape),
            normalization: nil,
            neuron: Neuron(),
            time: TimeAxis(steps: 3)
        )
        #expect(try sparesAreZero(result))
        return try reference.values(result)
    }
    let together = try reference.fire(
        try reference.realTensor(batch, shape: shape.with(images: 6)),
        normalization: nil,
        neuron: Neuron(),
        time: TimeAxis(steps: 3)
    )
    let expected = (0..<3).flatMap { step in alone.flatMap { $0[step * image..<(step + 1) * image] } }
    #expect(try reference.values(together) == expected)
    #expect(expected.contains(1) && expected.contains(0))
}

@Test(arguments: [false, true])
func aFusedNormIsTheNormAndThenTheNeuron(isStatic: Bool) throws {
    let time = TimeAxis(steps: 3, isStatic: isStatic)
    let shape = ImageShape(images: isStatic ? 2 : 6, height: 2, width: 2, channels: 9)
    let outShape = shape.with(images: 6)
    let input = try reference.realTensor(randomValues(shape.count, seed: 1), shape: shape)
    let parameters = try makeParameters(channels: 9)
    let normalization = Normalization(
        statistics: try reference.batchStatistics(of: input, updating: parameters, repeats: isStatic ? 3 : 1),
        parameters: parameters
    )
    let neuron = Neuron()
    let fused = try reference.fire(input, normalization: normalization, neuron: neuron, time: time)
    let normalized = try reference.normalize(input, with: normalization)
    let apart = try reference.fire(normalized, normalization: nil, neuron: neuron, time: time)
    #expect(try reference.values(fused) == reference.values(apart))
    #expect(try reference.values(fused).contains(1))

    let cotangent = try reference.realTensor(randomValues(outShape.count, seed: 2), shape: outShape)
    let gradients = try emptyGradients(channels: 9)
    let fusedGradient = try reference.fireBackward(
        try reference.copy(cotangent),
        input: input,
        normalization: normalization,
        neuron: neuron,
        time: time,
        gradients: gradients
    )
    let through = try reference.fireBackward(
        cotangent,
        input: normalized,
        normalization: nil,
        neuron: neuron,
        time: time,
        gradients: nil
    )
    let gradientsApart = try emptyGradients(channels: 9)
    let gradientApart = try reference.normalizeBackward(
        through,
        input: input,
        normalization: normalization,
        gradients: gradientsApart
    )
    #expect(try sparesAreZero(fusedGradient))
    #expect(relativeError(try reference.values(fusedGradient), try reference.values(gradientApart)) < 1e-5)
    #expect(relativeError(try reference.values(gradients.weight), try reference.values(gradientsApart.weight)) < 1e-5)
    #expect(relativeError(try reference.values(gradients.bias), try reference.values(gradientsApart.bias)) < 1e-5)
}

@Test func aStaticPictureIsTheSamePictureAtEveryStep() throws {
    let shape = ImageShape(images: 2, height: 2, width: 3, channels: 5)
    let sequenceShape = shape.with(images: 8)
    let picture = randomValues(shape.count, seed: 1).map { 0.6 + $0 }
    let cotangent = randomValues(sequenceShape.count, seed: 2)
    func run(
        _ input: [Float],
        _ shape: ImageShape,
        _ time: TimeAxis
    ) throws -> (spikes: [Float], gradient: [Float], weight: [Float], bias: [Float]) {
        let input = try reference.realTensor(input, shape: shape)
        let parameters = try makeParameters(channels: 5)
        let normalization = Normalization(
            statistics: try reference.batchStatistics(
                of: input,
                updating: parameters,
                repeats: time.isStatic ? time.steps : 1
            ),
            parameters: parameters
        )
        let gradients = try emptyGradients(channels: 5)
        let spikes = try reference.fire(input, normalization: normalization, neuron: Neuron(), time: time)
        let gradient = try reference.fireBackward(
            try reference.realTensor(cotangent, shape: sequenceShape),
            input: input,
            normalization: normalization,
            neuron: Neuron(),
            time: time,
            gradients: gradients
        )
        return (
            try reference.values(spikes), try reference.values(gradient), try reference.values(gradients.weight),
            try reference.values(gradients.bias)
        )
    }
    let once = try run(picture, shape, TimeAxis(steps: 4, isStatic: true))
    let copied = try run((0..<4).flatMap { _ in picture }, sequenceShape, TimeAxis(steps: 4))
    #expect(once.spikes == copied.spikes)
    #expect(once.spikes.contains(1))
    let summed = picture.indices.map { index in
        (0..<4).reduce(Float(0)) { $0 + copied.gradient[$1 * picture.count + index] }
    }
    #expect(relativeError(once.gradient, summed) < 1e-5)
    #expect(relativeError(once.weight, copied.weight) < 1e-5)
    #expect(relativeError(once.bias, copied.bias) < 1e-5)
}
