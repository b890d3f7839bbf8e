package import LSNNetworks
package import LSNTensors

/// Adds up what the micro-batches of a step leave in a network's parameters, in the order of ``TreeSum``: gradients, and the
/// running statistics, which each micro-batch moves from where they were before the step and which are averaged, weighted by
/// samples. That is one update towards the average of their statistics.
///
/// A step that is one micro-batch adds nothing up, and copies nothing.
package struct GradientSums {
    /// What is added up.
    private struct Terms {
        let gradients: RealTensor
        /// nil where the network has no norms.
        let statistics: RealTensor?
    }

    private let backend: Backend
    /// Of the network; the last micro-batch leaves the sums here.
    private let result: Terms
    private let sizes: [Int]
    private let samples: Int
    /// Running statistics before the step.
    private let before: RealTensor?
    private let isNeeded: Bool
    private var sums = TreeSum<Terms>()
    private var next = 0

    /// Sums over micro-batches of these sizes, of which the last is not 0.
    package init(_ parameters: ParameterSet, sizes: [Int]) throws(BackendError) {
        backend = parameters.backend
        result = Terms(gradients: parameters.gradientTensor, statistics: parameters.bufferTensor)
        self.sizes = sizes
        samples = sizes.reduce(0, +)
        isNeeded = sizes.count { $0 > 0 } > 1
        before = if isNeeded, let statistics = result.statistics { try backend.copy(statistics) } else { nil }
    }

    /// Before a micro-batch's forward pass.
    package func begin() throws(BackendError) {
        guard let before, let statistics = result.statistics else { return }
        try backend.copy(before, into: statistics)
    }

    /// After a micro-batch's backward pass, or instead of it where it has no samples.
    package mutating func add() throws(BackendError) {
        let (size, isLast) = (sizes[next], next == sizes.count - 1)
        next += 1
        guard isNeeded else { return }
        guard size > 0 else {
            let sum = try joined(sums.complete(isLast: isLast))
            sums.push(sum)
            return
        }
        if let statistics = result.statistics {
            try backend.scale(statistics, by: Float(size) / Float(samples))
        }
        try addCompleted(isLast: isLast)
        guard !isLast else { return }
        var statistics: RealTensor?
        if let moved = result.statistics { statistics = try backend.copy(moved) }
        sums.push(Terms(gradients: try backend.copy(result.gradients), statistics: statistics))
    }

    // A function of its own: what was added is back in the pool before a copy asks for memory.
    private mutating func addCompleted(isLast: Bool) throws(BackendError) {
        for term in sums.complete(isLast: isLast) { try add(term, into: result) }
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
