import LSNTensors

/// `input.start` moved toward each of `input.value.0`, … by `weight`, one after the other: an exponential moving average.
enum LerpOperation: ConformanceOperation {
    static let name = "lerp"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let weight = try operands.float("weight")
        let average: RealTensor = try operands.real("input.start", on: backend)
        var step = 0
        while operands.has("input.value.\(step)") {
            try backend.lerp(average, toward: try operands.real("input.value.\(step)", on: backend), by: weight)
            step += 1
            try results.add("output.average.\(step - 1)", try backend.copy(average))
        }
        guard step > 0 else {
            throw ConformanceError.tensor("input.value.0", problem: "is missing", operation: name)
        }
    }
}
