import LSNNetworks
import LSNTensors

/// Whole small networks: both stems, both heads, every family, pictures and events, every loss,
/// whole batches and micro-batches.
enum NetworkCases {
    static let all = logic + systems

    private static let logic = [
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
        make(
            "lsn-detached",
            NetworkDescription(stages: [1], widths: [8], height: 9, width: 8, neuron: Neuron(detachReset: true))
        ),
        make(
            "lsn-plif",
            NetworkDescription(
                stages: [1, 1],
                widths: [8, 9],
                head: .fc256,
                height: 8,
                width: 9,
                neuron: Neuron(isLeakLearned: true)
            )
        ),
        make(
            "lsn-micro-batches",
            NetworkDescription(stages: [1, 1], widths: [8, 9], height: 9, width: 8),
            batch: 7,
            microBatches: 3
        ),
        make(
            "lsn-events-micro-batches",
            NetworkDescription(stages: [1], widths: [8], height: 7, width: 8),
            isStatic: false,
            mpd: 0.5,
            batch: 5,
            microBatches: 4
        ),
        make("lsn-mpd", NetworkDescription(stages: [1, 1], widths: [7, 8], height: 9, width: 8), mpd: 0.5),
    ]

    /// Every other family once with each stem; DS-ResNet with its own neuron.
    private static let systems = BlockFamily.allCases.filter { $0 != .lsn }.flatMap { family in
        let neuron =
            family == .dsResNet
            ? Neuron(leak: 0.25, threshold: 0.6, surrogate: .rectangle(width: 1), higherThresholds: [1.6, 2.6])
            : Neuron()
        return [
            make(
                family.rawValue,
                NetworkDescription(
                    family: family,
                    stages: [1, 1],
                    widths: [8, 9],
                    height: 11,
                    width: 10,
                    neuron: neuron
                )
            ),
            make(
                "\(family.rawValue)-imagenet",
                NetworkDescription(
                    family: family,
                    stages: [1, 1],
                    widths: [7, 8],
                    stem: .imagenet,
                    height: 22,
                    width: 25,
                    neuron: neuron
                )
            ),
        ]
    }

    private static func make(
        _ title: String,
        _ network: NetworkDescription,
        isStatic: Bool = true,
        isTET: Bool = false,
        mpd: Double = 0,
        batch: Int = 2,
        microBatches: Int = 1
    ) -> ConformanceCase {
        ConformanceCase(
            name: "network/small/\(title)",
            operation: "network",
            requiredMargin: 2e-5
        ) { numbers in
            let picture = [batch, network.inChannels, network.imageHeight, network.imageWidth]
            var attributes = network.neuron.attributes
            attributes["family"] = .text(network.stages[0].family.rawValue)
            attributes["bottleneck"] = .flag(network.stages[0].isBottleneck)
            attributes["stages"] = .list(network.stages.map { .number(Double($0.blocks)) })
            attributes["widths"] = .list(network.widths.map { .number(Double($0)) })
            attributes["stem"] = .text(network.stem.rawValue)
            attributes["head"] = .text(network.head.rawValue)
            attributes["classes"] = .number(Double(network.classes))
            attributes["in_channels"] = .number(Double(network.inChannels))
            attributes["time_steps"] = .number(Double(network.timeSteps))
            attributes["loss"] = .text(isTET ? "tet" : "mean_ce")
            attributes["mpd_weight"] = .number(mpd)
            if microBatches > 1 { attributes["micro_batches"] = .number(Double(microBatches)) }
            return CaseData(
                attributes: attributes,
                tensors: [
                    numbers.tensor("input.x", isStatic ? picture : [network.timeSteps] + picture, in: -2...2),
                    NamedTensor(
                        name: "input.labels",
                        shape: [batch],
                        values: numbers.integers(batch, below: network.classes)
                    ),
                ] + network.stateEntries.map { numbers.parameter($0) }
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
