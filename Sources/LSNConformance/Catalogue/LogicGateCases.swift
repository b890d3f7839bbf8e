import LSNTensors

/// The gates. The logic gate: all eight rows in every bit position, and random spikes at awkward and large sizes.
enum LogicGateCases {
    static let all =
        [truthTable] + small.map { make($0, "small") } + large.map { make($0, "large") }
        + SpikeGate.allCases.flatMap { gate in
            small.map { spikeGate(gate, $0, "small") } + large.map { spikeGate(gate, $0, "large") }
        }

    private static let small = [1, 7, 8, 9, 31, 32, 33, 37, 64, 65, 96, 270].map { channels in
        ImageShape(images: 3, height: 5, width: 3, channels: channels)
    }

    private static let large = [
        ImageShape(images: 200, height: 28, width: 28, channels: 8),
        ImageShape(images: 16, height: 32, width: 32, channels: 96),
        ImageShape(images: 31, height: 17, width: 13, channels: 37),
    ]

    private static let truthTable: ConformanceCase = {
        let extents = [8, 40, 1, 1]
        return ConformanceCase(name: "logic_gate/small/truth-table", operation: "logic_gate") { numbers in
            // Row (image + channel) mod 8: X, E and I are its three bits.
            func bits(_ place: Int) -> [Float] {
                (0..<8).flatMap { image in (0..<40).map { Float((((image + $0) % 8) >> place) & 1) } }
            }
            return CaseData(tensors: [
                NamedTensor(name: "input.x", shape: extents, values: bits(2)),
                NamedTensor(name: "input.excitatory", shape: extents, values: bits(1)),
                NamedTensor(name: "input.inhibitory", shape: extents, values: bits(0)),
                numbers.tensor("cotangent.y", extents),
            ])
        }
    }()

    private static func make(_ shape: ImageShape, _ kind: String) -> ConformanceCase {
        ConformanceCase(name: "logic_gate/\(kind)/\(shape.title)", operation: "logic_gate") { numbers in
            CaseData(tensors: [
                numbers.spikeTensor("input.x", shape.extents, rate: 0.5),
                numbers.spikeTensor("input.excitatory", shape.extents, rate: 0.4),
                numbers.spikeTensor("input.inhibitory", shape.extents, rate: 0.4),
                numbers.tensor("cotangent.y", shape.extents),
            ])
        }
    }

    private static func spikeGate(_ gate: SpikeGate, _ shape: ImageShape, _ kind: String) -> ConformanceCase {
        ConformanceCase(name: "spike_gate/\(kind)/\(gate.rawValue)-\(shape.title)", operation: "spike_gate") {
            numbers in
            CaseData(
                attributes: ["gate": .text(gate.rawValue)],
                tensors: [
                    numbers.spikeTensor("input.x", shape.extents, rate: 0.5),
                    numbers.spikeTensor("input.branch", shape.extents, rate: 0.5),
                    numbers.tensor("cotangent.y", shape.extents),
                ]
            )
        }
    }
}
