package import LSNTensors

/// What an operation is run with.
package struct CaseData: Sendable {
    /// Settings, by the names that golden files use.
    package var attributes: [String: AttributeValue]
    /// `input.*`, `parameter.*` (before the call) and `cotangent.*` (∂L/∂ the output of that name).
    package var tensors: [NamedTensor]

    /// Gathers what belongs together.
    package init(attributes: [String: AttributeValue] = [:], tensors: [NamedTensor]) {
        self.attributes = attributes
        self.tensors = tensors
    }
}

/// An operation, what to run it with, and how far from the truth its results may be.
///
/// Golden cases come from files and bring the truth with them; catalogue cases are made up from random numbers, and the
/// truth is what the reference computes. Both go through the same runner.
package struct ConformanceCase: Sendable {
    /// E.g. `convolution/small/3x3-s2-p1-3to5-9x11-spike`; unique in the catalogue.
    package let name: String
    /// As in golden files; see ``ConformanceOperations``.
    package let operation: String
    /// The largest errors that pass.
    package let tolerance: Tolerance
    /// The true `output.*` and `gradient.*`; nil where the reference is to compute them.
    package let expected: [NamedTensor]?
    /// The smallest |Û − V_th| that the case must have, so that rounding cannot move a spike; nil where nothing fires.
    package let requiredMargin: Double?
    /// Whether the outputs are smooth in every input that has a gradient, so that finite differences can check them.
    package let isSmooth: Bool
    private let make: @Sendable (_ attempt: Int) throws -> CaseData

    /// A golden case.
    package init(
        name: String,
        operation: String,
        tolerance: Tolerance,
        data: CaseData,
        expected: [NamedTensor]
    ) {
        self.name = name
        self.operation = operation
        self.tolerance = tolerance
        self.expected = expected
        requiredMargin = nil
        isSmooth = false
        make = { _ in data }
    }

    /// A catalogue case; `make` gives other random numbers for another attempt. The tolerance is the operation's, unless
    /// another is given.
    init(
        name: String,
        operation: String,
        tolerance: Tolerance? = nil,
        requiredMargin: Double? = nil,
        isSmooth: Bool = false,
        make: @escaping @Sendable (inout CaseNumbers) throws -> CaseData
    ) {
        self.name = name
        self.operation = operation
        self.tolerance = tolerance ?? .standard(for: operation)
        expected = nil
        self.requiredMargin = requiredMargin
        self.isSmooth = isSmooth
        self.make = { attempt in
            var numbers = CaseNumbers(name: name, attempt: attempt)
            return try make(&numbers)
        }
    }

    /// What to run the operation with. Where potentials come too near the threshold, the next attempt has others.
    package func data(attempt: Int = 0) throws -> CaseData {
        try make(attempt)
    }
}
