import Synchronization

/// The programs and kernels of a queue, each built once.
final class ProgramLibrary: Sendable {
    private struct KernelKey: Hashable {
        let name: String
        let program: ProgramKey
    }

    private struct ProgramKey: Hashable {
        let file: String
        let options: [String]
    }

    /// A place for a program: whoever comes first builds it, others that want the same one wait; different programs are
    /// built side by side.
    private final class Slot: Sendable {
        let program = Mutex<Program?>(nil)
    }

    private let sources: KernelSourceTree
    private let cache: ProgramCache?
    private let context: DeviceContext
    private let kernels = Mutex<[KernelKey: Kernel]>([:])
    private let slots = Mutex<[ProgramKey: Slot]>([:])

    init(sources: KernelSourceTree, cache: ProgramCache?, context: DeviceContext) {
        self.sources = sources
        self.cache = cache
        self.context = context
    }

    func kernel(_ name: String, file: String, options: [String]) throws(OpenCLError) -> Kernel {
        let key = KernelKey(name: name, program: ProgramKey(file: file, options: options))
        if let kernel = kernels.withLock({ $0[key] }) { return kernel }
        let kernel = try Kernel(name: name, program: program(key.program), context: context)
        return kernels.withLock { kernels in
            // Another task may have been faster: all share its kernel.
            if let first = kernels[key] { return first }
            kernels[key] = kernel
            return kernel
        }
    }

    private func program(_ key: ProgramKey) throws(OpenCLError) -> Program {
        let slot = slots.withLock { slots in
            if let slot = slots[key] { return slot }
            let slot = Slot()
            slots[key] = slot
            return slot
        }
        return try slot.program.withLock { (program) throws(OpenCLError) in
            if let program { return program }
            let built = try build(key)
            program = built
            return built
        }
    }

    private func build(_ key: ProgramKey) throws(OpenCLError) -> Program {
        let source = Program.preamble + (try sources.resolved(key.file))
        return try Program.compile(
            source: source,
            file: key.file,
            options: key.options,
            location: sources.location(key.file),
            context: context
        )
    }
}
