import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

/// What joins the gradient beside the loss of the logits.
@Suite("Learned leaks and the MPD loss")
struct LearningTests {
    @Test("Every layer's leak gets a gradient of its own", arguments: BlockFamily.allCases)
    func leaks(family: BlockFamily) throws {
        var description = smallDescription(family: family)
        description.neuron.isLeakLearned = true
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 2)
        let result = try step(network, try pictures(description, images: 4))
        let leaks = result.gradients.filter { $0.name.hasSuffix("neuron.w") }
        #expect(leaks.count > 6)
        #expect(Set(leaks.map { $0.values[0] }).count == leaks.count)
        #expect(leaks.allSatisfy { $0.values[0] != 0 && $0.values[0].isFinite })
        #expect(network.parameters.parameterCount == description.parameterCount)
    }

    @Test("The MPD loss joins the loss and the gradients, and needs a record")
    func potentials() throws {
        let description = smallDescription(head: .fc256)
        let input = try pictures(description, images: 3)
        func run(_ weight: Float?) throws -> (loss: Float, gradients: [NamedTensor]) {
            let network = try Network(description, backend: backend)
            try network.initialize(seed: 5)
            let pass = try network.forward(input, isStatic: true, training: true)
            let record = try backend.zeros(words: StepRecord.words)
            let gradient = try backend.classificationLoss(
                pass.logits,
                labels: try backend.upload([0, 1, 2] as [UInt32]),
                timeSteps: description.timeSteps,
                loss: .meanCrossEntropy,
                record: record
            )
            try network.backward(
                pass,
                logitsGradient: gradient,
                mpdLoss: weight.map(MPDLoss.init),
                record: record
            )
            let loss = try backend.readFloats(record, count: StepRecord.words)[StepRecord.loss]
            return (loss, try network.parameters.exportGradients())
        }
        let plain = try run(nil)
        let once = try run(1)
        let twice = try run(2)
        #expect(once.loss > plain.loss)
        #expect(abs(twice.loss - plain.loss - 2 * (once.loss - plain.loss)) < 1e-4)
        // Everything is linear in the loss's gradient, so shares add up.
        for ((none, one), two) in zip(zip(plain.gradients, once.gradients), twice.gradients) {
            let scale = two.values.map(abs).max() ?? 0
            for index in none.values.indices {
                let expected = 2 * one.values[index] - none.values[index]
                #expect(abs(two.values[index] - expected) <= 1e-4 * scale, "\(none.name)")
            }
        }
        #expect(plain.gradients != once.gradients)

        let network = try Network(description, backend: backend)
        let pass = try network.forward(input, isStatic: true, training: true)
        let logits = pass.logits
        #expect(throws: BackendError.self) {
            try network.backward(
                try network.forward(input, isStatic: true, training: true),
                logitsGradient: logits,
                mpdLoss: MPDLoss(weight: 1)
            )
        }
    }
}
