import LSNTensors

/// Parameters after each of several steps, given the gradient of each.
enum OptimizerOperation: ConformanceOperation {
    static let name = "optimizer"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let kind: Kind = try operands.choice("optimizer")
        let rate = try operands.float("lr")
        let decay = try operands.float("weight_decay", default: 0)
        let start = try operands.tensor("input.parameter")
        guard !start.values.isEmpty else { throw operands.refuse(start, "is empty") }
        let count = start.values.count
        let parameters = try backend.upload(start.values)
        let first = try backend.zeros(words: count)
        let second = try backend.zeros(words: count)
        let adam = kind == .sgd ? nil : try AdamSettings(&operands)
        let momentum = kind == .sgd ? try operands.float("momentum") : 0

        var step = 0
        while operands.has("input.gradient.\(step)") {
            let tensor = try operands.tensor("input.gradient.\(step)")
            guard tensor.values.count == count else { throw operands.refuse(tensor, "is not that of the parameter") }
            let gradients = try backend.upload(tensor.values)
            step += 1
            if let adam {
                try backend.adam(
                    parameters: parameters,
                    gradients: gradients,
                    firstMoment: first,
                    secondMoment: second,
                    count: count,
                    step: AdamStep(
                        learningRate: rate,
                        beta1: adam.beta1,
                        beta2: adam.beta2,
                        epsilon: adam.epsilon,
                        weightDecay: decay,
                        isDecoupled: kind == .adamw,
                        step: step
                    )
                )
            } else {
                try backend.sgd(
                    parameters: parameters,
                    gradients: gradients,
                    velocity: first,
                    count: count,
                    step: SGDStep(learningRate: rate, momentum: momentum, weightDecay: decay, step: step)
                )
            }
            let values = try backend.readFloats(parameters, count: count)
            results.add("output.parameter.\(step - 1)", shape: start.shape, values: values)
        }
        guard step > 0 else {
            throw ConformanceError.tensor("input.gradient.0", problem: "is missing", operation: name)
        }
        results.add("output.first_moment", shape: start.shape, values: try backend.readFloats(first, count: count))
        guard adam != nil else { return }
        results.add("output.second_moment", shape: start.shape, values: try backend.readFloats(second, count: count))
    }

    private enum Kind: String {
        case adam
        case adamw
        case sgd
    }

    private struct AdamSettings {
        let beta1, beta2, epsilon: Float

        init(_ operands: inout CaseOperands) throws(ConformanceError) {
            let betas = try operands.numbers("betas")
            guard betas.count == 2 else {
                throw .attribute("betas", problem: "has \(betas.count) values; it must have 2", operation: name)
            }
            beta1 = Float(betas[0])
            beta2 = Float(betas[1])
            epsilon = try operands.float("eps")
        }
    }
}
