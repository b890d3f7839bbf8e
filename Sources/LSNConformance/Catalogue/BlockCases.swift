import LSNNetworks
import LSNTensors

/// Every block family, basic and bottleneck, with and without a shortcut's convolution, at awkward widths.
enum BlockCases {
    static let all =
        BlockFamily.allCases.flatMap { family in
            [
                make(family, inChannels: 9, width: 9, stride: 1, isBottleneck: false, 7, 5),
                make(family, inChannels: 7, width: 33, stride: 2, isBottleneck: false, 8, 7),
                make(family, inChannels: 12, width: 3, stride: 1, isBottleneck: true, 5, 6),
                make(family, inChannels: 8, width: 5, stride: 2, isBottleneck: true, 7, 6),
                make(family, inChannels: 5, width: 8, stride: 1, isBottleneck: false, 6, 6, neuron: Neuron(leak: 1)),
                make(family, inChannels: 8, width: 8, stride: 1, isBottleneck: false, 4, 5, neuron: detached),
                make(family, inChannels: 7, width: 9, stride: 2, isBottleneck: false, 5, 4, neuron: learning),
            ]
        }
        + [
            make(.dsResNet, inChannels: 8, width: 8, stride: 1, isBottleneck: false, 5, 4, neuron: multiLevel),
            make(.dsResNet, inChannels: 8, width: 9, stride: 2, isBottleneck: false, 6, 5, neuron: multiLevel),
        ]

    private static let detached = Neuron(detachReset: true)
    private static let learning = Neuron(isLeakLearned: true)
    private static let multiLevel = Neuron(
        leak: 0.25,
        threshold: 0.6,
        surrogate: .rectangle(width: 1),
        higherThresholds: [1.6, 2.6]
    )

    /// Units restart from exact spikes, so errors of float32 sums do not add up: they are within 2e-6.
    static let margin = 3e-5

    /// Where a block leaves sums of real values, these are compared as such.
    private static let realOutput = Tolerance(
        ["output": 1e-4, "gradient": 5e-4],
        reason: "several units in a row; the output is a sum of real values"
    )

    private static func make(
        _ family: BlockFamily,
        inChannels: Int,
        width: Int,
        stride: Int,
        isBottleneck: Bool,
        _ height: Int,
        _ columns: Int,
        neuron: Neuron = Neuron()
    ) -> ConformanceCase {
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
        let title = "\(family.rawValue)-\(kind)-s\(stride)-\(inChannels)to\(block.outChannels)-\(height)x\(columns)"
        return ConformanceCase(
            name: "block/small/\(title)\(neuron.suffix)",
            operation: "block",
            tolerance: family.isPreactivation ? realOutput : nil,
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
            let extents = [3, 2, inChannels, height, columns]
            return CaseData(
                attributes: attributes,
                tensors: [
                    family.isPreactivation
                        ? numbers.tensor("input.x", extents, in: -1.5...2) : numbers.spikeTensor("input.x", extents)
                ] + block.stateEntries.map { numbers.parameter($0) }
                    + [numbers.tensor("cotangent.y", [3, 2, block.outChannels, rows, outColumns])]
            )
        }
    }
}

extension BlockFamily {
    /// Whether blocks take and leave real values.
    var isPreactivation: Bool {
        if case .residual(let order) = self { order.isPreactivation } else { false }
    }
}

extension Neuron {
    /// What a case's name says of a neuron that is not the standard one.
    fileprivate var suffix: String {
        (leak == 1 ? "-if" : "") + (detachReset ? "-detached" : "") + (isLeakLearned ? "-plif" : "")
            + (isMultiLevel ? "-levels" : "")
    }
}

extension CaseNumbers {
    /// Weights of a convolution or of a fully connected layer, of the size that keeps a sum over its inputs near 1.
    mutating func weights(_ name: String, _ shape: [Int]) -> NamedTensor {
        let bound = (3 / Float(shape.dropFirst().reduce(1, *))).squareRoot()
        return tensor(name, shape, in: -bound...bound)
    }

    /// A parameter or a running statistic of a block or a network, as `parameter.*`: norms whose bias makes about one
    /// neuron in five fire, leaks that differ from layer to layer.
    mutating func parameter(_ entry: ParameterEntry) -> NamedTensor {
        let name = "parameter." + entry.name
        switch entry.name.split(separator: ".").suffix(2) {
        case ["bn", "weight"]: return tensor(name, entry.shape, in: 0.5...1.5)
        case ["bn", "bias"]: return tensor(name, entry.shape, in: -0.3...0.5)
        case ["bn", "running_mean"]: return tensor(name, entry.shape, in: -0.5...0.5)
        case ["bn", "running_var"]: return tensor(name, entry.shape, in: 0.5...2)
        case ["neuron", "w"]: return tensor(name, entry.shape, in: -1...1)
        case ["fc1", "bias"]: return tensor(name, entry.shape, in: 0...1.2)
        case ["fc", "bias"], ["fc2", "bias"]: return tensor(name, entry.shape, in: -0.5...0.5)
        default: return weights(name, entry.shape)
        }
    }
}
