/// Sums of terms that come one after the other, in a fixed binary tree: n terms are split at the largest power of two below n,
/// and each part likewise. Whoever adds a part of the tree adds it alike, so a sum has the same bits however its terms are
/// shared out.
///
/// Of terms that are nothing (nil) none is added: the other part of such a split stands for both.
package struct TreeSum<Term> {
    /// Which terms there are.
    private let tree: SumTree
    /// The place of the next term.
    private var next: Int
    /// Sums of the largest parts of the tree whose terms have all come, in the order of their places.
    package private(set) var parts: [(places: Range<Int>, sum: Term?)] = []
    /// What the sum to come is of, with those it completes.
    private var pending: Range<Int>

    /// Of no terms yet.
    ///
    /// - Parameters:
    ///   - count: terms of the whole tree.
    ///   - first: the place of the first term that comes.
    package init(of count: Int, from first: Int = 0) {
        tree = SumTree(count)
        next = first
        pending = first..<first + 1
    }

    /// Sums that wait for others.
    package var depth: Int { parts.count { $0.sum != nil } }

    /// Takes off the sums to which the next term is added, in this order.
    package mutating func complete() -> [Term] {
        var terms: [Term] = []
        pending = next..<next + 1
        next += 1
        while let top = parts.last, tree.hasPart(top.places.lowerBound..<pending.upperBound) {
            parts.removeLast()
            pending = top.places.lowerBound..<pending.upperBound
            if let term = top.sum { terms.append(term) }
        }
        return terms
    }

    /// Keeps the next term, with those of ``complete()`` added to it.
    package mutating func push(_ sum: Term?) {
        parts.append((pending, sum))
    }
}

extension TreeSum where Term: AdditiveArithmetic {
    /// The sum of all `terms`; nil where there is none.
    package static func total(_ terms: [Term?]) -> Term? {
        var sums = TreeSum(of: terms.count)
        for term in terms {
            let completed = sums.complete()
            sums.push(completed.reduce(term) { sum, before in sum.map { before + $0 } ?? before })
        }
        return sums.parts.last?.sum
    }
}

/// The tree in which ``TreeSum`` adds terms.
package struct SumTree: Hashable, Sendable {
    /// Its terms.
    package let count: Int

    /// A tree of so many terms.
    package init(_ count: Int) {
        self.count = count
    }

    /// Whether the terms at these places are a part of the tree: whether they are added up to one sum before others are added.
    ///
    /// Splits at powers of two leave parts of 2ᵏ terms that begin at multiples of 2ᵏ; and, at the end of the tree, parts of fewer
    /// terms than the lowest bit of their place counts.
    package func hasPart(_ places: Range<Int>) -> Bool {
        let size = places.count
        guard size > 0, places.upperBound <= count else { return false }
        let start = places.lowerBound
        let lowestBit = start & -start
        if size & (size - 1) == 0, start == 0 || size <= lowestBit { return true }
        return places.upperBound == count && (start == 0 || size < lowestBit)
    }

    /// The largest parts within some places, in their order.
    package func parts(within places: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = places.lowerBound
        while start < places.upperBound {
            var end = places.upperBound
            while !hasPart(start..<end) { end -= 1 }
            parts.append(start..<end)
            start = end
        }
        return parts
    }

    /// Where a part of at least two terms is split.
    package func split(_ places: Range<Int>) -> Int {
        var half = 1
        while 2 * half < places.count { half *= 2 }
        return places.lowerBound + half
    }

    /// The sum of all terms, of the sums of parts.
    ///
    /// - Parameters:
    ///   - parts: that cover the tree; nil where none of a part's terms is anything.
    ///   - add: adds the second to the first.
    package func total<Sum>(_ parts: [Range<Int>: Sum?], add: (inout Sum, Sum) -> Void) -> Sum? {
        total(0..<count, parts, add)
    }

    private func total<Sum>(
        _ places: Range<Int>,
        _ parts: [Range<Int>: Sum?],
        _ add: (inout Sum, Sum) -> Void
    ) -> Sum? {
        if let sum = parts[places] { return sum }
        guard places.count > 1 else { return nil }
        let middle = split(places)
        let first = total(places.lowerBound..<middle, parts, add)
        let second = total(middle..<places.upperBound, parts, add)
        guard var sum = first else { return second }
        if let second { add(&sum, second) }
        return sum
    }
}
