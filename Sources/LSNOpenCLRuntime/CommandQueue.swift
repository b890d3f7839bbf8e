import Foundation
import LSNCOpenCL
import Synchronization

/// A queue of OpenCL's. Whether commands are timed is a property of the queue they are in.
final class CommandQueue: Sendable {
    let handle: QueueHandle
    let isProfiling: Bool

    init(context: DeviceContext, isProfiling: Bool) throws(OpenCLError) {
        let device = context.device
        var code: cl_int = 0
        let properties = isProfiling ? cl_command_queue_properties(CL_QUEUE_PROFILING_ENABLE) : 0
        let created = unsafe clCreateCommandQueue(context.handle.pointer, device.handle.device, properties, &code)
        try OpenCLStatus.check(code, "clCreateCommandQueue", "for \(device.name)")
        guard let pointer = unsafe created else {
            throw .call(name: "clCreateCommandQueue", codeName: "no queue", detail: "for \(device.name)")
        }
        handle = unsafe QueueHandle(pointer: pointer)
        self.isProfiling = isProfiling
    }
}

/// How often the host waited for a queue.
package struct WaitCount: Hashable, Sendable {
    /// Reads, which wait for all that was enqueued.
    package var reads = 0
    /// Writes, which wait until their bytes are copied.
    package var writes = 0
    /// Those of ``writes`` that had to wait for other commands first.
    package var stalledWrites = 0
    /// Times when the queue was waited for and nothing else.
    package var finishes = 0

    /// How often the host stood still until all that was enqueued was done.
    package var synchronizations: Int { reads + stalledWrites + finishes }
}

extension ComputeQueue {
    /// Runs `body`, which enqueues a command, when it is the caller's turn, with the queue that commands go to.
    func inTurn<Result, Failure: Error>(
        _ body: (CommandQueue) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        turns.lock()
        defer { turns.unlock() }
        return try body(active.withLock { $0 })
    }

    /// How often the host has waited since the queue was opened.
    package var waits: WaitCount { waitCount.withLock { $0 } }

    /// Counts a call that hands over all that is enqueued and waits.
    func willWait(_ count: (inout WaitCount) -> Void) {
        unflushed.store(0, ordering: .relaxed)
        let before = outstanding.exchange(0, ordering: .relaxed)
        waitCount.withLock { waits in
            let writes = waits.writes
            count(&waits)
            if before > 0 { waits.stalledWrites += waits.writes - writes }
        }
    }

    /// Runs `body` with every launch timed, and gives the launches' times in order. What runs before and after pays nothing
    /// for it: the launches go to a second queue on the same context, between two waits. Calls from other threads wait
    /// meanwhile, so that none of their launches is among them; `body` must not wait for those.
    ///
    /// - Throws: what `body` throws; `OpenCLError`.
    public func timed<Result>(_ body: () throws -> Result) throws -> (result: Result, timings: [KernelTiming]) {
        turns.lock()
        defer { turns.unlock() }
        _ = try takeTimings()
        let before = active.withLock { $0 }
        let timing = before.isProfiling ? before : try CommandQueue(context: context, isProfiling: true)
        active.withLock { $0 = timing }
        defer { active.withLock { $0 = before } }
        do {
            let result = try body()
            return (result, try takeTimings())
        } catch {
            // What was enqueued must be done before commands go elsewhere.
            _ = try? takeTimings()
            throw error
        }
    }
}
