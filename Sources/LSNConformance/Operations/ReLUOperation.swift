import LSNTensors

/// max(0, x) and its gradient.
enum ReLUOperation: ConformanceOperation {
    static let name = "relu"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let input = try operands.real("input.x", on: backend)
        try results.add("output.y", try backend.relu(input))
        guard operands.has("cotangent.y") else { return }
        let cotangent = try operands.real("cotangent.y", on: backend)
        try results.add("gradient.x", try backend.reluBackward(cotangent, input: input))
    }
}
