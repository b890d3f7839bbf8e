import LSNReferenceBackend
import LSNTensors
import Testing

private func adam(_ gradients: [Float], start: Float, _ make: (Int) -> AdamStep) throws -> [Float] {
    let parameters = try reference.upload([start])
    let (first, second) = (try reference.zeros(words: 1), try reference.zeros(words: 1))
    var path: [Float] = []
    for (index, gradient) in gradients.enumerated() {
        try reference.adam(
            parameters: parameters,
            gradients: try reference.upload([gradient]),
            firstMoment: first,
            secondMoment: second,
            count: 1,
            step: make(index + 1)
        )
        path += try reference.readFloats(parameters, count: 1)
    }
    return path
}

@Test func adamDoneByHand() throws {
    // m = 0.05, v = 2.5e-4: m̂ = 0.5, v̂ = 0.25, p = 1 − 0.1·0.5/0.5.
    // m = 0.02, v = 3.1225e-4: m̂ = 0.02/0.19, v̂ = 3.1225e-4/1.999e-3, p −= 0.1·0.1052632/0.3952252.
    let path = try adam([0.5, -0.25], start: 1) { AdamStep(learningRate: 0.1, step: $0) }
    #expect(relativeError(path, [0.9, 0.873_366_3]) < 1e-6)
}

@Test func decayOfAdamAndOfAdamW() throws {
    // Adam's own first step is lr·sign(g + decay·p): 0.5 − 0.1·6 < 0 turns it.
    let coupled = try adam([0.5], start: -6) { AdamStep(learningRate: 0.1, weightDecay: 0.1, step: $0) }
    #expect(relativeError(coupled, [-5.9]) < 1e-6)
    let decoupled = try adam([0.5], start: -6) {
        AdamStep(learningRate: 0.1, weightDecay: 0.1, isDecoupled: true, step: $0)
    }
    #expect(relativeError(decoupled, [-6 + 0.06 - 0.1]) < 1e-6)
}

@Test func momentumDoneByHand() throws {
    // g = 0.5 + 0.1·1: v = 0.6, p = 0.94. g = −0.25 + 0.094: v = 0.54 − 0.156 = 0.384, p = 0.94 − 0.0384.
    let parameters = try reference.upload([1, 1] as [Float])
    // What stood in the velocity before the first step does not matter.
    let velocity = try reference.upload([Float.nan, 5])
    for (index, gradient) in [Float(0.5), -0.25].enumerated() {
        try reference.sgd(
            parameters: parameters,
            gradients: try reference.upload([gradient, gradient]),
            velocity: velocity,
            count: 2,
            step: SGDStep(learningRate: 0.1, momentum: 0.9, weightDecay: 0.1, step: index + 1)
        )
    }
    #expect(relativeError(try reference.readFloats(parameters, count: 2), [0.9016, 0.9016]) < 1e-6)
    #expect(relativeError(try reference.readFloats(velocity, count: 2), [0.384, 0.384]) < 1e-6)
}

@Test func onlyTheFirstCountWordsMove() throws {
    let parameters = try reference.upload([1, 1, 1] as [Float])
    try reference.sgd(
        parameters: parameters,
        gradients: try reference.upload([1, 1, 1] as [Float]),
        velocity: try reference.zeros(words: 3),
        count: 2,
        step: SGDStep(learningRate: 0.5, step: 1)
    )
    #expect(try reference.readFloats(parameters, count: 3) == [0.5, 0.5, 1])
}
