public import Tensors

/// One call of an operation at the size of a real layer, to be timed; what it computes is checked by the catalogue's
/// cases.
public struct BenchmarkCase: Sendable {
    /// E.g. `lsn19-8/convolution-forward/3x3-s1-p1-8to8-200x28x28-spike`.
    public let name: String
    /// E.g. `convolution-forward`.
    public let operation: String
    /// Additions and multiplications of the operation's definition. A convolution of spikes counts as if they were real
    /// numbers: 2 · outputs · inputs · window² a pixel; 0 where there are bit operations only.
    public let floatingPointOperations: Double
    /// The least traffic with memory: every operand read once, every result written once, as they are stored.
    public let bytes: Double
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
    public func prepare(on backend: Backend, spikeRate: Float = 0.2) throws -> BenchmarkCall {
        var numbers = CaseNumbers(name: name, attempt: 0)
        return try work.prepare(&numbers, spikeRate: spikeRate, on: backend)
    }
}

/// A benchmark with its operands.
public struct BenchmarkCall {
    /// To be called before each ``run``, and not timed: writes again what an operation that works in place has spent.
    public let reset: () throws -> Void
    /// What is timed. Its results are released, so that a pool of memory can use theirs again.
    public let run: () throws -> Void

    init(reset: @escaping () throws -> Void = {}, run: @escaping () throws -> Void) {
        self.reset = reset
        self.run = run
    }
}

extension ParityCatalogue {
    /// The benchmarks whose name or operation contains `filter`, all where it is nil.
    ///
    /// - Throws: ``ParityError/noCases(_:)`` where the filter matches nothing.
    public static func benchmarks(filter: String? = nil) throws(ParityError) -> [BenchmarkCase] {
        let all = BenchmarkList.all
        guard let filter else { return all }
        let selected = all.filter { $0.name.contains(filter) }
        guard !selected.isEmpty else {
            throw .noCases("no benchmark matches the filter \"\(filter)\" (there are \(all.count))")
        }
        return selected
    }
}
