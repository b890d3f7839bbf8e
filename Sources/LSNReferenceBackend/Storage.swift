public import LSNTensors
import Synchronization

/// Some words of host memory, owned or shared with the storage it is a slice of.
public final class ReferenceStorage: Storage {
    /// Words that a storage and its slices share.
    private final class Memory: Sendable {
        let words: Mutex<[UInt32]>

        init(_ words: [UInt32]) {
            self.words = Mutex(words)
        }
    }

    /// What `allocate` leaves behind: as a float it is not a number, as spikes all spare bits are set, as an integer it
    /// is out of every range. Whoever relies on undefined contents notices.
    private static let undefined = UInt32.max

    private let memory: Memory
    private let offset: Int
    /// Words of this storage.
    public let words: Int

    init(words count: Int) {
        memory = Memory([UInt32](repeating: Self.undefined, count: count))
        offset = 0
        words = count
    }

    private init(memory: Memory, offset: Int, count: Int) {
        self.memory = memory
        self.offset = offset
        words = count
    }

    func slice(offset start: Int, count: Int) -> ReferenceStorage {
        ReferenceStorage(memory: memory, offset: offset + start, count: count)
    }

    func fill(_ value: UInt32, count: Int) {
        memory.words.withLock { words in
            for index in offset..<offset + count { words[index] = value }
        }
    }

    func write(_ values: [UInt32], at start: Int = 0) {
        memory.words.withLock { words in
            for index in values.indices { words[offset + start + index] = values[index] }
        }
    }

    func write(_ values: [Float]) {
        memory.words.withLock { words in
            for index in values.indices { words[offset + index] = values[index].bitPattern }
        }
    }

    func words(_ count: Int) -> [UInt32] {
        memory.words.withLock { words in Array(words[offset..<offset + count]) }
    }

    func floats(_ count: Int) -> [Float] {
        memory.words.withLock { words in words[offset..<offset + count].map(Float.init(bitPattern:)) }
    }
}

extension ReferenceBackend {
    /// `reference`.
    public var deviceName: String { "reference" }

    /// Fixed, so that parameters are laid out alike whatever the backend.
    public var sliceAlignment: Int { 64 }

    /// Whether a reference backend made it; any of them will do.
    public func owns(_ storage: any Storage) -> Bool { storage is ReferenceStorage }

    /// Words of an undefined value that shows when it is used.
    public func allocate(words: Int) throws(BackendError) -> any Storage {
        ReferenceStorage(words: words)
    }

    /// Sets the first `count` words to `value`.
    public func fill(_ storage: any Storage, with value: UInt32, count: Int) throws(BackendError) {
        try own(storage).fill(value, count: count)
    }

    /// A part that shares the memory of `storage`.
    public func slice(_ storage: any Storage, offset: Int, count: Int) throws(BackendError) -> any Storage {
        try own(storage).slice(offset: offset, count: count)
    }

    /// Copies `words` to the start of `storage`.
    public func write(_ words: [UInt32], to storage: any Storage) throws(BackendError) {
        try own(storage).write(words)
    }

    /// Copies the first `count` words.
    public func read(_ storage: any Storage, count: Int) throws(BackendError) -> [UInt32] {
        try own(storage).words(count)
    }

    /// Nothing to wait for: operations are complete when they return.
    public func synchronize() throws(BackendError) {}
}
