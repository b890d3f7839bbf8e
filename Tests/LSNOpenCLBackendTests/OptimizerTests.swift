import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import Testing

/// Three steps, so that moments carry over.
struct OptimizerCase: OperationCase {
    enum Kind: Sendable { case adam, adamW, momentum }

    var kind: Kind
    var count: Int
    var decay: Float

    var size: Int { count }
    var testDescription: String { "\(kind) on \(count) words, decay \(decay)" }
    /// The same operations, √ and division rounded correctly.
    var tolerance: Float { 0 }

    func run(on backend: Backend) throws -> [Output] {
        var numbers = Numbers()
        // Longer than what is updated: the rest must stay.
        let words = count + 5
        let parameters = try backend.upload(numbers.normal(words))
        let first = try backend.zeros(words: words)
        let second = try backend.zeros(words: words)
        for step in 1...3 {
            let gradients = try backend.upload(numbers.normal(words, deviation: 0.1))
            switch kind {
            case .adam, .adamW:
                try backend.adam(
                    parameters: parameters,
                    gradients: gradients,
                    firstMoment: first,
                    secondMoment: second,
                    count: count,
                    step: AdamStep(
                        learningRate: 0.01,
                        weightDecay: decay,
                        isDecoupled: kind == .adamW,
                        step: step
                    )
                )
            case .momentum:
                try backend.sgd(
                    parameters: parameters,
                    gradients: gradients,
                    velocity: first,
                    count: count,
                    step: SGDStep(learningRate: 0.01, weightDecay: decay, step: step)
                )
            }
        }
        let outputs = [Output("parameters", floats: parameters, words), Output("first", floats: first, words)]
        return kind == .momentum ? outputs : outputs + [Output("second", floats: second, words)]
    }
}

@Suite(.enabled(if: TestDevice.isUsed))
struct OptimizerTests {
    static let cases = [OptimizerCase.Kind.adam, .adamW, .momentum].flatMap { kind in
        [1, 16, 23, 4096, 100_003].flatMap { count in
            [0, 0.05].map { OptimizerCase(kind: kind, count: count, decay: $0) }
        }
    }

    @Test(arguments: affordable(cases))
    func steps(_ operation: OptimizerCase) throws {
        try check(operation)
    }
}
