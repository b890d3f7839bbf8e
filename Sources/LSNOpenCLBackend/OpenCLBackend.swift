public import LSNOpenCLRuntime
public import LSNTensors

/// Computes on an OpenCL device.
///
/// Every operation enqueues its kernels and returns; the queue runs them in order, so results can be handed on at once.
/// Only ``write(_:to:)``, ``read(_:count:)`` and ``synchronize()`` wait. Every reduction has an order that depends on
/// shapes alone: the same calls give the same bits.
///
/// Its kernels are OpenCL C 1.2. ``WorkMapping`` says how they share work out: on CPUs (SIMD) an item is a work-group and
/// owns a run of pixels and 8 or 16 channels, on GPUs (SIMT) the items of a work-group lie side by side.
public final class OpenCLBackend: Sendable {
    /// Where the kernels run; nil in a dry run.
    public let queue: ComputeQueue?
    /// The alignment that the device asks of sub-buffers, and at least 64 words, so that vectors of slices lie aligned.
    public let sliceAlignment: Int
    /// Of the device; some operations share their work out by it.
    let computeUnits: Int
    /// What convolutions hold their sums in.
    let registers: VectorRegisters
    /// By which convolutions choose their kernels.
    let choices: KernelChoices
    let pool: StoragePool
    let kernels = KernelTable()
    let pictureTables = PictureTables()
    let launchPlan = LaunchPlan()
    let guards: MemoryGuards?

    /// A backend that computes on the queue's device, with the kernels of the queue's sources
    /// (``LSNOpenCLRuntime/KernelSourceTree`` has the embedded ones).
    ///
    /// - Parameters:
    ///   - queue: where to compute.
    ///   - choices: by which convolutions choose their kernels.
    ///   - memoryLimit: bytes that storages and those kept for reuse may take together, before what is kept is given back; nil:
    ///     the device's memory. A device that computes in the host's memory has less than that.
    ///   - guardsMemory: whether words beside every storage are watched, for checks: see ``damagedStorages()``.
    public convenience init(
        queue: ComputeQueue,
        choices: KernelChoices = .standard,
        memoryLimit: Int? = nil,
        guardsMemory: Bool = false
    ) throws(BackendError) {
        try self.init(
            queue: queue,
            registers: VectorRegisters(lanes: queue.device.nativeFloatVectorWidth),
            choices: choices,
            memoryLimit: memoryLimit,
            guardsMemory: guardsMemory
        )
    }

    /// The same with tiles for any processor's registers.
    init(
        queue: ComputeQueue,
        registers: VectorRegisters,
        choices: KernelChoices = .standard,
        memoryLimit: Int? = nil,
        guardsMemory: Bool = false
    ) throws(BackendError) {
        self.queue = queue
        self.choices = choices
        sliceAlignment = Self.sliceAlignment(queue.device)
        computeUnits = queue.device.computeUnits
        self.registers = registers
        guards = guardsMemory ? MemoryGuards() : nil
        pool = StoragePool(queue: queue, limitBytes: memoryLimit ?? queue.device.globalMemoryBytes)
    }

    /// A backend that goes through every operation and counts the memory that it would take, but
    /// holds no memory and computes nothing: what is read back is 0.
    ///
    /// - Parameters:
    ///   - device: which it is like; nil: like most.
    ///   - choices: by which convolutions choose their kernels.
    ///   - computeUnits: of the device, where it is to be unlike `device`.
    public init(dryRunFor device: DeviceInfo?, choices: KernelChoices = .standard, computeUnits: Int? = nil) {
        queue = nil
        self.choices = choices
        sliceAlignment = device.map(Self.sliceAlignment) ?? 64
        self.computeUnits = computeUnits ?? device?.computeUnits ?? 2
        registers = VectorRegisters(lanes: device?.nativeFloatVectorWidth ?? 16)
        guards = nil
        pool = StoragePool(queue: nil)
    }

    private static func sliceAlignment(_ device: DeviceInfo) -> Int {
        max(64, device.baseAddressAlignmentBytes / wordBytes)
    }

    /// The device's name.
    public var deviceName: String { queue?.device.name ?? "dry run" }

