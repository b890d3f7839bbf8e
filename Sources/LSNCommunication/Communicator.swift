/// The processes that share a job, its ranks, and how words get from one to another. What computes knows no more of them than
/// this; ``OneProcess`` stands for a job that is not shared.
///
/// All ranks make the same calls in the same order. Each rank computes on one device.
package protocol Communicator: Sendable {
    /// Which of the processes this is, from 0.
    var rank: Int { get }
    /// How many there are.
    var count: Int { get }
    /// Sends words to every rank and returns those that each sent here.
    ///
    /// - Parameters:
    ///   - outgoing: for every rank, this one too; none is sent where there are none.
    ///   - counts: how many words every rank sends here.
    /// - Throws: ``CommunicationError`` where a rank gives no sign of life for too long, or MPI has an error.
    func exchange(_ outgoing: [[UInt32]], receiving counts: [Int]) throws(CommunicationError) -> [[UInt32]]
    /// The name of the machine that a rank runs on; empty where it is not known yet.
    func host(of rank: Int) -> String
    /// Gives ranks up that gave no sign of life for this long.
    func limitWaiting(to limit: Duration)
}

/// A job of one process.
package struct OneProcess: Communicator {
    /// Nothing to set up.
    package init() {}

    /// The only one.
    package var rank: Int { 0 }
    /// One.
    package var count: Int { 1 }

    /// What it sends to itself.
    package func exchange(_ outgoing: [[UInt32]], receiving counts: [Int]) -> [[UInt32]] { outgoing }

    /// Nobody asks.
    package func host(of rank: Int) -> String { "" }

    /// Nobody is waited for.
    package func limitWaiting(to limit: Duration) {}
}

extension Communicator {
    /// Whether this rank writes files and prints.
    package var isFirst: Bool { rank == 0 }
    /// Whether there are several processes.
    package var isShared: Bool { count > 1 }

    /// For people: a rank and where it runs, e.g. `rank 1 on node7`.
    package func name(of rank: Int) -> String {
        let host = host(of: rank)
        return host.isEmpty ? "rank \(rank)" : "rank \(rank) on \(host)"
    }

    /// The ranks on this rank's machine.
    package var localRanks: [Int] { (0..<count).filter { host(of: $0) == host(of: rank) } }

    /// The words of every rank, whose numbers need not be the same.
    package func gather(_ words: [UInt32]) throws(CommunicationError) -> [[UInt32]] {
        guard isShared else { return [words] }
        let sizes = try exchange(
            [[UInt32]](repeating: [UInt32(words.count)], count: count),
            receiving: [Int](repeating: 1, count: count)
        )
        return try exchange(
            [[UInt32]](repeating: words, count: count),
            receiving: sizes.map { Int($0[0]) }
        )
    }

    /// The floats of every rank, whose numbers need not be the same.
    package func gather(floats: [Float]) throws(CommunicationError) -> [[Float]] {
        guard isShared else { return [floats] }
        return try gather(floats.map(\.bitPattern)).map { $0.map(Float.init(bitPattern:)) }
    }

    /// Rank 0's words, on every rank. Rank 0 sends each word twice at most, however many ranks there are: a slice to each, which
    /// each sends to all.
    ///
    /// - Parameters:
    ///   - words: of rank 0; those of others do not matter.
    ///   - size: how many they are.
    package func broadcast(_ words: [UInt32], size: Int) throws(CommunicationError) -> [UInt32] {
        guard isShared else { return words }
        let slices = slices(of: size)
        let scattered = try exchange(
            isFirst ? slices.map { Array(words[$0]) } : [[UInt32]](repeating: [], count: count),
            receiving: (0..<count).map { $0 == 0 ? slices[rank].count : 0 }
        )
        let parts = try exchange(
            [[UInt32]](repeating: scattered[0], count: count),
            receiving: slices.map(\.count)
        )
        return Array(parts.joined())
    }

    /// Equal parts of so many words, one for each rank.
    package func slices(of words: Int) -> [Range<Int>] {
        (0..<count).map { $0 * words / count..<($0 + 1) * words / count }
    }
}
