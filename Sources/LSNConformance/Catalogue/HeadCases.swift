import LSNTensors

/// Pooling and fully connected layer together, biases, and losses.
enum HeadCases {
    static let all = linears + biases + losses

    private static let linears = [
        linear("small", ImageShape(images: 4, height: 9, width: 11, channels: 37), outputs: 10),
        linear("small", ImageShape(images: 3, height: 1, width: 1, channels: 5), outputs: 1),
        linear("small", ImageShape(images: 2, height: 4, width: 3, channels: 64), outputs: 33),
        linear("large", ImageShape(images: 200, height: 7, width: 7, channels: 32), outputs: 256),
    ]

    private static let biases = [
        bias("small", ImageShape(images: 3, height: 1, width: 1, channels: 10)),
        bias("small", ImageShape(images: 2, height: 5, width: 3, channels: 33)),
        bias("small", ImageShape(images: 1, height: 1, width: 1, channels: 1)),
        bias("large", ImageShape(images: 300, height: 1, width: 1, channels: 256)),
        bias("large", ImageShape(images: 16, height: 33, width: 31, channels: 9)),
    ]

    private static let losses: [ConformanceCase] = {
        let small = [(4, 7, 10), (1, 1, 2), (2, 5, 3), (6, 3, 33), (3, 9, 8), (1, 64, 101)]
        let large = [(4, 50, 10), (4, 300, 10), (2, 33, 1000)]
        let kinds = [false, true]
        return kinds.flatMap { isTET in small.map { loss("small", $0, isTET: isTET) } }
            + kinds.flatMap { isTET in large.map { loss("large", $0, isTET: isTET) } }
            + [loss("small", (4, 6, 10), isTET: false, range: -60...60)]
            + kinds.flatMap { isTET in
                [
                    loss("small", (4, 7, 10), isTET: isTET, smoothing: 0.1),
                    loss("small", (4, 5, 10), isTET: isTET, batchSize: 12),
                    loss("large", (2, 33, 1000), isTET: isTET, smoothing: 0.2),
                    loss("small", (4, 8, 10), isTET: isTET, smoothing: 0.1, share: 0.7),
                    loss("small", (2, 5, 3), isTET: isTET, batchSize: 9, share: 0.25),
                    loss("large", (2, 33, 1000), isTET: isTET, share: 0.5),
                ]
            }
    }()

    private static func linear(_ kind: String, _ shape: ImageShape, outputs: Int) -> ConformanceCase {
        ConformanceCase(
            name: "global_average_pool_linear/\(kind)/\(shape.title)-to\(outputs)",
            operation: "global_average_pool_linear",
            isSmooth: true
        ) { numbers in
            CaseData(tensors: [
                numbers.tensor("input.x", shape.extents),
                numbers.tensor("parameter.weight", [outputs, shape.channels]),
                numbers.tensor("parameter.bias", [outputs]), numbers.tensor("cotangent.y", [shape.images, outputs]),
            ])
        }
    }

    private static func bias(_ kind: String, _ shape: ImageShape) -> ConformanceCase {
        ConformanceCase(name: "bias/\(kind)/\(shape.title)", operation: "bias", isSmooth: true) { numbers in
            CaseData(tensors: [
                numbers.tensor("input.x", shape.extents), numbers.tensor("parameter.bias", [shape.channels]),
                numbers.tensor("cotangent.y", shape.extents),
            ])
        }
    }

    private static func loss(
        _ kind: String,
        _ size: (steps: Int, batch: Int, classes: Int),
        isTET: Bool,
        range: ClosedRange<Float> = -3...3,
        smoothing: Double = 0,
        batchSize: Int? = nil,
        share: Double? = nil
    ) -> ConformanceCase {
        let name = "T\(size.steps)-\(size.batch)x\(size.classes)-\(isTET ? "tet" : "mean_ce")"
        let isWide = range.upperBound > 3
        return ConformanceCase(
            name: "loss/\(kind)/\(name)\(isWide ? "-wide" : "")\(smoothing > 0 ? "-smoothing\(smoothing)" : "")"
                + (batchSize.map { "-of\($0)" } ?? "") + (share.map { "-share\($0)" } ?? ""),
            operation: "loss",
            // Far apart logits saturate: their gradients are too small for differences.
            isSmooth: !isWide
        ) { numbers in
            let logits = numbers.tensor("input.logits", [size.steps, size.batch, size.classes], in: range)
            var labels = numbers.integers(size.batch, below: size.classes)
            // Every other sample is classified rightly, so that the count says something.
            for sample in stride(from: 0, to: size.batch, by: 2) {
                labels[sample] = Float(largest(logits.values, sample, size))
            }
            var attributes: [String: AttributeValue] =
                isTET
                ? ["loss": .text("tet"), "lambda": .number(0.05), "phi": .number(1)] : ["loss": .text("mean_ce")]
            if smoothing > 0 { attributes["label_smoothing"] = .number(smoothing) }
            if let batchSize { attributes["batch_size"] = .number(Double(batchSize)) }
            var tensors = [logits, NamedTensor(name: "input.labels", shape: [size.batch], values: labels)]
            if let share {
                attributes["share"] = .number(share)
                let others = numbers.integers(size.batch, below: size.classes)
                tensors.append(NamedTensor(name: "input.others", shape: [size.batch], values: others))
            }
            return CaseData(attributes: attributes, tensors: tensors)
        }
    }

    /// The class whose logit, summed over time, is largest.
    private static func largest(
        _ logits: [Float],
        _ sample: Int,
        _ size: (steps: Int, batch: Int, classes: Int)
    ) -> Int {
        let sums = (0..<size.classes).map { k in
            (0..<size.steps).reduce(0.0) { $0 + Double(logits[($1 * size.batch + sample) * size.classes + k]) }
        }
        return sums.indices.max { sums[$0] < sums[$1] } ?? 0
    }
}
