import LSNTensors

/// A picture at each of `time_steps`, and the sum that is its gradient.
enum RepeatOverTimeOperation: ConformanceOperation {
    static let name = "repeat_over_time"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let steps = try operands.integer("time_steps", in: 1...1024)
        let input = try operands.real("input.x", on: backend)
        try results.add("output.y", try backend.repeatOverTime(input, steps: steps))
        guard operands.has("cotangent.y") else { return }
        let cotangent = try operands.real("cotangent.y", on: backend)
        try results.add("gradient.x", try backend.sumOverTime(cotangent, steps: steps))
    }
}
