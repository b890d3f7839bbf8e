import LSNConformance
package import LSNTensors

/// One call of an operation at the size of a real layer, to be timed; what it computes is checked by the catalogue's
/// cases.
package struct BenchmarkCase: Sendable {
    /// E.g. `lsn19-8/convolution-forward/3x3-s1-p1-8to8-200x28x28-spike`.
    package let name: String
    /// E.g. `convolution-forward`.
    package let operation: String
    /// Additions and multiplications of the operation's definition. A convolution of spikes counts as if they were real
    /// numbers: 2 · outputs · inputs · window² a pixel; 0 where there are bit operations only.
    package let floatingPointOperations: Double
    /// The least traffic with memory: every operand read once, every result written once, as they are stored.
    package let bytes: Double
    private let work: BenchmarkWork

    init(_ set: String, _ work: BenchmarkWork) {
        name = "\(set)/\(work.operation)/\(work.title)"
        operation = work.operation
        floatingPointOperations = work.floatingPointOperations
        bytes = 4 * Double(work.words)
        self.work = work
    }

    /// Makes the operands on `backend` and returns what to time.
    ///
    /// - Parameter spikeRate: share of the spike operands that is 1.
    package func prepare(on backend: Backend, spikeRate: Float = 0.2) throws -> BenchmarkCall {
        var numbers = CaseNumbers(name: name, attempt: 0)
        return try work.prepare(&numbers, spikeRate: spikeRate, on: backend)
    }
}

/// A benchmark with its operands.
package struct BenchmarkCall {
    /// To be called before each ``run``, and not timed: writes again what an operation that works in place has spent.
    package let reset: () throws -> Void
    /// What is timed. Its results are released, so that a pool of memory can use theirs again.
    package let run: () throws -> Void

    init(reset: @escaping () throws -> Void = {}, run: @escaping () throws -> Void) {
        self.reset = reset
        self.run = run
    }
}
