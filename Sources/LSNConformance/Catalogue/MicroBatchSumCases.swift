import LSNTensors

/// Sums over one to eight micro-batches that any number of ranks share, at sizes that ranks do not divide.
enum MicroBatchSumCases {
    static let all =
        (1...8).flatMap { count in (1...count).map { make(count, ranks: $0, size: 37, "small") } }
        + [(7, 3), (8, 5)].map { make($0, ranks: $1, size: 100_003, "large") }

    private static func make(_ count: Int, ranks: Int, size: Int, _ kind: String) -> ConformanceCase {
        ConformanceCase(
            name: "micro_batch_sum/\(kind)/S\(count)-K\(ranks)-\(size)",
            operation: MicroBatchSumOperation.name
        ) { numbers in
            CaseData(
                attributes: ["ranks": .number(Double(ranks))],
                tensors: [numbers.tensor("input.terms", [count, size], in: -4...4)]
            )
        }
    }
}
