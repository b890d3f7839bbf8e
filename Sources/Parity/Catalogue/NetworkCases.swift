import Networks
import Tensors

/// Whole small networks: both stems, both heads, every family, pictures and events, both losses.
enum NetworkCases {
    static let all = [
        make("lsn-fc", NetworkDescription(stages: [1, 1], widths: [8, 12], height: 12, width: 11)),
        make("lsn-fc256", NetworkDescription(stages: [1], widths: [9], head: .fc256, height: 9, width: 9)),
        make(
            "lsn-imagenet-bottleneck",
            NetworkDescription(
                isBottleneck: true,
                stages: [1, 1],
                widths: [3, 5],
                stem: .imagenet,
                height: 33,
                width: 29
            )
        ),
        make("lsn-events", NetworkDescription(stages: [1, 1], widths: [8, 8], height: 10, width: 9), isStatic: false),
        make("lsn-tet", NetworkDescription(stages: [2], widths: [8], height: 8, width: 8), isTET: true),
        make("sew_add", NetworkDescription(family: .sewAdd, stages: [1, 1], widths: [8, 9], height: 11, width: 10)),
        make(
            "spiking_resnet",
            NetworkDescription(family: .spikingResNet, stages: [1, 1], widths: [7, 8], height: 10, width: 11)
        ),
        make(
            "lsn-detached",
            NetworkDescription(stages: [1], widths: [8], height: 9, width: 8, neuron: Neuron(detachReset: true))
        ),
    ]

    private static func make(
        _ title: String,
        _ network: NetworkDescription,
        isStatic: Bool = true,
        isTET: Bool = false
    ) -> ParityCase {
        ParityCase(
            name: "network/small/\(title)",
            operation: "network",
            requiredMargin: 2e-5
        ) { numbers in
            let batch = 2
            let picture = [batch, network.inChannels, network.imageHeight, network.imageWidth]
            var attributes = network.neuron.attributes
            attributes["family"] = .text(network.family.rawValue)
            attributes["bottleneck"] = .flag(network.isBottleneck)
            attributes["stages"] = .list(network.stages.map { .number(Double($0)) })
            attributes["widths"] = .list(network.widths.map { .number(Double($0)) })
            attributes["stem"] = .text(network.stem.rawValue)
            attributes["head"] = .text(network.head.rawValue)
            attributes["classes"] = .number(Double(network.classes))
            attributes["in_channels"] = .number(Double(network.inChannels))
            attributes["time_steps"] = .number(Double(network.timeSteps))
            attributes["loss"] = .text(isTET ? "tet" : "mean_ce")
            return CaseData(
                attributes: attributes,
                tensors: [
                    numbers.tensor("input.x", isStatic ? picture : [network.timeSteps] + picture, in: -2...2),
                    NamedTensor(
                        name: "input.labels",
                        shape: [batch],
                        values: numbers.integers(batch, below: network.classes)
                    ),
                ] + numbers.parameters(of: network)
            )
        }
    }
}

extension NetworkDescription {
    /// A small network of three time steps for pictures of three channels in five classes.
    fileprivate init(
        family: BlockFamily = .lsn,
        isBottleneck: Bool = false,
        stages: [Int],
        widths: [Int],
        stem: Stem = .cifar,
        head: Head = .fc,
        height: Int,
        width: Int,
        neuron: Neuron = Neuron()
    ) {
        self.init(
            family: family,
            isBottleneck: isBottleneck,
            stages: stages,
            widths: widths,
            stemWidth: widths[0],
            stem: stem,
            head: head,
            classes: 5,
            timeSteps: 3,
            inChannels: 3,
            imageHeight: height,
            imageWidth: width,
            neuron: neuron
        )
    }
}

extension CaseNumbers {
    /// Every parameter and buffer of a network.
    fileprivate mutating func parameters(of network: NetworkDescription) -> [NamedTensor] {
        let prefix = "parameter."
        let window = network.stem == .imagenet ? 7 : 3
        var tensors = unit(prefix + "stem.", network.stemWidth, network.inChannels, window)
        for block in network.blocks { tensors += parameters(of: block, prefix: "\(prefix)\(block.name).") }
        let features = network.blocks.last?.outChannels ?? network.stemWidth
        func linear(_ name: String, _ outputs: Int, _ inputs: Int, bias: ClosedRange<Float>) -> [NamedTensor] {
            [
                weights("\(prefix)\(name).weight", [outputs, inputs]),
                tensor("\(prefix)\(name).bias", [outputs], in: bias),
            ]
        }
        switch network.head {
        case .fc:
            tensors += linear("head.fc", network.classes, features, bias: -0.5...0.5)
        case .fc256:
            tensors += linear("head.fc1", Head.hiddenWidth, features, bias: 0...1.2)
            tensors += linear("head.fc2", network.classes, Head.hiddenWidth, bias: -0.5...0.5)
        }
        return tensors
    }
}
