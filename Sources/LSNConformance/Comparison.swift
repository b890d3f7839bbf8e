import LSNTensors

/// Compares what an operation gave with the truth, tensor by tensor.
struct Comparison {
    private(set) var tensors: [CheckReport.TensorError] = []
    private(set) var problems: [String] = []

    /// Every tensor of `expected` must be there with its shape, and near enough; those that `isExact` names have the same
    /// bits.
    init(
        _ outcome: CaseOutcome,
        expected: [NamedTensor],
        tolerance: Tolerance,
        isExact: (_ tensor: String) -> Bool = { _ in false }
    ) {
        problems = outcome.problems
        let results = Dictionary(outcome.tensors.map { ($0.name, $0) }) { first, _ in first }
        if expected.isEmpty { problems.append("the case expects nothing") }
        for truth in expected {
            guard let limit = tolerance.limit(for: truth.name) else {
                problems.append("the case has no tolerance for \(truth.name)")
                continue
            }
            guard let result = results[truth.name] else {
                problems.append("\(truth.name) was not computed")
                continue
            }
            guard result.shape == truth.shape else {
                problems.append("\(truth.name) has shape \(result.shape), expected \(truth.shape)")
                continue
            }
            guard truth.values.allSatisfy(\.isFinite) else {
                problems.append("the case's \(truth.name) is not finite")
                continue
            }
            if truth.name.hasPrefix("output.") && truth.values.allSatisfy({ $0 == 0 }) {
                problems.append("the case's \(truth.name) is all zero, which shows nothing")
                continue
            }
            let error = Self.error(of: result.values, against: truth.values)
            let isExact = isExact(truth.name)
            let differing = zip(result.values, truth.values).count { $0.bitPattern != $1.bitPattern }
            tensors.append(
                .init(
                    tensor: truth.name,
                    error: error,
                    tolerance: isExact ? 0 : limit,
                    differing: isExact ? differing : nil
                )
            )
        }
    }

    /// max|a − b| / max|b|, and max|a − b| where b is all zero; nil where it is not finite.
    static func error(of values: [Float], against truth: [Float]) -> Double? {
        guard values.count == truth.count else { return nil }
        var (worst, scale) = (0.0, 0.0)
        for (value, expected) in zip(values, truth) {
            let difference = abs(Double(value) - Double(expected))
            guard difference.isFinite else { return nil }
            worst = max(worst, difference)
            scale = max(scale, abs(Double(expected)))
        }
        return scale > 0 ? worst / scale : worst
    }
}
