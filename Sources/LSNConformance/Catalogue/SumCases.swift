import LSNTensors

/// Sums of activations in every combination, copies, sums, products and moving averages in place, ReLUs, pictures that stand still; and memory
/// itself.
enum SumCases {
    static let all =
        shapes.flatMap { shape in
            [(InputKind.real, InputKind.real), (.real, .spike), (.spike, .real), (.spike, .spike)].map { a, b in
                make(shape, shape.count < 10_000 ? "small" : "large", a, b)
            }
        }
        + shapes.map(relu)
        + shapes.map(lerp)
        + shapes.flatMap { shape in [1, 4, 5].map { overTime(shape, steps: $0) } }
        + [1, 63, 64, 65, 1000].map { storage($0, "small") } + [storage(300_001, "large")]

    private static let shapes = [
        ImageShape(images: 2, height: 3, width: 5, channels: 1),
        ImageShape(images: 1, height: 4, width: 3, channels: 33),
        ImageShape(images: 3, height: 1, width: 1, channels: 65),
        ImageShape(images: 4, height: 2, width: 3, channels: 270),
        ImageShape(images: 8, height: 16, width: 17, channels: 37),
    ]

    private static func make(_ shape: ImageShape, _ kind: String, _ a: InputKind, _ b: InputKind) -> ConformanceCase {
        ConformanceCase(name: "sum/\(kind)/\(shape.title)-\(a.rawValue)-\(b.rawValue)", operation: "sum") { numbers in
            CaseData(
                attributes: ["a": .text(a.rawValue), "b": .text(b.rawValue)],
                tensors: [("input.a", a), ("input.b", b)].map { name, kind in
                    kind == .spike
                        ? numbers.spikeTensor(name, shape.extents, rate: 0.5)
                        : numbers.tensor(name, shape.extents, in: -4...4)
                }
            )
        }
    }

    private static func lerp(_ shape: ImageShape) -> ConformanceCase {
        let kind = shape.count < 10_000 ? "small" : "large"
        return ConformanceCase(name: "lerp/\(kind)/\(shape.title)", operation: "lerp") { numbers in
            CaseData(
                attributes: ["weight": .number(0.001)],
                tensors: ["input.start", "input.value.0", "input.value.1"].map {
                    numbers.tensor($0, shape.extents, in: -4...4)
                }
            )
        }
    }

    private static func relu(_ shape: ImageShape) -> ConformanceCase {
        let kind = shape.count < 10_000 ? "small" : "large"
        return ConformanceCase(name: "relu/\(kind)/\(shape.title)", operation: "relu", isSmooth: true) { numbers in
            // Away from 0, where the derivative jumps.
            let sizes = numbers.values(shape.count, in: 0.5...4)
            let signs = numbers.spikes(shape.count, rate: 0.5)
            let values = zip(sizes, signs).map { $1 > 0 ? $0 : -$0 }
            return CaseData(tensors: [
                NamedTensor(name: "input.x", shape: shape.extents, values: values),
                numbers.tensor("cotangent.y", shape.extents),
            ])
        }
    }

    private static func overTime(_ shape: ImageShape, steps: Int) -> ConformanceCase {
        let kind = shape.count < 10_000 ? "small" : "large"
        return ConformanceCase(
            name: "repeat_over_time/\(kind)/T\(steps)-\(shape.title)",
            operation: "repeat_over_time",
            isSmooth: true
        ) { numbers in
            CaseData(
                attributes: ["time_steps": .number(Double(steps))],
                tensors: [
                    numbers.tensor("input.x", shape.extents),
                    numbers.tensor("cotangent.y", shape.with(images: steps * shape.images).extents),
                ]
            )
        }
    }

    private static func storage(_ count: Int, _ kind: String) -> ConformanceCase {
        ConformanceCase(name: "storage/\(kind)/\(count)", operation: "storage") { numbers in
            CaseData(tensors: [numbers.tensor("input.x", [count])])
        }
    }
}
