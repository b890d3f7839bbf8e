import Dispatch
import Foundation
import Synchronization

/// Ranks that are threads of one process, for checks of what ranks compute together: no MPI takes part.
package struct ThreadRanks: Communicator {
    // All state is guarded by the condition's lock.
    private final class Meeting: @unchecked Sendable {
        let condition = NSCondition()
        let count: Int
        var messages: [[[UInt32]]?]
        var left = 0

        init(_ count: Int) {
            self.count = count
            messages = [[[UInt32]]?](repeating: nil, count: count)
        }
    }

    private let meeting: Meeting
    package let rank: Int
    package var count: Int { meeting.count }

    /// Runs `body` on a thread for each rank.
    ///
    /// - Returns: what each came to. All ranks must make the same exchanges, so that a body that throws does so on every rank.
    package static func run<Result: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (ThreadRanks) throws -> Result
    ) throws -> [Result] {
        let meeting = Meeting(count)
        let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
        let group = DispatchGroup()
        for rank in 0..<count {
            group.enter()
            let thread = Thread {
                let result = Swift.Result { try body(ThreadRanks(meeting: meeting, rank: rank)) }
                results.withLock { $0[rank] = result }
                group.leave()
            }
            thread.start()
        }
        group.wait()
        return try results.withLock { try $0.compactMap(\.self).map { try $0.get() } }
    }

    package func exchange(
        _ outgoing: [[UInt32]],
        receiving counts: [Int]
    ) throws(CommunicationError) -> [[UInt32]] {
        let condition = meeting.condition
        condition.lock()
        defer { condition.unlock() }
        // The exchange before may not be over for all.
        while meeting.messages[rank] != nil { condition.wait() }
        meeting.messages[rank] = outgoing
        condition.broadcast()
        while meeting.messages.contains(where: { $0 == nil }) { condition.wait() }
        let received = meeting.messages.map { $0?[rank] ?? [] }
        meeting.left += 1
        if meeting.left == count {
            meeting.left = 0
            meeting.messages = [[[UInt32]]?](repeating: nil, count: count)
            condition.broadcast()
        }
        guard received.map(\.count) == counts else {
            throw .failed("rank \(rank) expected \(counts) words and got \(received.map(\.count))")
        }
        return received
    }

    package func host(of rank: Int) -> String { "thread \(rank)" }

    package func limitWaiting(to limit: Duration) {}
}
