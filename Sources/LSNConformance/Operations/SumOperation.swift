import LSNTensors

/// a + b into a new tensor, each real or spikes; a copy of a real a with b added in place; 1.5·b in the place of a copy of
/// it; and that copying, adding and scaling left a and b alone.
enum SumOperation: ConformanceOperation {
    static let name = "sum"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let kindOfA: InputKind = try operands.choice("a")
        let kindOfB: InputKind = try operands.choice("b")
        let a: Activation = try operands.activation("input.a", isSpikes: kindOfA == .spike, on: backend)
        let b: Activation = try operands.activation("input.b", isSpikes: kindOfB == .spike, on: backend)
        try results.add("output.y", try backend.sum(a, b))

        guard case .real(let first) = a, case .real(let second) = b else { return }
        let copy = try backend.copy(first)
        try backend.accumulate(second, into: copy)
        try results.add("output.accumulated", copy)
        try backend.copy(second, into: copy)
        try backend.scale(copy, by: 1.5)
        try results.add("output.scaled", copy)
        try results.add("output.a", first)
        try results.add("output.b", second)
    }
}
