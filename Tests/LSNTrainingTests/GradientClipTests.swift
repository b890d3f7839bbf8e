import LSNConfiguration
import LSNNetworks
import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNTraining

@Suite struct GradientClipTests {
    /// A step that moves nothing, of a batch of 8 in so many micro-batches, on a backend.
    private func gradients(
        on backend: Backend = Backend(ReferenceBackend()),
        _ change: (inout OptionList) -> Void
    ) throws -> (gradients: [NamedTensor], norm: Float) {
        var options = tinyOptions()
        options["optimizer"] = "sgd"
        change(&options)
        let configuration = try TrainingConfiguration(options)
        let network = try configuration.network(configuration.networkDescription(for: tinyData()), on: backend)
        let step = try TrainingStep(configuration: configuration, network: network, data: tinyData(), memory: .fast)
        try step.begin(seed: 1)
        _ = try step.run(configuration.firstBatch(of: tinyData()), rate: 0, number: 1, epoch: 1)
        let norm = try backend.readFloats(step.record, count: StepRecord.words)[StepRecord.norm]
        return (try network.parameters.exportGradients(), norm)
    }

    private func norm(_ tensors: [NamedTensor]) -> Double {
        tensors.flatMap(\.values).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }

    /// The norm is of the whole batch's gradient, whatever it was cut into.
    @Test(arguments: [1, 3])
    func aStepsGradientIsClippedOnce(parts: Int) throws {
        let free = try gradients { $0["micro-batches"] = "\(parts)" }
        let before = norm(free.gradients)
        let clipped = try gradients {
            $0["micro-batches"] = "\(parts)"
            $0["clip-grad-norm"] = "\(before / 4)"
        }
        #expect(abs(Double(clipped.norm) - before) < 1e-5 * before)
        #expect(abs(norm(clipped.gradients) - before / 4) < 1e-5 * before)
        for (found, own) in zip(clipped.gradients, free.gradients) {
            let largest = own.values.map(abs).max() ?? 0
            #expect(zip(found.values, own.values).allSatisfy { abs($0 - $1 / 4) <= 1e-5 * largest }, "\(own.name)")
        }
        let loose = try gradients {
            $0["micro-batches"] = "\(parts)"
            $0["clip-grad-norm"] = "\(before * 2)"
        }
        #expect(loose.gradients == free.gradients)
    }

    /// Norms find their parameters' gradients on the way to their input's, frozen or not: those of frozen ones do not count.
    @Test func whatIsFrozenDoesNotCount() throws {
        let frozen = try gradients {
            $0["freeze"] = "stages.1"
            $0["clip-grad-norm"] = "1e9"
        }
        let trained = frozen.gradients.filter { !$0.name.hasPrefix("stages.1.") }
        #expect(norm(frozen.gradients) > norm(trained))
        #expect(abs(Double(frozen.norm) - norm(trained)) < 1e-5 * norm(trained))
    }
}
