/// Whatever computes: OpenCL on a device, or the plain Swift reference. Layers never ask which one they have.
///
/// This is what they call. Every operation checks its operands here, once for all backends: shapes, sizes, numbers, and
/// that storages are the backend's own; it makes its results here too. Then it hands both to the kernels of its family,
/// which trust what they are given: see ``BackendKernels``. Operands that do not fit are a
/// ``BackendError/mismatch(operation:detail:)``.
///
/// Operations are eager and in order: each returns as soon as it is enqueued, and what it returns may be handed on at
/// once. Storage lives as long as something refers to it. A file of this module, a kernel folder, a file of the OpenCL
/// backend, a file of the reference and a file of cases go with every family.
public final class Backend: Sendable {
    /// What computes.
    public let kernels: KernelFamilies

    /// A backend whose every family is `kernels`.
    public init(_ kernels: some BackendKernels) {
        self.kernels = KernelFamilies(kernels)
    }

    /// A backend of these families, which share their storage.
    public init(_ kernels: KernelFamilies) {
        self.kernels = kernels
    }

    /// For people: the device's name.
    public var deviceName: String { kernels.device.deviceName }

    /// How finely convolutions and fully connected layers of spikes round their weights.
    public var precision: Precision { kernels.convolution.precision }

    /// Whether operations are compiled when they are first used, so that first calls take longer than later ones.
    public var buildsKernels: Bool { kernels.device.buildsKernels }

    /// What counts the memory of its storages, where something does.
    public var memory: (any MemoryCounting)? { kernels.device as? any MemoryCounting }

    /// What looks after its storages, where something does.
    public var memoryGuards: (any MemoryGuarding)? { kernels.device as? any MemoryGuarding }

    /// Runs `body`, waits for all that it enqueued, and says how long its kernels ran; nil where there are none to time.
    public func profiled<Result>(
        _ body: () throws -> Result
    ) throws -> (result: Result, profile: LaunchProfile?) {
        try kernels.device.profiled(body)
    }
}
