package import LSNNetworks
package import LSNTensors

/// Adds up what the micro-batches of a step leave in a network's parameters, in the order of ``TreeSum``: gradients, and the
/// running statistics, which each micro-batch moves from where they were before the step and which are averaged, weighted by
/// samples. That is one update towards the average of their statistics.
///
/// A step that is one micro-batch adds nothing up, and copies nothing. Of a step that several processes share each adds up its
/// own micro-batches, as far as the tree goes: ``parts``.
package struct GradientSums {
    /// What is added up.
    package struct Terms {
        /// Of every parameter.
        package let gradients: RealTensor
        /// nil where the network has no norms.
        package let statistics: RealTensor?
    }

    private let backend: Backend
    /// Of the network; the last micro-batch leaves its sum here.
    private let result: Terms
    private let sizes: [Int]
    private let samples: Int
    /// The last of this process's micro-batches that has samples.
    private let last: Int?
    /// Running statistics before the step.
    private let before: RealTensor?
    private let isNeeded: Bool
    private var sums: TreeSum<Terms>
    private var next: Int

    /// Sums over micro-batches of these sizes, of which the last is not 0.
    ///
    /// - Parameters:
    ///   - parameters: of the network that they go through.
    ///   - sizes: samples of all micro-batches of the step.
    ///   - own: which of them go through it here; nil: all.
    package init(_ parameters: ParameterSet, sizes: [Int], own: Range<Int>? = nil) throws(BackendError) {
        let own = own ?? sizes.indices
        backend = parameters.backend
        result = Terms(gradients: parameters.gradientTensor, statistics: parameters.bufferTensor)
        self.sizes = sizes
        samples = sizes.reduce(0, +)
        last = own.last { sizes[$0] > 0 }
        isNeeded = sizes.count { $0 > 0 } > 1
        sums = TreeSum(of: sizes.count, from: own.lowerBound)
        next = own.lowerBound
        before = if isNeeded, let statistics = result.statistics { try backend.copy(statistics) } else { nil }
    }

    /// Sums of the parts of the tree that this process's micro-batches make up, once they are all added.
    package var parts: [(places: Range<Int>, sum: Terms?)] { sums.parts }

    /// Before a micro-batch's forward pass.
    package func begin() throws(BackendError) {
        guard let before, let statistics = result.statistics else { return }
        try backend.copy(before, into: statistics)
    }

    /// After a micro-batch's backward pass, or instead of it where it has no samples.
    package mutating func add() throws(BackendError) {
        let (size, isLast) = (sizes[next], next == last)
        next += 1
        guard size > 0 else {
            let sum = try joined(sums.complete())
            sums.push(sum)
            return
        }
        if isNeeded, let statistics = result.statistics {
            try backend.scale(statistics, by: Float(size) / Float(samples))
        }
        try addCompleted()
        guard !isLast else {
            sums.push(result)
            return
        }
        var statistics: RealTensor?
        if let moved = result.statistics { statistics = try backend.copy(moved) }
        sums.push(Terms(gradients: try backend.copy(result.gradients), statistics: statistics))
    }

    // A function of its own: what was added is back in the pool before a copy asks for memory.
    private mutating func addCompleted() throws(BackendError) {
        for term in sums.complete() { try add(term, into: result) }
    }

    /// The sum of sums, in the place of the last.
    private func joined(_ terms: [Terms]) throws(BackendError) -> Terms? {
        var sum: Terms?
        for term in terms {
            if let sum { try add(sum, into: term) }
            sum = term
        }
        return sum
    }

    private func add(_ term: Terms, into sum: Terms) throws(BackendError) {
        try backend.accumulate(term.gradients, into: sum.gradients)
        guard let moved = term.statistics, let statistics = sum.statistics else { return }
        try backend.accumulate(moved, into: statistics)
    }
}
