import Foundation
import LSNMPIBinding
import Synchronization

/// The ranks of a job that an MPI launcher started.
///
/// No wait is without an end. A thread of every rank sends all others a sign of life several times within the shortest time
/// that anyone waits, whatever the rank does meanwhile: compile kernels, evaluate, write files. Who waits for a rank's words gives
/// up when nothing came from it for that long, words or signs; so a slow rank is waited for, and one that is gone is not. A rank whose
/// device never answers is waited for too, as a process of its own would.
///
/// MPI is called by one thread at a time, under a lock: it must give MPI_THREAD_SERIALIZED.
package final class MPICommunicator: Communicator {
    /// What calls of MPI are made under.
    private struct State {
        /// When each rank was last heard.
        var heard: [ContinuousClock.Instant]
        /// The last sign of life to each rank, until MPI has sent it.
        var signs: [MPITransfer?]
        /// Transfers that an error left under way: MPI still has their memory.
        var abandoned: [MPITransfer] = []
        var limit = Duration.seconds(MPICommunicator.standardLimit)
        var isOver = false
    }

    /// Seconds without a sign of life that are borne, unless ``limitWaiting(to:)`` says.
    package static let standardLimit = 60
    /// Bytes of MPI's messages are counted in 32 bits.
    private static let largestPiece = 1 << 26
    private static let words: CInt = 1
    private static let sign: CInt = 2

    package let rank: Int
    package let count: Int
    /// MPI's thread level, by name.
    package let threadLevel: String
    /// Which MPI.
    package let version: String
    /// The library that was loaded.
    package let path: String
    private let state: Mutex<State>
    private let hosts = Mutex<[String]>([])
    /// Ends when the thread that sends signs of life has.
    private let watch = DispatchGroup()

    /// Starts MPI.
    ///
    /// - Throws: ``CommunicationError/unusable(_:)`` where the library cannot be used or does not find the other processes.
    package init(
        _ launcher: Launcher,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommunicationError) {
        path = MPILibrary.path(environment)
        try MPILibrary.load(path, launcher: launcher)
        var (rank, count, level): (CInt, CInt, CInt) = (0, 0, 0)
        let code = unsafe lsn_bound_start(&rank, &count, &level)
        version = MPILibrary.version
        guard code == 0 else {
            throw .unusable("MPI cannot be started (\(version)): \(MPILibrary.text(ofError: code))")
        }
        if let expected = launcher.count, expected != Int(count) {
            throw .unusable(
                "the launcher has started \(expected) processes (\(launcher.sign)), and the MPI of \(path) finds \(count): it is "
                    + "not the launcher's (\(version)). Make the library with the mpicc of the same MPI as mpirun or srun"
            )
        }
        let levels = ["single", "funneled", "serialized", "multiple"]
        threadLevel = levels[min(max(Int(level), 0), 3)]
        guard level >= 2 else {
            throw .unusable("MPI gives the thread level \(threadLevel), and serialized is needed: \(version)")
        }
        self.rank = Int(rank)
        self.count = Int(count)
        state = Mutex(
            State(
                heard: [ContinuousClock.Instant](repeating: .now, count: Int(count)),
                signs: [MPITransfer?](repeating: nil, count: Int(count))
            )
        )
        let thread = Thread { [self] in sendSigns() }
        thread.name = "lsn ranks"
        watch.enter()
        thread.start()
        do {
            let all = try gather(values: ProcessInfo.processInfo.hostName)
            hosts.withLock { $0 = all }
        } catch let error as CommunicationError {
            throw error
        } catch {
            throw .failed("names of hosts cannot be exchanged: \(error)")
        }
    }

    package func host(of rank: Int) -> String { hosts.withLock { $0.isEmpty ? "" : $0[rank] } }

    /// Gives ranks up that gave no sign of life for this long.
    package func limitWaiting(to limit: Duration) {
        state.withLock { $0.limit = limit }
    }

    package func exchange(
        _ outgoing: [[UInt32]],
        receiving counts: [Int]
    ) throws(CommunicationError) -> [[UInt32]] {
        var received = [[UInt32]](repeating: [], count: count)
        received[rank] = outgoing[rank]
        var transfers: [MPITransfer] = []
        // The next rank first, so that not all begin with the same one.
        let others = (1..<count).map { (rank + $0) % count }
        do throws(CommunicationError) {
            try state.withLock { _ throws(CommunicationError) in
                for other in others {
                    for piece in Self.pieces(counts[other]) {
                        transfers.append(try MPITransfer(receiving: piece.count, from: other, tag: Self.words))
                    }
                }
                for other in others {
                    for piece in Self.pieces(outgoing[other].count) {
                        let words = outgoing[other][piece]
                        transfers.append(try MPITransfer(sending: words, to: other, tag: Self.words))
                    }
                }
            }
            try wait(for: transfers)
        } catch {
            state.withLock { $0.abandoned += transfers }
            throw error
        }
        for transfer in transfers where transfer.isReceiving {
            if received[transfer.rank].isEmpty { received[transfer.rank].reserveCapacity(counts[transfer.rank]) }
            transfer.append(to: &received[transfer.rank])
        }
        return received
    }

    private static func pieces(_ words: Int) -> [Range<Int>] {
        stride(from: 0, to: words, by: largestPiece).map { $0..<min($0 + largestPiece, words) }
    }

    private func wait(for transfers: [MPITransfer]) throws(CommunicationError) {
        let start = ContinuousClock.now
        var pending = transfers
        var turns = 0
        while true {
            let silent = try state.withLock { state throws(CommunicationError) -> (ranks: [Int], limit: Duration) in
                var left: [MPITransfer] = []
                for transfer in pending {
                    if try transfer.isDone() { state.heard[transfer.rank] = .now } else { left.append(transfer) }
                }
                pending = left
                if left.isEmpty || turns < Self.spins { return ([], state.limit) }
                try Self.listen(&state)
                let limit = state.limit
                let missing = Set(left.map(\.rank)).filter { max(state.heard[$0], start) + limit < .now }
                return (missing.sorted(), limit)
            }
            if pending.isEmpty { return }
            guard silent.ranks.isEmpty else {
                throw .silent(ranks: silent.ranks.prefix(4).map(name), seconds: silent.limit / .seconds(1))
            }
            turns += 1
            // A processor that another rank may need is not kept from it.
            if turns < Self.spins { sched_yield() } else { usleep(turns < 2 * Self.spins ? 50 : 500) }
        }
    }

    /// Tries of a wait before it sleeps between them.
    private static let spins = 200

    /// Takes the signs of life that have come.
    private static func listen(_ state: inout State) throws(CommunicationError) {
        while true {
            var rank: CInt = -1
            let code = unsafe lsn_bound_take(sign, &rank)
            guard code == 0 else { throw .failed("MPI cannot receive: \(MPILibrary.text(ofError: code))") }
            guard rank >= 0 else { return }
            state.heard[Int(rank)] = .now
        }
    }

    /// The life of the thread that says that this rank lives. What goes wrong here, whoever waits for words meets too.
    private func sendSigns() {
        defer { watch.leave() }
        var last = ContinuousClock.now
        while true {
            let goesOn = state.withLock { state -> Bool in
                guard !state.isOver else { return false }
                do throws(CommunicationError) {
                    try Self.listen(&state)
                    guard .now - last >= min(state.limit / 10, .seconds(5)) else { return true }
                    last = .now
                    for other in 0..<count where other != rank {
                        if let before = state.signs[other] {
                            guard try before.isDone() else { continue }
                            state.signs[other] = nil
                        }
                        state.signs[other] = try MPITransfer(sending: [0], to: other, tag: Self.sign)
                    }
                    return true
                } catch {
                    return false
                }
            }
            guard goesOn else { return }
            usleep(20_000)
        }
    }

    /// Ends MPI, once every rank has come here.
    ///
    /// - Throws: as ``exchange(_:receiving:)``.
    package func finish() throws(CommunicationError) {
        _ = try gather([])
        state.withLock { $0.isOver = true }
        watch.wait()
        _ = try exchange([[UInt32]](repeating: [0], count: count), receiving: [Int](repeating: 1, count: count))
        try state.withLock { state throws(CommunicationError) in
            for other in 0..<count {
                // Of one word, which MPI has sent long since.
                if let sign = state.signs[other], try !sign.isDone() { state.abandoned.append(sign) }
                state.signs[other] = nil
            }
            try Self.listen(&state)
            let code = lsn_bound_finish()
            guard code == 0 else { throw .failed("MPI cannot be ended: \(MPILibrary.text(ofError: code))") }
        }
    }

    /// Ends all ranks, this one too, with an exit code. Where the network to some of them is gone MPI waits, and this rank does not.
    package func abort(_ code: Int32) -> Never {
        let thread = Thread { _ = lsn_bound_abort(code) }
        thread.start()
        sleep(5)
        _exit(code)
    }
}
