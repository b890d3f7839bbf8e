import Synchronization

/// A program of a source tree: a file, and what specialises it.
public struct ProgramSpecification: Hashable, Sendable {
    /// The file in the source tree.
    public let file: String
    /// For the compiler, e.g. "-DCHANNELS=64".
    public let options: [String]

    /// A file, specialised by options.
    public init(file: String, options: [String]) {
        self.file = file
        self.options = options
    }
}

/// The programs and kernels of a queue, each built once.
final class ProgramLibrary: Sendable {
    private struct KernelKey: Hashable {
        let name: String
        let program: ProgramSpecification
    }

    /// A place for a program: whoever comes first builds it, others that want the same one wait; different programs are
    /// built side by side.
    private final class Slot: Sendable {
        let program = Mutex<Program?>(nil)
    }

    let sources: KernelSourceTree
    private let cache: ProgramCache?
    let context: DeviceContext
    private let warned: (@Sendable (String) -> Void)?
    private let kernels = Mutex<[KernelKey: Kernel]>([:])
    private let slots = Mutex<[ProgramSpecification: Slot]>([:])
    private let counts = Mutex(BuildStatistics())

    var statistics: BuildStatistics { counts.withLock { $0 } }

    init(
        sources: KernelSourceTree,
        cache: ProgramCache?,
        context: DeviceContext,
        warned: (@Sendable (String) -> Void)?
    ) {
        self.sources = sources
        self.cache = cache
        self.context = context
        self.warned = warned
    }

    func kernel(_ name: String, file: String, options: [String]) throws(OpenCLError) -> Kernel {
        let key = KernelKey(name: name, program: ProgramSpecification(file: file, options: options))
        if let kernel = kernels.withLock({ $0[key] }) { return kernel }
        let kernel = try Kernel(name: name, program: program(key.program), context: context)
        return kernels.withLock { kernels in
            // Another task may have been faster: all share its kernel.
            if let first = kernels[key] { return first }
            kernels[key] = kernel
            return kernel
        }
    }

    private func slot(_ key: ProgramSpecification) -> Slot {
        slots.withLock { slots in
            if let slot = slots[key] { return slot }
            let slot = Slot()
            slots[key] = slot
            return slot
        }
    }

    /// A program, built when it is first asked for.
    @discardableResult
    func program(_ key: ProgramSpecification) throws(OpenCLError) -> Program {
        try slot(key).program.withLock { (program) throws(OpenCLError) in
            if let program { return program }
            let built = try build(key)
            program = built
            return built
        }
    }

    /// Does something with the recipe of a program that is not built, nor being built, while others that want it wait.
    func withRecipe(ofMissing key: ProgramSpecification, _ body: (ProgramRecipe) -> Void) {
        _ = slot(key).program.withLockIfAvailable { program in
            // What cannot be read is met again by who asks for the program.
            if program == nil, let recipe = try? recipe(key) { body(recipe) }
        }
    }

    private func recipe(_ key: ProgramSpecification) throws(OpenCLError) -> ProgramRecipe {
        ProgramRecipe(
            source: try sources.resolved(key.file, preamble: Program.preamble),
            file: key.file,
            location: sources.location(key.file),
            options: key.options,
            allOptions: Program.standardOptions(for: context.device, warns: warned != nil) + key.options
        )
    }

    private func build(_ key: ProgramSpecification) throws(OpenCLError) -> Program {
        let recipe = try recipe(key)
        guard let cache else { return try compile(recipe) }
        let cacheKey = CacheKey(
            source: recipe.source.text,
            options: recipe.allOptions,
            driverFingerprint: context.device.driverFingerprint
        )
        switch cache.load(cacheKey) {
        case .found(let binary):
            if let program = Program.load(binary, recipe, context: context) {
                counts.withLock { $0.loaded += 1 }
                return program
            }
            counts.withLock { $0.rejected += 1 }
        case .unusable:
            counts.withLock { $0.rejected += 1 }
        case .missing:
            break
        }
        let program = try compile(recipe)
        if let binary = program.binary(), cache.store(binary, for: cacheKey) {
            counts.withLock { $0.stored += 1 }
        }
        return program
    }

    private func compile(_ recipe: ProgramRecipe) throws(OpenCLError) -> Program {
        let program = try Program.compile(recipe, context: context, warned: warned)
        counts.withLock { $0.compiled += 1 }
        return program
    }
}
