import Networks
import Tensors

/// Every block family, basic and bottleneck, with and without a shortcut's convolution, at awkward widths.
enum BlockCases {
    static let all = BlockFamily.allCases.flatMap { family in
        [
            make(family, inChannels: 9, width: 9, stride: 1, isBottleneck: false, 7, 5),
            make(family, inChannels: 7, width: 33, stride: 2, isBottleneck: false, 8, 7),
            make(family, inChannels: 12, width: 3, stride: 1, isBottleneck: true, 5, 6),
            make(family, inChannels: 8, width: 5, stride: 2, isBottleneck: true, 7, 6),
            make(family, inChannels: 5, width: 8, stride: 1, isBottleneck: false, 6, 6, neuron: Neuron(leak: 1)),
            make(
                family,
                inChannels: 8,
                width: 8,
                stride: 1,
                isBottleneck: false,
                4,
                5,
                neuron: Neuron(detachReset: true)
            ),
        ]
    }

    /// Units restart from exact spikes, so errors of float32 sums do not add up: they are within 2e-6.
    static let margin = 3e-5

    private static func make(
        _ family: BlockFamily,
        inChannels: Int,
        width: Int,
        stride: Int,
        isBottleneck: Bool,
        _ height: Int,
        _ columns: Int,
        neuron: Neuron = Neuron()
    ) -> ParityCase {
        let block = BlockDescription(
            family: family,
            inChannels: inChannels,
            width: width,
            stride: stride,
            isBottleneck: isBottleneck,
            timeSteps: 3,
            neuron: neuron
        )
        let kind = isBottleneck ? "bottleneck" : "basic"
        let suffix = (neuron.leak == 1 ? "-if" : "") + (neuron.detachReset ? "-detached" : "")
        let title = "\(family.rawValue)-\(kind)-s\(stride)-\(inChannels)to\(block.outChannels)-\(height)x\(columns)"
        return ParityCase(
            name: "block/small/\(title)\(suffix)",
            operation: "block",
            requiredMargin: margin
        ) { numbers in
            var attributes = neuron.attributes
            attributes["family"] = .text(family.rawValue)
            attributes["bottleneck"] = .flag(isBottleneck)
            attributes["in_channels"] = .number(Double(inChannels))
            attributes["width"] = .number(Double(width))
            attributes["stride"] = .number(Double(stride))
            attributes["time_steps"] = .number(3)
            let rows = (height - 1) / stride + 1
            let outColumns = (columns - 1) / stride + 1
            return CaseData(
                attributes: attributes,
                tensors: [numbers.spikeTensor("input.x", [3, 2, inChannels, height, columns])]
                    + numbers.parameters(of: block, prefix: "parameter.")
                    + [numbers.tensor("cotangent.y", [3, 2, block.outChannels, rows, outColumns])]
            )
        }
    }
}

extension CaseNumbers {
    /// Weights of a convolution or of a fully connected layer, of the size that keeps a sum over its inputs near 1.
    mutating func weights(_ name: String, _ shape: [Int]) -> NamedTensor {
        let bound = (3 / Float(shape.dropFirst().reduce(1, *))).squareRoot()
        return tensor(name, shape, in: -bound...bound)
    }

    /// A unit: convolution and norm, whose bias makes about one neuron in five fire.
    mutating func unit(_ prefix: String, _ outputs: Int, _ inputs: Int, _ window: Int) -> [NamedTensor] {
        [weights(prefix + "conv.weight", [outputs, inputs, window, window])]
            + norm(prefix + "bn.", channels: outputs, bias: -0.3...0.5)
    }

    /// Every parameter and buffer of a block.
    mutating func parameters(of block: BlockDescription, prefix: String) -> [NamedTensor] {
        let (width, out) = (block.width, block.outChannels)
        let units =
            block.isBottleneck
            ? [(width, block.inChannels, 1), (width, width, 3), (out, width, 1)]
            : [(width, block.inChannels, 3), (width, width, 3)]
        let branches = block.family == .lsn ? ["excitatory", "inhibitory"] : ["branch"]
        var tensors: [NamedTensor] = []
        for branch in branches {
            for (position, size) in units.enumerated() {
                tensors += unit("\(prefix)\(branch).\(position).", size.0, size.1, size.2)
            }
        }
        if block.hasProjection { tensors += unit(prefix + "shortcut.", out, block.inChannels, 1) }
        return tensors
    }
}
