import LSNOpenCLRuntime
public import LSNTensors
import Synchronization

/// Memory that a pool gave out or holds.
struct PooledMemory: Sendable {
    /// nil in a dry run.
    let buffer: Buffer?
    let bytes: Int
}

/// Buffers that are kept for reuse, by size. A step of training asks for the same sizes as the step before, so after
/// the first it allocates nothing.
final class StoragePool: Sendable {
    private struct State {
        var free: [Int: [PooledMemory]] = [:]
        var usage = MemoryUsage()
        /// What storages and what is kept may take together, as long as giving up what is kept is enough for it.
        var limitBytes: Int
    }

    /// nil in a dry run, where memory is only counted.
    private let queue: ComputeQueue?
    private let state: Mutex<State>

    init(queue: ComputeQueue?, limitBytes: Int = .max) {
        self.queue = queue
        state = Mutex(State(limitBytes: limitBytes))
    }

    func limit(to bytes: Int) {
        state.withLock { $0.limitBytes = bytes }
    }

    var usage: MemoryUsage { state.withLock { $0.usage } }

    func resetPeak() {
        state.withLock { state in
            state.usage.peakBytesInUse = state.usage.bytesInUse
            state.usage.peakBytesHeld = state.usage.bytesInUse + state.usage.pooledBytes
            state.usage.largestStorageBytes = 0
        }
    }

    /// At least `words` words.
    func take(words: Int) throws(BackendError) -> PooledMemory {
        let bytes = try Self.bytes(words: words)
        let kept = state.withLock { (state) -> PooledMemory? in
            guard let memory = state.free[bytes]?.popLast() else { return nil }
            state.usage.pooledBytes -= bytes
            return memory
        }
        let memory = if let kept { kept } else { try allocate(bytes: bytes) }
        state.withLock { $0.usage.take(bytes) }
        return memory
    }

    private func allocate(bytes: Int) throws(BackendError) -> PooledMemory {
        guard let queue else { return PooledMemory(buffer: nil, bytes: bytes) }
        // Where what is kept and what is asked would not fit together, what is kept goes first.
        let isShort = state.withLock { state in
            let held = state.usage.bytesInUse + state.usage.pooledBytes
            return state.usage.pooledBytes > 0 && held > state.limitBytes - bytes
        }
        if isShort {
            try mapped { () throws(OpenCLError) in try release(queue) }
        }
        let buffer = try attempt { () throws(OpenCLError) in try queue.allocate(bytes: bytes) }
        return PooledMemory(buffer: buffer, bytes: bytes)
    }

    /// Takes memory back.
    func give(_ memory: PooledMemory) {
        state.withLock { state in
            state.usage.bytesInUse -= memory.bytes
            state.usage.pooledBytes += memory.bytes
            state.free[memory.bytes, default: []].append(memory)
        }
    }

    /// Runs `body`; where the device has no memory left for it, gives the device back what the pool holds and tries
    /// once more. (Some devices find out at a buffer's first use, so this is not for allocations only.)
    func attempt<Result>(_ body: () throws(OpenCLError) -> Result) throws(BackendError) -> Result {
        do throws(OpenCLError) {
            return try body()
        } catch {
            guard case .outOfMemory = error, usage.pooledBytes > 0 else { throw BackendError(error) }
        }
        return try mapped { () throws(OpenCLError) in
            if let queue { try release(queue) }
            return try body()
        }
    }

    /// Gives the device back what is kept.
    private func release(_ queue: ComputeQueue) throws(OpenCLError) {
        // Buffers that running commands use are released when those are done.
        try queue.finish()
        let released = state.withLock { (state) -> [Int: [PooledMemory]] in
            state.usage.pooledBytes = 0
            defer { state.free = [:] }
            return state.free
        }
        _ = consume released
    }

    /// What a storage takes.
    static func bytes(words: Int) throws(BackendError) -> Int {
        let (bytes, overflow) = bucket(words: words).multipliedReportingOverflow(by: wordBytes)
        guard !overflow else {
            throw .mismatch(operation: "allocate", detail: "\(words) words are more than any device has")
        }
        return bytes
    }

    /// Words are rounded up to one of eight sizes an octave: at most an eighth is lost, and sizes that are nearly alike
    /// share their buffers.
    static func bucket(words: Int) -> Int {
        let smallest = 64
        guard words > smallest else { return smallest }
        let octave = Int.bitWidth - 1 - words.leadingZeroBitCount
        let step = max(smallest, 1 << (octave - 3))
        let (rounded, overflow) = words.addingReportingOverflow(step - 1)
        return overflow ? words : rounded / step * step
    }
}

extension MemoryUsage {
    /// Counts a storage that is given out, wherever it came from.
    fileprivate mutating func take(_ bytes: Int) {
        bytesInUse += bytes
        peakBytesInUse = max(peakBytesInUse, bytesInUse)
        peakBytesHeld = max(peakBytesHeld, bytesInUse + pooledBytes)
        largestStorageBytes = max(largestStorageBytes, bytes)
    }
}

extension OpenCLBackend: MemoryCounting {
    /// Device memory that this backend holds.
    public var memoryUsage: MemoryUsage { pool.usage }

    /// Forgets the peaks of ``memoryUsage``: they start again from what is held now.
    public func resetPeakMemoryUsage() {
        pool.resetPeak()
    }

    /// See `StoragePool`.
    public func limitMemory(to bytes: Int) {
        pool.limit(to: bytes)
    }

    /// What a storage of `words` words takes of the device: see `StoragePool.bucket(words:)`.
    public func storageBytes(words: Int) -> Int {
        (try? StoragePool.bytes(words: words)) ?? .max
    }
}
