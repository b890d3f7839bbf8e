import ArgumentParser
import Foundation
import LSNCommunication
import Synchronization

/// The processes of this job: one, unless mpirun or its like has started it.
///
/// Rank 0 prints, warns and writes files. A rank that fails says so, with its rank and its machine, and ends all others.
enum Ranks {
    /// Commands whose work ranks share.
    private static let sharing: Set = ["train", "eval", "mpi"]
    /// Commands that would be done once for each process.
    private static let alone: Set = [
        "analyze", "bench", "convert", "experiment", "export", "import", "predict", "tune",
    ]

    private static let communicator = Mutex<MPICommunicator?>(nil)
    private static let launcher = Result { () throws(CommunicationError) in
        try Launcher(ProcessInfo.processInfo.environment)
    }

    /// All of them.
    static var all: any Communicator { communicator.withLock { $0 } ?? OneProcess() }

    /// MPI, where it was started.
    static var mpi: MPICommunicator? { communicator.withLock { $0 } }

    /// Whether this process prints.
    static var isFirst: Bool { all.isFirst }

    /// Which of the processes on this machine this is, as the launcher says.
    static var localRank: Int { (try? launcher.get())?.localRank ?? 0 }

    /// What messages of this process begin with.
    static var place: String {
        let ranks = all
        return ranks.isShared ? ranks.name(of: ranks.rank) + ": " : ""
    }

    /// Gives each process its share of a machine's cores, where OpenCL computes on them, unless the user has.
    static func prepareEnvironment() throws {
        guard let count = try launcher.get()?.localCount, count > 1 else { return }
        let machine = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        // Where the launcher has bound the process to some cores, all of those are its share.
        let usable = ProcessInfo.processInfo.activeProcessorCount
        let share = usable < machine ? usable : max(machine / count, 1)
        _ = unsafe setenv("POCL_MAX_PTHREAD_COUNT", "\(share)", 0)
    }

    /// Finds the other processes, if the command shares its work with them.
    ///
    /// - Throws: ``CommunicationError`` where a launcher has started several processes that cannot work together.
    static func start(_ arguments: [String]) throws {
        guard let launcher = try launcher.get(), launcher.count != 1 else { return }
        let command = arguments.first ?? ""
        if alone.contains(command), launcher.count ?? 1 > 1 {
            throw CommunicationError.unusable(
                "lsn \(command) is the work of one process, and a launcher has started several (\(launcher.sign)), each of which "
                    + "would do all of it. Start it without mpirun or srun"
            )
        }
        guard sharing.contains(command), arguments.dropFirst().first != "source" else { return }
        let started = try MPICommunicator(launcher)
        communicator.withLock { $0 = started }
    }

    /// Ends MPI, where it was started, once all ranks are done.
    static func finish() throws {
        try mpi?.finish()
    }

    /// Ends this process, and all others, with an error's message and code.
    static func exit(with error: any Error) -> Never {
        // What is wrong for all is said once, by the first: it ends the others before they speak.
        let rank = mpi?.rank ?? (try? launcher.get())?.rank ?? 0
        if rank > 0, isForAll(error) { Thread.sleep(forTimeInterval: 1) }
        guard let mpi, mpi.isShared else { Foundation.exit(Failure.report(error)) }
        if LSN.exitCode(for: error) == .success {
            // Help, and the like, that all were asked for.
            _ = Failure.report(error)
            do { try mpi.finish() } catch { mpi.abort(Failure.report(error)) }
            Foundation.exit(0)
        }
        mpi.abort(Failure.report(error))
    }

    /// Whether the others may have met the same error. Who waited for another in vain speaks for itself.
    private static func isForAll(_ error: any Error) -> Bool {
        if LSN.exitCode(for: error) == .success { return false }
        return (error as? CommunicationError)?.isBadInput ?? true
    }
}
