import LSNTensors

/// Three steps of every optimizer, at sizes that do and do not fill a vector; gradients that are clipped and that are not, at
/// sizes that are one run and that are many, so small and so large that their squares are 0 or infinite.
enum OptimizerCases {
    static let all =
        ["adam", "adamw", "sgd"].flatMap { kind in
            [1, 7, 64, 1037].map { make(kind, $0, "small") } + [make(kind, 300_001, "large")]
        }
        + [-25, 0, 25].flatMap { exponent in
            [0.5, 100].map { clip([1, 7, 264, 1037, 40], $0, exponent, "small") }
        }
        + [clip([3, 70_001, 256, 1_300_000, 8], 0.25, 0, "large")]

    /// - Parameters:
    ///   - counts: values of each parameter.
    ///   - share: of the norm, roughly, that may stay.
    ///   - exponent: of the largest values, a power of ten.
    private static func clip(_ counts: [Int], _ share: Double, _ exponent: Int, _ size: String) -> ConformanceCase {
        ConformanceCase(
            name: "clip_norm/\(size)/\(counts.count)-\(counts.max() ?? 0)-\(share)-1e\(exponent)",
            operation: "clip_norm"
        ) { numbers in
            let largest = Float("1e\(exponent)") ?? 1
            let norm = (Double(counts.reduce(0, +)) / 3).squareRoot() * Double(largest)
            return CaseData(
                // 1e-6 that PyTorch adds would make results of the smallest too small for a float.
                attributes: ["max_norm": .number(max(share * norm, 1e-3))],
                tensors: counts.enumerated().map { index, count in
                    numbers.tensor("input.gradient.\(index)", [count], in: -largest...largest)
                }
            )
        }
    }

    private static func make(_ kind: String, _ count: Int, _ size: String) -> ConformanceCase {
        ConformanceCase(name: "optimizer/\(size)/\(kind)-\(count)", operation: "optimizer") { numbers in
            var attributes: [String: AttributeValue] = ["optimizer": .text(kind), "lr": .number(0.01)]
            if kind == "sgd" {
                attributes["momentum"] = .number(0.9)
                attributes["weight_decay"] = .number(1e-4)
            } else {
                attributes["betas"] = .list([.number(0.9), .number(0.999)])
                attributes["eps"] = .number(1e-8)
                attributes["weight_decay"] = .number(kind == "adam" ? 0.005 : 0.05)
            }
            return CaseData(
                attributes: attributes,
                tensors: [numbers.tensor("input.parameter", [count])]
                    + (0..<3).map { numbers.tensor("input.gradient.\($0)", [count]) }
            )
        }
    }
}
