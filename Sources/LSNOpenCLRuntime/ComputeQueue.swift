import Foundation
import LSNCOpenCL
import Synchronization

/// One device, one context, one queue that does what it is given in order. It can be used from several tasks.
public final class ComputeQueue: Sendable {
    /// The device.
    public let device: DeviceInfo
    /// Whether launches are timed.
    public let isProfiling: Bool

    let context: DeviceContext
    let programs: ProgramLibrary
    /// Commands enqueued since the device was last given its work.
    let unflushed = Atomic<Int>(0)
    /// Commands enqueued since the host last waited for all of them.
    let outstanding = Atomic<Int>(0)
    let waitCount = Mutex(WaitCount())
    /// Held while a command is enqueued, and by ``timed(_:)`` from its beginning to its end. Recursive, for what is timed
    /// enqueues commands itself.
    let turns = NSRecursiveLock()
    /// Where commands go: the queue's own, or for a while one that times them. Changed by who has the turn.
    let active: Mutex<CommandQueue>
    let pendingTimings = Mutex<[PendingTiming]>([])

    /// Opens a queue.
    ///
    /// - Parameters:
    ///   - device: one of `OpenCL.devices()`.
    ///   - sources: the kernels.
    ///   - cache: where compiled programs are kept from run to run; `nil` to compile every time.
    ///   - profiling: whether every launch is timed; that costs time itself, so it is for measuring only.
    ///   - warned: told what the compiler said of a program that it built; `nil`: it is asked not to warn.
    /// - Throws: `unusableDevice` where the device is switched off or has no compiler; `call`.
    public init(
        device: DeviceInfo,
        sources: KernelSourceTree,
        cache: ProgramCache?,
        profiling: Bool,
        warned: (@Sendable (String) -> Void)? = nil
    ) throws(OpenCLError) {
        guard device.isAvailable else { throw .unusableDevice(device: device.name, problem: "it is not available now") }
        guard device.hasCompiler else {
            throw .unusableDevice(device: device.name, problem: "its driver has no compiler for OpenCL C")
        }
        self.device = device
        isProfiling = profiling
        let context = try DeviceContext(device: device)
        self.context = context
        active = Mutex(try CommandQueue(context: context, isProfiling: profiling))
        programs = ProgramLibrary(sources: sources, cache: cache, context: context, warned: warned)
    }

    /// A kernel, built when it is first asked for; later calls cost a look-up.
    ///
    /// - Parameters:
    ///   - name: the kernel's function.
    ///   - file: its file in the source tree, e.g. "neuron/lif.cl".
    ///   - options: for the compiler, e.g. "-DCHANNELS=64".
    /// - Throws: `build` with the compiler's log; `source` where the file, or an included one, or the kernel is missing.
    public func kernel(_ name: String, file: String, options: [String]) throws(OpenCLError) -> Kernel {
        try programs.kernel(name, file: file, options: options)
    }

    /// The kernels' sources.
    public var sources: KernelSourceTree { programs.sources }

    /// How this queue came by its programs.
    package var buildStatistics: BuildStatistics { programs.statistics }

    /// The buffers alive, slices too, and the memory that they own.
    package var memoryInUse: (buffers: Int, bytes: Int) {
        (context.liveBuffers.load(ordering: .relaxed), context.liveBytes.load(ordering: .relaxed))
    }

    /// Waits until everything enqueued is done.
    public func finish() throws(OpenCLError) {
        willWait { $0.finishes += 1 }
        let code = inTurn { unsafe clFinish($0.handle.pointer) }
        try check(code, "clFinish", "to wait for \(device.name)")
    }

    /// Throws what the code of an enqueued command means. A device that allocates at first use answers any command with
    /// a lack of memory.
    func check(_ code: cl_int, _ call: StaticString, _ detail: @autoclosure () -> String) throws(OpenCLError) {
        if code == CL_SUCCESS { return }
        if OpenCLStatus.isOutOfMemory(code) {
            throw .outOfMemory(
                requestedBytes: context.liveBytes.load(ordering: .relaxed),
                limitBytes: device.globalMemoryBytes,
                device: device.name
            )
        }
        try OpenCLStatus.check(code, call, detail())
    }
}
