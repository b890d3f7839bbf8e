import LSNTensors

/// Pooling: maxima and averages of spikes and of real values.
enum PoolingCases {
    static let all = maximum + average + global

    private static let maximum = [InputKind.spike, .real].flatMap { kind in
        [
            maxPool("small", ImageShape(images: 2, height: 9, width: 11, channels: 37), 3, 2, 1, kind),
            maxPool("small", ImageShape(images: 1, height: 8, width: 8, channels: 32), 2, 2, 0, kind),
            maxPool("small", ImageShape(images: 2, height: 7, width: 5, channels: 65), 3, 1, 1, kind),
            maxPool("small", ImageShape(images: 1, height: 3, width: 3, channels: 1), 3, 2, 1, kind),
            maxPool("small", ImageShape(images: 2, height: 5, width: 9, channels: 9), 5, 3, 2, kind),
            maxPool("small", ImageShape(images: 3, height: 6, width: 7, channels: 31), 2, 3, 0, kind),
            maxPool("small", ImageShape(images: 2, height: 1, width: 4, channels: 8), 3, 2, 1, kind),
            maxPool("large", ImageShape(images: 16, height: 56, width: 56, channels: 24), 3, 2, 1, kind),
            maxPool("large", ImageShape(images: 32, height: 17, width: 19, channels: 64), 3, 2, 1, kind),
        ]
    }

    private static let average = [InputKind.real, .spike].flatMap { kind in
        [
            averagePool("small", ImageShape(images: 3, height: 6, width: 8, channels: 21), 2, kind),
            averagePool("small", ImageShape(images: 2, height: 7, width: 5, channels: 33), 2, kind),
            averagePool("small", ImageShape(images: 1, height: 9, width: 10, channels: 8), 3, kind),
            averagePool("small", ImageShape(images: 2, height: 4, width: 4, channels: 1), 4, kind),
            averagePool("small", ImageShape(images: 2, height: 3, width: 3, channels: 65), 1, kind),
            averagePool("large", ImageShape(images: 32, height: 33, width: 32, channels: 37), 2, kind),
        ]
    }

    private static let global = [InputKind.real, .spike].flatMap { kind in
        [
            globalPool("small", ImageShape(images: 3, height: 1, width: 1, channels: 5), kind),
            globalPool("small", ImageShape(images: 2, height: 7, width: 5, channels: 33), kind),
            globalPool("small", ImageShape(images: 4, height: 4, width: 9, channels: 8), kind),
            globalPool("small", ImageShape(images: 1, height: 8, width: 8, channels: 96), kind),
            globalPool("large", ImageShape(images: 200, height: 7, width: 7, channels: 32), kind),
            globalPool("large", ImageShape(images: 37, height: 33, width: 31, channels: 65), kind),
        ]
    }

    private static func maxPool(
        _ kind: String,
        _ shape: ImageShape,
        _ window: Int,
        _ stride: Int,
        _ padding: Int,
        _ input: InputKind
    ) -> ConformanceCase {
        let output = WindowGeometry(stride: stride, padding: padding).output(of: shape, window: window)
        return ConformanceCase(
            name: "max_pool/\(kind)/\(window)x\(window)-s\(stride)-p\(padding)-\(shape.title)-\(input.rawValue)",
            operation: "max_pool"
        ) { numbers in
            CaseData(
                attributes: [
                    "kernel": .number(Double(window)), "stride": .number(Double(stride)),
                    "padding": .number(Double(padding)), "input": .text(input.rawValue),
                ],
                tensors: [
                    // Sparse enough for windows without a spike, and for windows with several; few enough numbers for
                    // windows with several maxima.
                    input == .spike
                        ? numbers.spikeTensor("input.x", shape.extents, rate: 0.2)
                        : NamedTensor(
                            name: "input.x",
                            shape: shape.extents,
                            values: numbers.integers(shape.count, below: 9).map { ($0 - 6) / 4 }
                        ),
                    numbers.tensor("cotangent.y", output.extents),
                ]
            )
        }
    }

    private static func averagePool(_ kind: String, _ shape: ImageShape, _ window: Int, _ input: InputKind)
        -> ConformanceCase
    {
        let output = WindowGeometry(stride: window).output(of: shape, window: window)
        return ConformanceCase(
            name: "average_pool/\(kind)/\(window)x\(window)-\(shape.title)-\(input.rawValue)",
            operation: "average_pool",
            isSmooth: input == .real
        ) { numbers in
            CaseData(
                attributes: [
                    "kernel": .number(Double(window)), "stride": .number(Double(window)),
                    "input": .text(input.rawValue),
                ],
                tensors: [
                    numbers.input(shape, input), numbers.tensor("cotangent.y", output.extents),
                ]
            )
        }
    }

    private static func globalPool(_ kind: String, _ shape: ImageShape, _ input: InputKind) -> ConformanceCase {
        ConformanceCase(
            name: "global_average_pool/\(kind)/\(shape.title)-\(input.rawValue)",
            operation: "global_average_pool",
            isSmooth: input == .real
        ) { numbers in
            CaseData(
                attributes: ["input": .text(input.rawValue)],
                tensors: [
                    numbers.input(shape, input),
                    numbers.tensor("cotangent.y", [shape.images, shape.channels, 1, 1]),
                ]
            )
        }
    }
}

extension CaseNumbers {
    /// `input.x`, real or spikes; at least one spike.
    fileprivate mutating func input(_ shape: ImageShape, _ kind: InputKind) -> NamedTensor {
        guard kind == .spike else { return tensor("input.x", shape.extents) }
        var spikes = spikeTensor("input.x", shape.extents)
        spikes.values[0] = 1
        return spikes
    }
}
