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
    /// From now on, bytes that storages and those kept for reuse may take together, before what is kept is given back.
    func limitMemory(to bytes: Int)
}

/// How much memory a device and its host have, in bytes.
public struct MemoryLimits: Hashable, Sendable {
    /// All that storages may take together.
    public var totalBytes: Int
    /// The most that one may take.
    public var largestStorageBytes: Int
    /// What the host has left beside; nil where the device computes in the host's memory, which is then ``totalBytes``.
    public var hostBytes: Int?

    /// Gathers what belongs together.
    public init(totalBytes: Int, largestStorageBytes: Int, hostBytes: Int?) {
        self.totalBytes = totalBytes
        self.largestStorageBytes = largestStorageBytes
        self.hostBytes = hostBytes
    }

    /// Whether so much fits: storages of `total` bytes at once, one of `largestStorage`, and on the host `checkpoint`.
    public func fit(total: Int, largestStorage: Int, checkpoint: Int) -> Bool {
        let left = totalBytes - (hostBytes == nil ? checkpoint : 0)
        return total <= left && largestStorage <= largestStorageBytes && checkpoint <= hostBytes ?? .max
    }
}
