/// What a check found, case by case.
package struct CheckReport: Sendable, Codable, Hashable {
    /// The error of one tensor.
    package struct TensorError: Sendable, Codable, Hashable {
        /// E.g. `gradient.weight`.
        package let tensor: String
        /// max|a − b| / max|b|; nil where a value is not finite.
        package let error: Double?
        /// The largest that passes.
        package let tolerance: Double
        /// How many values have other bits, where they must have the same.
        package let differing: Int?

        /// Whether the error is within the tolerance, or the bits are the same.
        package var passed: Bool { differing.map { $0 == 0 } ?? error.map { $0 <= tolerance } ?? false }

        /// The error as a share of the tolerance.
        var severity: Double {
            guard let error, differing ?? 0 == 0 else { return .infinity }
            return tolerance > 0 ? error / tolerance : error > 0 ? .infinity : 0
        }
    }

    /// One case.
    package struct Entry: Sendable, Codable, Hashable {
        /// The case's name.
        package let name: String
        /// Its operation.
        package let operation: String
        /// The tensor whose error is the largest share of its tolerance; nil where none was compared.
        package let worst: TensorError?
        /// Every tensor that was compared.
        package let tensors: [TensorError]
        /// What is wrong other than errors beyond their tolerance: an unknown operation, a missing tensor.
        package let problems: [String]
        /// The smallest |Û − V_th|, where the case fires and it was measured.
        package let margin: Double?

        /// Whether the case passed.
        package var passed: Bool { problems.isEmpty && !tensors.isEmpty && tensors.allSatisfy(\.passed) }

        init(_ item: ConformanceCase, tensors: [TensorError] = [], problems: [String] = [], margin: Double? = nil) {
            name = item.name
            operation = item.operation
            worst = tensors.max { $0.severity < $1.severity }
            self.tensors = tensors
            self.problems = problems
            self.margin = margin
        }

        /// For people: what failed, in a line.
        package var failure: String? {
            if let problem = problems.first { return problem }
            guard !passed else { return nil }
            guard let worst else { return "nothing was compared" }
            if let differing = worst.differing, differing > 0 {
                return "\(differing) of the values of \(worst.tensor) have other bits"
            }
            let error = worst.error.map { "\($0)" } ?? "not finite"
            return "error of \(worst.tensor) is \(error), tolerance \(worst.tolerance)"
        }
    }

    /// What was checked.
    package let device: String
    /// What it was checked against.
    package let against: String
    /// Every case, in the order in which they ran.
    package let entries: [Entry]

    /// Gathers what belongs together.
    package init(device: String, against: String, entries: [Entry]) {
        self.device = device
        self.against = against
        self.entries = entries
    }

    /// Whether there was something to check and all of it passed.
    package var passed: Bool { !entries.isEmpty && entries.allSatisfy(\.passed) }

    /// Results that were compared bit for bit, and how many of them are equal.
    package var exactResults: (equal: Int, count: Int) {
        let differing = entries.flatMap(\.tensors).compactMap(\.differing)
        return (differing.count { $0 == 0 }, differing.count)
    }

    /// The cases that did not pass.
    package var failures: [Entry] { entries.filter { !$0.passed } }
}
