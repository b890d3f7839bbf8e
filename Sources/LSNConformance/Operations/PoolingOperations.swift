import LSNTensors

/// The maximum of spikes, or of real values (`input`); its gradient goes to the first maximum, row-major.
enum MaxPoolOperation: ConformanceOperation {
    static let name = "max_pool"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let window = try operands.integer("kernel", in: 1...64)
        let geometry = try operands.geometry()
        let kind: InputKind = try operands.choice("input", default: .spike)
        let input: Activation = try operands.activation("input.x", isSpikes: kind == .spike, on: backend)
        switch input {
        case .spikes(let spikes):
            try results.add("output.y", try backend.maxPool(spikes, window: window, geometry: geometry))
        case .real(let values):
            try results.add("output.y", try backend.maxPool(values, window: window, geometry: geometry))
        }

        guard operands.has("cotangent.y") else { return }
        let cotangent = try operands.real("cotangent.y", on: backend)
        let byInput =
            switch input {
            case .spikes(let spikes):
                try backend.maxPoolBackward(cotangent, input: spikes, window: window, geometry: geometry)
            case .real(let values):
                try backend.maxPoolBackward(cotangent, input: values, window: window, geometry: geometry)
            }
        try results.add("gradient.x", byInput)
    }
}

/// The mean of windows that touch each other: `stride` is `kernel`.
enum AveragePoolOperation: ConformanceOperation {
    static let name = "average_pool"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let window = try operands.integer("kernel", in: 1...64)
        try operands.constant("stride", Float(window))
        let kind: InputKind = try operands.choice("input", default: .real)
        let input: Activation = try operands.activation("input.x", isSpikes: kind == .spike, on: backend)
        try results.add("output.y", try backend.averagePool(input, window: window))

        guard operands.has("cotangent.y") else { return }
        let byInput = try backend.averagePoolBackward(
            operands.real("cotangent.y", on: backend),
            inputShape: input.shape,
            window: window
        )
        try results.add("gradient.x", byInput)
    }
}

/// The mean of every image: y is `[N, C, 1, 1]`.
enum GlobalAveragePoolOperation: ConformanceOperation {
    static let name = "global_average_pool"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let kind: InputKind = try operands.choice("input", default: .real)
        let input: Activation = try operands.activation("input.x", isSpikes: kind == .spike, on: backend)
        try results.add("output.y", try backend.globalAveragePool(input))

        guard operands.has("cotangent.y") else { return }
        let byInput = try backend.globalAveragePoolBackward(
            operands.real("cotangent.y", on: backend),
            inputShape: input.shape
        )
        try results.add("gradient.x", byInput)
    }
}
