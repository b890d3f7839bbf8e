/// Why processes cannot work together, or no longer.
package enum CommunicationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What started the processes, or the library that they need, cannot be used; a mistake of whoever started them.
    case unusable(String)
    /// Ranks that were started alike are not.
    case differs(String)
    /// Ranks gave no sign of life for as long as was to be waited.
    case silent(ranks: [String], seconds: Double)
    /// MPI has an error.
    case failed(String)

    /// Whether whoever started the processes can mend it.
    package var isBadInput: Bool {
        switch self {
        case .unusable, .differs: true
        case .silent, .failed: false
        }
    }

    /// For people.
    package var description: String {
        switch self {
        case .unusable(let text), .differs(let text), .failed(let text): text
        case .silent(let ranks, let seconds):
            "no sign of life from \(ranks.joined(separator: ", ")) for \(seconds) s (--exchange-timeout), which this rank waits "
                + "for: the process or its machine is gone, or the network between them. What was saved before stands: "
                + "continue with lsn train --resume, on any number of ranks up to the run's micro-batches"
        }
    }
}
