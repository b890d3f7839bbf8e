import LSNTensors

/// Three steps of every optimizer, at sizes that do and do not fill a vector.
enum OptimizerCases {
    static let all = ["adam", "adamw", "sgd"].flatMap { kind in
        [1, 7, 64, 1037].map { make(kind, $0, "small") } + [make(kind, 300_001, "large")]
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
