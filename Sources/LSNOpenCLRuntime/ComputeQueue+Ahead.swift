import Foundation
import Synchronization

extension ComputeQueue {
    /// Has programs built on all cores before they are asked for one by one. What goes wrong is left to who asks.
    ///
    /// Where a driver builds one program at a time in a process and keeps what it compiles (PoCL), other processes build
    /// them, as long as that is what takes time, and this returns meanwhile: a program that is asked for while one of them builds
    /// it is waited for. Elsewhere they are built here, and are there when this returns.
    ///
    /// - Parameters:
    ///   - programs: those that will be asked for, in about that order.
    ///   - command: how to start a process that builds for this one; `nil`: none is started.
    ///   - progress: told how many of all have been gone through, from any thread.
    public func buildAhead(
        _ programs: [ProgramSpecification],
        by command: BuilderCommand?,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) {
        let work = BuildsAhead(programs, progress)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        if !device.keepsPrograms {
            build(work, threads: min(cores, programs.count))
        } else if let command, cores > 1, isSlowToBuild(work) {
            startBuilders(of: work, by: command, count: min(cores, Self.mostBuilders) - 1)
        }
    }

    /// Builds programs here, on so many threads, and returns when that is done.
    func build(_ work: BuildsAhead, threads: Int) {
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while let program = work.next() {
                _ = try? programs.program(program)
                work.finished()
            }
        }
    }

    /// Starts so many processes that build programs, and returns meanwhile.
    func startBuilders(of work: BuildsAhead, by command: BuilderCommand, count: Int) {
        for _ in 0..<count {
            Thread.detachNewThread { [library = programs] in
                guard let builder = BuilderProcess(command) else { return }
                var isThere = true
                while isThere, let program = work.next() {
                    library.withRecipe(ofMissing: program) { isThere = builder.build($0) }
                    work.finished()
                }
                builder.end()
            }
        }
    }

    /// Builds the first programs here. The second tells whether the driver compiles, or finds what it kept: the first may take
    /// as long as it takes the compiler to start.
    private func isSlowToBuild(_ work: BuildsAhead) -> Bool {
        var last = Duration.zero
        for _ in 1...2 {
            guard let program = work.next() else { return false }
            last = ContinuousClock().measure { _ = try? programs.program(program) }
            work.finished()
        }
        return last > .milliseconds(50)
    }

    /// So many processes, with this one, build as fast as it can finish what they built when kernels are first launched.
    private static let mostBuilders = 5
}

/// Programs that are built ahead, shared out to who builds them.
final class BuildsAhead: Sendable {
    private let programs: [ProgramSpecification]
    private let progress: @Sendable (Int, Int) -> Void
    private let begun = Atomic<Int>(0)
    private let done = Atomic<Int>(0)

    init(_ programs: [ProgramSpecification], _ progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) {
        self.programs = programs
        self.progress = progress
    }

    /// The next program that nobody has taken yet.
    func next() -> ProgramSpecification? {
        let index = begun.add(1, ordering: .relaxed).oldValue
        return index < programs.count ? programs[index] : nil
    }

    /// Counts one that was taken.
    func finished() {
        progress(done.add(1, ordering: .relaxed).newValue, programs.count)
    }
}
