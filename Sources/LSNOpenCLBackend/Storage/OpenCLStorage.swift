import LSNOpenCLRuntime
public import LSNTensors

/// Words of device memory. When the last reference goes, whole storages return to their backend's pool; the queue works
/// in order, so whoever gets the memory next comes after whatever still uses it.
public final class OpenCLStorage: Storage {
    /// How many words it holds.
    public let words: Int
    /// nil in a dry run.
    let buffer: Buffer?
    private let owner: Owner

    private enum Owner {
        case pool(StoragePool, PooledMemory)
        /// A slice: the memory is that of another storage, which must live as long.
        case parent(OpenCLStorage)
    }

    init(memory: PooledMemory, words: Int, pool: StoragePool) {
        buffer = memory.buffer
        self.words = words
        owner = .pool(pool, memory)
    }

    init(buffer: Buffer?, words: Int, parent: OpenCLStorage) {
        self.buffer = buffer
        self.words = words
        owner = .parent(parent)
    }

    /// `storage`, which an OpenCL backend must have made.
    static func own(_ storage: any Storage) throws(BackendError) -> OpenCLStorage {
        guard let own = storage as? OpenCLStorage else {
            throw .mismatch(operation: "OpenCL kernels", detail: "a storage is of another kind of backend")
        }
        return own
    }

    deinit {
        if case .pool(let pool, let memory) = owner { pool.give(memory) }
    }
}
