import LSNNetworks
import LSNTensors

/// A residual block in training: output, every gradient, running statistics after the call.
enum BlockOperation: ConformanceOperation {
    static let name = "block"

    static func run(_ operands: inout CaseOperands, into results: inout CaseResults) throws {
        let backend = results.backend
        let description = BlockDescription(
            family: try operands.family(),
            inChannels: try operands.integer("in_channels", in: 1...65_536),
            width: try operands.integer("width", in: 1...65_536),
            stride: try operands.integer("stride", in: 1...64),
            isBottleneck: try operands.flag("bottleneck"),
            timeSteps: try operands.integer("time_steps", in: 1...1024),
            neuron: try operands.neuron(isLeakLearned: operands.learnsLeak)
        )
        let tensor = try operands.tensor("input.x")
        guard tensor.shape.count == 5, tensor.shape[0] == description.timeSteps else {
            throw operands.refuse(tensor, "is not [T, N, C, H, W] with T = \(description.timeSteps)")
        }
        let isSpikes = tensor.values.allSatisfy { $0 == 0 || $0 == 1 }
        let input: Activation = try operands.activation("input.x", isSpikes: isSpikes, on: backend)
        let block = try SingleBlock(description, backend: backend)
        try block.parameters.load(state: operands.parameters(), source: "the case")

        let pass = try block.forward(input, training: true)
        let output = pass.output
        let extents = [
            tensor.shape[0], tensor.shape[1], output.shape.channels, output.shape.height, output.shape.width,
        ]
        try results.add("output.y", output, as: extents)
        if operands.has("cotangent.y") {
            let byInput = try block.backward(pass, outputGradient: operands.real("cotangent.y", on: backend))
            try results.add("gradient.x", byInput, as: tensor.shape)
            for gradient in try block.parameters.exportGradients() { results.add(gradient, prefix: "gradient.") }
        }
        try results.addRunningStatistics(of: block.parameters)
    }
}

extension CaseResults {
    /// Running statistics of every norm, as `output.*`, and that nothing but parameters lies in flat storage.
    mutating func addRunningStatistics(of parameters: ParameterSet) throws {
        for tensor in try parameters.exportState() where tensor.name.contains(".running_") {
            add(tensor, prefix: "output.")
        }
    }
}
