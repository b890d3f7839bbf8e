import LSNCOpenCL
import Synchronization

/// When one launch started and ended, on the device's clock.
public struct KernelTiming: Sendable, Hashable {
    /// The kernel's function.
    public let kernel: String
    /// The file it is in.
    public let file: String
    /// What the launch was for, as its caller said.
    public let label: String
    /// When it started, in nanoseconds.
    public let startedNanoseconds: UInt64
    /// When it ended.
    public let endedNanoseconds: UInt64

    /// How long it ran.
    public var durationNanoseconds: UInt64 {
        endedNanoseconds >= startedNanoseconds ? endedNanoseconds - startedNanoseconds : 0
    }
}

/// A launch whose times have not been asked for.
final class PendingTiming: Sendable {
    let kernel: Kernel
    let label: String
    let event: EventHandle

    init(_ event: consuming EventHandle, kernel: Kernel, label: String) {
        self.event = event
        self.kernel = kernel
        self.label = label
    }

    /// The times; the launch is done.
    func timing() throws(OpenCLError) -> KernelTiming {
        func time(_ parameter: Int32) throws(OpenCLError) -> UInt64 {
            try unsafe queryValue(cl_ulong(0), "clGetEventProfilingInfo") {
                unsafe clGetEventProfilingInfo(event.pointer, cl_profiling_info(parameter), $0, $1, $2)
            }
        }
        return KernelTiming(
            kernel: kernel.name,
            file: kernel.file,
            label: label,
            startedNanoseconds: try time(CL_PROFILING_COMMAND_START),
            endedNanoseconds: try time(CL_PROFILING_COMMAND_END)
        )
    }
}

extension ComputeQueue {
    func keep(_ event: consuming EventHandle, of kernel: Kernel, label: String) {
        let pending = PendingTiming(event, kernel: kernel, label: label)
        pendingTimings.withLock { $0.append(pending) }
    }

    /// Waits, and gives the times of every launch since the last call, in order; empty without profiling.
    public func takeTimings() throws(OpenCLError) -> [KernelTiming] {
        try finish()
        let taken = pendingTimings.withLock { pending in
            let taken = pending
            pending = []
            return taken
        }
        return try taken.map { (pending) throws(OpenCLError) in try pending.timing() }
    }
}
