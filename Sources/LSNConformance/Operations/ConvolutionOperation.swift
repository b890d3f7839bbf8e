import LSNTensors

/// y = conv2d(x, weight) and its two gradients. `input` says real or spike; with `input.accumulator`, ∂L/∂x is added to
/// it.
enum ConvolutionOperation: ConformanceOperation {
    static let name = "convolution"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let kind: InputKind = try operands.choice("input")
        let geometry = try operands.geometry()
        let input: Activation = try operands.activation("input.x", isSpikes: kind == .spike, on: backend)
        let filter = try operands.filter("parameter.weight", on: backend)
        try results.add("output.y", try backend.convolve(input, filter: filter, geometry: geometry))

        guard operands.has("cotangent.y") else { return }
        let cotangent = try operands.real("cotangent.y", on: backend)
        let accumulator = operands.has("input.accumulator") ? try operands.real("input.accumulator", on: backend) : nil
        // The filter's gradient first: the data's may use the accumulator's memory only.
        let byFilter = Filter(shape: filter.shape, storage: try backend.allocate(words: filter.shape.words))
        try backend.convolveBackwardFilter(
            input: input,
            gradient: cotangent,
            geometry: geometry,
            result: byFilter
        )
        try results.add("gradient.weight", byFilter)
        let byInput = try backend.convolveBackwardData(
            cotangent,
            filter: filter,
            geometry: geometry,
            inputShape: input.shape,
            accumulator: accumulator
        )
        try results.add("gradient.x", byInput)
    }
}

/// What an activation is stored as.
package enum InputKind: String {
    case real
    case spike
}
