import LSNConfiguration
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTraining
import Testing

@Suite struct OptimizerTests {
    private let rate: Float = 0.1
    private let decay: Float = 0.5

    /// A network whose gradients are all 2, and its values before and after one step.
    private func step(_ kind: OptimizerKind) throws -> (before: [Float], after: [Float], moments: Int) {
        let backend = Backend(ReferenceBackend())
        let description = try TrainingConfiguration(tinyOptions()).networkDescription(for: tinyData())
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 1)
        let parameters = network.parameters
        let before = try parameters.exportState().flatMap(\.values)
        try backend.write([Float](repeating: 2, count: parameters.wordCount), to: parameters.gradients)
        let optimizer = try Optimizer(kind, weightDecay: decay, parameters: parameters, backend: backend)
        try optimizer.update(parameters, learningRate: Double(rate), step: 1)
        let after = try parameters.exportState().flatMap(\.values)
        let count = parameters.parameterCount
        return (Array(before.prefix(count)), Array(after.prefix(count)), optimizer.moments.count)
    }

    private func expectClose(_ a: [Float], _ b: [Float]) {
        let error = zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
        #expect(error < 1e-5)
        #expect(a.count == b.count)
    }

    @Test func adamAddsTheDecayToTheGradient() throws {
        let (before, after, moments) = try step(.adam)
        // The first step of Adam is lr·sign of the gradient, decay included; here 2 + 0.5·p is above 0 everywhere.
        #expect(before.allSatisfy { 2 + decay * $0 > 0.1 })
        expectClose(after, before.map { $0 - rate })
        #expect(moments == 2)
    }

    @Test func adamWTakesTheDecayFromTheParameter() throws {
        let (before, after, moments) = try step(.adamw)
        expectClose(after, before.map { $0 * (1 - rate * decay) - rate })
        #expect(moments == 2)
    }

    @Test func sgdFollowsGradientAndDecay() throws {
        let (before, after, moments) = try step(.sgd)
        expectClose(after, before.map { $0 - rate * (2 + decay * $0) })
        #expect(moments == 1)
    }
}
