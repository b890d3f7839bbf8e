import LSNTensors

/// Where the first value stands that is not finite: at the ends, about vectors' and work-groups' ends, and nowhere.
enum FinitenessCases {
    static let all = [
        make("small", count: 1, of: 1, [0]),
        make("small", count: 8, of: 9, [0, 7, 8, 3]),
        make("small", count: 1037, of: 1100, [0, 1, 63, 64, 255, 256, 1036, 1037, 1099]),
        make("large", count: 300_001, of: 300_002, [0, 150_000, 299_999, 300_000, 300_001]),
    ]

    private static func make(_ kind: String, count: Int, of total: Int, _ indices: [Int]) -> ConformanceCase {
        ConformanceCase(name: "find_non_finite/\(kind)/\(count)", operation: "find_non_finite") { numbers in
            CaseData(
                attributes: [
                    "count": .number(Double(count)), "indices": .list(indices.map { .number(Double($0)) }),
                ],
                tensors: [numbers.tensor("input.x", [total], in: -1e30...1e30)]
            )
        }
    }
}
