import Foundation
import LSNReferenceBackend
import LSNTensors
import Testing

private func line(_ steps: Int) -> ImageShape { ImageShape(images: steps, height: 1, width: 1, channels: 1) }

/// ∂L/∂x and ∂L/∂w of one neuron.
private func gradient(
    _ g: [Float],
    at x: [Float],
    _ neuron: Neuron,
    w: Float? = nil
) throws -> (x: [Float], w: Float?) {
    let leak = try w.map {
        LearnedLeak(weight: try reference.channelVector([$0]), gradient: try reference.channelVector([99]))
    }
    let result = try reference.fireBackward(
        try reference.realTensor(g, shape: line(x.count)),
        input: try reference.realTensor(x, shape: line(x.count)),
        normalization: nil,
        neuron: neuron,
        leak: leak,
        time: TimeAxis(steps: x.count),
        gradients: nil,
        mpd: nil
    )
    return (try reference.values(result), try leak.map { try reference.values($0.gradient)[0] })
}

@Test func aLearnedLeakDoneByHand() throws {
    // w = 0: leak ½. Û = 0.8, 0.4 + 0.9 = 1.3 (fires), 0.5; S = 0.8, 0.7, 0.5.
    // δ₂ = 1·0.5; c₁ = 0.25; δ₁ = (2 − 1.3·0.25)·0.7 + 0 = 1.1725; c₀ = 0.58625;
    // δ₀ = (3 − 0.8·0.58625)·0.8 + 0.58625 = 2.61105
    // ∂L/∂w = −¼·(δ₁·0.8 + δ₂·0) = −0.2345
    let neuron = Neuron(isLeakLearned: true)
    let result = try gradient([3, 2, 1], at: [0.8, 0.9, 0.5], neuron, w: 0)
    #expect(relativeError(result.x, [2.61105, 1.1725, 0.5]) < 1e-6)
    #expect(abs(try #require(result.w) + 0.2345) < 1e-6)
    let fixed = try gradient([3, 2, 1], at: [0.8, 0.9, 0.5], Neuron())
    #expect(fixed.x == result.x)
}

/// Against forward-mode differentiation of the recursion with respect to w, dY = S·dÛ, for every kind of reset and for
/// one threshold and several.
@Test(
    arguments: [(Reset.hard, false), (.hard, true), (.soft, false), (.soft, true)],
    [[], [1.7], [1.5, 2.25, 3.25]] as [[Float]]
)
func leakAndLevelsAgreeWithForwardMode(reset: (Reset, Bool), higher: [Float]) throws {
    let neuron = Neuron(
        threshold: 0.9,
        reset: reset.0,
        detachReset: reset.1,
        surrogate: .arctan(slope: 2),
        isLeakLearned: true,
        higherThresholds: higher
    )
    for seed in UInt64(0)..<10 {
        let x = randomValues(6, seed: seed).map { 0.8 + 1.5 * $0 }
        let g = randomValues(6, seed: 1000 + seed)
        let w = randomValues(1, seed: 2000 + seed)[0]
        /// ∂L/∂x[varied], or ∂L/∂w where nothing is varied.
        func derivative(_ varied: Int?) -> Float {
            let leak = 1 / (1 + exp(Double(w)))
            let dLeak = varied == nil ? -leak * (1 - leak) : 0
            var total = 0.0
            for threshold in neuron.thresholds.map(Double.init) {
                var (u, du) = (0.0, 0.0)
                for step in x.indices {
                    let potential = leak * u + Double(x[step])
                    let dPotential = leak * du + dLeak * u + (step == varied ? 1 : 0)
                    let y: Double = potential >= threshold ? 1 : 0
                    let scaled = Double.pi * (potential - threshold)
                    let dy = 1 / (1 + scaled * scaled) * dPotential
                    total += Double(g[step]) * dy
                    let held = neuron.detachReset ? 0 : dy
                    (u, du) =
                        neuron.reset == .hard
                        ? ((1 - y) * potential, (1 - y) * dPotential - held * potential)
                        : (potential - threshold * y, dPotential - threshold * held)
                }
            }
            return Float(total)
        }
        let result = try gradient(g, at: x, neuron, w: w)
        #expect(relativeError(result.x, x.indices.map(derivative)) < 1e-6)
        #expect(relativeError([try #require(result.w)], [derivative(nil)]) < 1e-5)
    }
}

