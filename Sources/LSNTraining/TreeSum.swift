/// Sums of terms that come one after the other, in a fixed binary tree: n terms are split at the largest power of two below n,
/// and each part likewise. Whoever adds a part of the tree adds it alike, so a sum has the same bits however its terms are
/// shared out.
///
/// Of terms that are nothing (nil) none is added: the other part of such a split stands for both.
package struct TreeSum<Term> {
    /// Sums of whole powers of two of terms, the largest first.
    private var partial: [(count: Int, term: Term?)] = []
    /// Terms that the sum to come has, those it completes included.
    private var pending = 1

    /// Of no terms.
    package init() {}

    /// Sums that wait for others.
    package var depth: Int { partial.count { $0.term != nil } }

    /// Takes off the sums to which the next term is added, in this order; all of them for the last term.
    package mutating func complete(isLast: Bool) -> [Term] {
        var terms: [Term] = []
        pending = 1
        while let top = partial.last, isLast || top.count == pending {
            partial.removeLast()
            pending += top.count
            if let term = top.term { terms.append(term) }
        }
        return terms
    }

    /// Keeps the next term, with those of ``complete(isLast:)`` added to it.
    package mutating func push(_ sum: Term?) {
        partial.append((pending, sum))
    }
}

extension TreeSum where Term: AdditiveArithmetic {
    /// The sum of all `terms`; nil where there is none.
    package static func total(_ terms: [Term?]) -> Term? {
        var sums = TreeSum()
        for (index, term) in terms.enumerated() {
            let completed = sums.complete(isLast: index == terms.count - 1)
            sums.push(completed.reduce(term) { sum, before in sum.map { before + $0 } ?? before })
        }
        return sums.partial.last?.term
    }
}