    /// Kernels are, and drivers finish their work when a kernel is first launched.
    public var buildsKernels: Bool { queue != nil }
}

/// Each family of operations stands in a file of its name.
extension OpenCLBackend: BackendKernels {}

extension OpenCLBackend: BackendDevice {
    /// Whether an OpenCL backend made it.
    public func owns(_ storage: any Storage) -> Bool { storage is OpenCLStorage }

    /// Words with undefined contents, from the pool where it has some of that size.
    public func allocate(words: Int) throws(BackendError) -> any Storage {
        guard let guards else { return try pooled(words: words) }
        let margin = sliceAlignment
        return try guards.surround(pooled(words: words + 2 * margin), words: words, margin: margin, on: self)
    }

    private func pooled(words: Int) throws(BackendError) -> OpenCLStorage {
        OpenCLStorage(memory: try pool.take(words: words), words: words, pool: pool)
    }

    /// Sets the first `count` words to `value`; does not wait.
    public func fill(_ storage: any Storage, with value: UInt32, count: Int) throws(BackendError) {
        guard let buffer = try OpenCLStorage.own(storage).buffer, let queue else { return }
        try pool.attempt { () throws(OpenCLError) in try queue.fill(buffer, word: value, count: count) }
    }

    /// A part of `storage` that shares its memory and keeps it alive; `offset` is a multiple of ``sliceAlignment``.
    public func slice(_ storage: any Storage, offset: Int, count: Int) throws(BackendError) -> any Storage {
        let storage = try OpenCLStorage.own(storage)
        guard let queue, let buffer = storage.buffer else {
            return OpenCLStorage(buffer: nil, words: count, parent: storage)
        }
        let part = try mapped { () throws(OpenCLError) in
            try queue.slice(buffer, byteOffset: offset * wordBytes, bytes: count * wordBytes)
        }
        return OpenCLStorage(buffer: part, words: count, parent: storage)
    }

    /// Copies words from the host; returns when `words` may be reused.
    public func write(_ words: [UInt32], to storage: any Storage) throws(BackendError) {
        guard let buffer = try OpenCLStorage.own(storage).buffer, let queue else { return }
        try pool.attempt { () throws(OpenCLError) in
            try unsafe words.span.withUnsafeBytes { (bytes) throws(OpenCLError) in
                try unsafe queue.write(bytes, to: buffer)
            }
        }
    }

    /// Copies the first `count` words to the host, after all that was enqueued before.
    public func read(_ storage: any Storage, count: Int) throws(BackendError) -> [UInt32] {
        var words = [UInt32](repeating: 0, count: count)
        guard let buffer = try OpenCLStorage.own(storage).buffer, let queue else { return words }
        try pool.attempt { () throws(OpenCLError) in
            var span = words.mutableSpan
            try unsafe span.withUnsafeMutableBytes { (bytes) throws(OpenCLError) in
                try unsafe queue.read(buffer, into: bytes)
            }
        }
        return words
    }

    /// New storage that holds `words`: a kernel's tables.
    func upload(_ words: [UInt32]) throws(BackendError) -> any Storage {
        let storage = try allocate(words: words.count)
        try write(words, to: storage)
        return storage
    }

    /// Waits for all that was enqueued.
    public func synchronize() throws(BackendError) {
        guard let queue else { return }
        try mapped { () throws(OpenCLError) in try queue.finish() }
    }
}

/// Bytes of a word of storage.
let wordBytes = MemoryLayout<UInt32>.size

/// Runs `body` and says what it throws as a backend does.
func mapped<Result>(_ body: () throws(OpenCLError) -> Result) throws(BackendError) -> Result {
    do throws(OpenCLError) {
        return try body()
    } catch {
        throw BackendError(error)
    }
}

extension BackendError {
    /// What the runtime reported, in a backend's words.
    init(_ error: OpenCLError) {
        switch error {
        case .outOfMemory(let requested, let limit, let device):
            self = .outOfMemory(requestedBytes: requested, limitBytes: limit, device: device)
        default:
            self = .device(message: error.description)
        }
    }
}
