import LSNOpenCLRuntime
import LSNTensors
import Synchronization

/// A macro that specialises a kernel.
struct KernelOption: Hashable, Sendable {
    let macro: String
    let value: Int

    static func define(_ macro: String, _ value: Int) -> KernelOption {
        KernelOption(macro: macro, value: value)
    }

    static func define(_ macro: String, _ value: Bool) -> KernelOption {
        KernelOption(macro: macro, value: value ? 1 : 0)
    }

    var text: String { "-D\(macro)=\(value)" }
}

/// The kernels that were used already. Finding one hashes a few short names and numbers; the options' text is made only
/// when a kernel is asked for the first time.
final class KernelTable: Sendable {
    private struct Key: Hashable {
        let name: String
        let options: [KernelOption]
    }

    private let known = Mutex<[Key: Kernel]>([:])

    /// The kernels that were asked for.
    var names: Set<String> { known.withLock { Set($0.keys.map(\.name)) } }

    /// The kernel `name` of `file`; names are unique over all files.
    func kernel(
        _ name: String,
        _ file: String,
        _ options: [KernelOption],
        of queue: ComputeQueue
    ) throws(OpenCLError) -> Kernel {
        let key = Key(name: name, options: options)
        if let kernel = known.withLock({ $0[key] }) { return kernel }
        let kernel = try queue.kernel(name, file: file, options: options.map(\.text))
        known.withLock { $0[key] = kernel }
        return kernel
    }
}

extension OpenCLBackend {
    /// Enqueues a kernel.
    ///
    /// - Parameters:
    ///   - name: the function.
    ///   - file: its file below Kernels.
    ///   - options: how it is specialised.
    ///   - arguments: one for each parameter.
    ///   - global: work-items in one to three dimensions; a zero in it means that there is nothing to do.
    ///   - local: the work-group; what the mapping has for the range, unless something else is asked for.
    func run(
        _ name: String,
        _ file: String,
        options: [KernelOption] = [],
        arguments: [KernelArgument],
        global: [Int],
        local: [Int]? = nil
    ) throws(BackendError) {
        guard let queue else {
            let range = WorkRange(global: global, local: local ?? mapping.workGroup(for: global))
            if !global.contains(0) { launchPlan.add(PlannedLaunch(name, file, options, arguments, range)) }
            return
        }
        try pool.attempt { () throws(OpenCLError) in
            let kernel = try kernels.kernel(name, file, options, of: queue)
            try queue.launch(
                kernel,
                arguments,
                global: global,
                local: local ?? mapping.workGroup(for: global, most: kernel.maxWorkGroupSize)
            )
        }
    }
}

extension KernelArgument {
    /// An extent or a count, which `Backend` has checked.
    static func int(_ value: Int) -> KernelArgument { .int32(Int32(clamping: value)) }

    /// A storage's memory; a mismatch where another backend made it.
    static func storage(_ storage: any Storage) throws(BackendError) -> KernelArgument {
        let storage = try OpenCLStorage.own(storage)
        // In a dry run there are no buffers, and nothing is launched: only their sizes are known.
        return storage.buffer.map { .buffer($0) } ?? .local(bytes: storage.words * wordBytes)
    }
}
