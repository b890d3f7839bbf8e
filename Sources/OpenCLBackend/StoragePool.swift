import OpenCLRuntime
import Synchronization
import Tensors

/// Device memory that a backend holds, in bytes.
public struct MemoryUsage: Hashable, Sendable {
    /// In storages that something refers to.
    public var bytesInUse: Int
    /// The most that ``bytesInUse`` has been.
    public var peakBytesInUse: Int
    /// Held for reuse.
    public var pooledBytes: Int
}

/// Buffers that are kept for reuse, by size. A step of training asks for the same sizes as the step before, so after
/// the first it allocates nothing.
final class StoragePool: Sendable {
    private struct State {
        var free: [Int: [Buffer]] = [:]
        var usage = MemoryUsage(bytesInUse: 0, peakBytesInUse: 0, pooledBytes: 0)
    }

    private let queue: ComputeQueue
    private let state = Mutex(State())

    init(queue: ComputeQueue) {
        self.queue = queue
    }

    var usage: MemoryUsage { state.withLock { $0.usage } }

    func resetPeak() {
        state.withLock { $0.usage.peakBytesInUse = $0.usage.bytesInUse }
    }

    /// A buffer of at least `words` words.
    func take(words: Int) throws(BackendError) -> Buffer {
        let bytes = Self.bucket(words: words) * wordBytes
        let kept = state.withLock { (state) -> Buffer? in
            guard let buffer = state.free[bytes]?.popLast() else { return nil }
            state.usage.pooledBytes -= bytes
            return buffer
        }
        let buffer: Buffer =
            if let kept { kept } else { try attempt { () throws(OpenCLError) in try queue.allocate(bytes: bytes) } }
        state.withLock { state in
            state.usage.bytesInUse += bytes
            state.usage.peakBytesInUse = max(state.usage.peakBytesInUse, state.usage.bytesInUse)
        }
        return buffer
    }

    /// Takes a buffer back.
    func give(_ buffer: Buffer) {
        state.withLock { state in
            state.usage.bytesInUse -= buffer.bytes
            state.usage.pooledBytes += buffer.bytes
            state.free[buffer.bytes, default: []].append(buffer)
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
            // Buffers that running commands use are released when those are done.
            try queue.finish()
            let released = state.withLock { (state) -> [Int: [Buffer]] in
                state.usage.pooledBytes = 0
                defer { state.free = [:] }
                return state.free
            }
            _ = consume released
            return try body()
        }
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
