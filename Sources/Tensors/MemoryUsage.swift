/// Device memory that a backend holds, in bytes.
public struct MemoryUsage: Hashable, Sendable {
    /// In storages that something refers to.
    public var bytesInUse = 0
    /// The most that ``bytesInUse`` has been.
    public var peakBytesInUse = 0
    /// Held for reuse.
    public var pooledBytes = 0
    /// The most that ``bytesInUse`` and ``pooledBytes`` have been together.
    public var peakBytesHeld = 0
    /// The largest storage that was asked for.
    public var largestStorageBytes = 0

    /// Of nothing yet.
    public init() {}
}

/// A backend that counts the memory of its storages.
public protocol MemoryCounting: BackendKernels {
    /// What it holds.
    var memoryUsage: MemoryUsage { get }
    /// Forgets the peaks of ``memoryUsage``: they start again from what is held now.
    func resetPeakMemoryUsage()
    /// What a storage of `words` words takes of the device.
    func storageBytes(words: Int) -> Int
}

/// How much memory a device has, in bytes.
public struct MemoryLimits: Hashable, Sendable {
    /// All that storages may take together.
    public var totalBytes: Int
    /// The most that one may take.
    public var largestStorageBytes: Int

    /// Gathers what belongs together.
    public init(totalBytes: Int, largestStorageBytes: Int) {
        self.totalBytes = totalBytes
        self.largestStorageBytes = largestStorageBytes
    }
}