@Test func levelsCountTheThresholdsThatFire() throws {
    // Thresholds 1, 2, 3, leak ½: potentials 2.5 of all (two fire: 0, 0, 2.5 are left), then 0.5, 0.5, 1.75, then
    // 0.25 + 2 = 2.25 twice and 0.875 + 2 = 2.875: two of three.
    let neuron = Neuron(higherThresholds: [2, 3])
    let input = try reference.realTensor([2.5, 0.5, 2], shape: line(3))
    let counts = try reference.fireLevels(
        input,
        normalization: nil,
        neuron: neuron,
        leak: nil,
        time: TimeAxis(steps: 3)
    )
    #expect(try reference.values(counts) == [2, 0, 2])
    #expect(try sparesAreZero(counts))
}

@Test func aLevelAloneIsANeuron() throws {
    // Levels so high that they never fire, with a surrogate that is 0 there, change nothing.
    let plain = Neuron(surrogate: .rectangle(width: 1))
    let levels = Neuron(surrogate: .rectangle(width: 1), higherThresholds: [100])
    let x = randomValues(6, seed: 1).map { 0.5 + $0 }
    let g = randomValues(6, seed: 2)
    #expect(try gradient(g, at: x, plain).x == gradient(g, at: x, levels).x)
}

/// Where no neuron comes near its threshold, potentials are smooth in the input, and so is the loss on them.
@Test(arguments: [1, 4], [false, true])
func theMPDGradientIsThatOfFiniteDifferences(steps: Int, isStatic: Bool) throws {
    let shape = ImageShape(images: (isStatic ? 1 : steps) * 3, height: 1, width: 2, channels: 3)
    let time = TimeAxis(steps: steps, isStatic: isStatic)
    let neuron = Neuron(leak: 0.5, threshold: 4, surrogate: .rectangle(width: 0.25))
    let values = randomValues(shape.count, seed: 3)
    func mpd(_ values: [Float]) throws -> (loss: Double, lines: MPDGradient) {
        let record = try reference.upload([Float](repeating: 10, count: StepRecord.words))
        let lines = try reference.mpdLoss(
            try reference.realTensor(values, shape: shape),
            normalization: nil,
            neuron: neuron,
            leak: nil,
            time: time,
            loss: MPDLoss(weight: 8),
            record: record
        )
        let words = try reference.readFloats(record, count: StepRecord.words)
        #expect(words[1...].allSatisfy { $0 == 10 })
        return (Double(words[StepRecord.loss]) - 10, lines)
    }
    let outputShape = shape.with(images: 3 * steps)
    let result = try reference.fireBackward(
        try reference.realTensor([Float](repeating: 0, count: outputShape.count), shape: outputShape),
        input: try reference.realTensor(values, shape: shape),
        normalization: nil,
        neuron: neuron,
        leak: nil,
        time: time,
        gradients: nil,
        mpd: try mpd(values).lines
    )
    try expectGradient(try reference.values(result), at: values, tolerance: 2e-3) { try mpd($0).loss }
}

@Test func theMPDLossIsNothingAtItsAim() throws {
    // Potentials −0.0 and 1.0 around ½ with deviation ½: mean and deviation are as wanted, but for ε.
    let shape = ImageShape(images: 1, height: 1, width: 2, channels: 1)
    let record = try reference.zeros(words: StepRecord.words)
    let neuron = Neuron()
    func loss(_ values: [Float]) throws -> Float {
        try reference.fill(record, with: 0, count: StepRecord.words)
        _ = try reference.mpdLoss(
            try reference.realTensor(values, shape: shape),
            normalization: nil,
            neuron: neuron,
            leak: nil,
            time: TimeAxis(steps: 1),
            loss: MPDLoss(weight: 1),
            record: record
        )
        return try reference.readFloats(record, count: 1)[0]
    }
    #expect(try loss([0, 1]) < 1e-9)
    // Shifted by 1: (1.5 − 0.5)² = 1. Collapsed onto ½: (0 − 0.5)², but for ε. Saturated, ±2 about ½: (2 − 0.5)².
    #expect(abs(try loss([1, 2]) - 1) < 1e-4)
    #expect(abs(try loss([0.5, 0.5]) - 0.25) < 5e-3)
    #expect(abs(try loss([-1.5, 2.5]) - 2.25) < 1e-4)
}
