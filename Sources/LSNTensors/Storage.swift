/// Some words of a backend's memory. It lives as long as something refers to it.
public protocol Storage: AnyObject, Sendable {
    /// How many words it holds.
    var words: Int { get }
}

/// Where a backend's storages live and its kernels run. Everything is counted in 32-bit words, which hold a float, an
/// integer or 32 spikes. As of kernels, operands are trusted.
public protocol BackendDevice: Sendable {
    /// For people.
    var deviceName: String { get }
    /// Whether operations are compiled when they are first used.
    var buildsKernels: Bool { get }
    /// Slices must start at a multiple of this many words.
    var sliceAlignment: Int { get }

    /// Whether this kind of backend made `storage`.
    func owns(_ storage: any Storage) -> Bool
    /// As ``Backend/allocate(words:)``.
    func allocate(words: Int) throws(BackendError) -> any Storage
    /// As ``Backend/fill(_:with:count:)``.
    func fill(_ storage: any Storage, with value: UInt32, count: Int) throws(BackendError)
    /// As ``Backend/slice(_:offset:count:)``.
    func slice(_ storage: any Storage, offset: Int, count: Int) throws(BackendError) -> any Storage
    /// As `Backend.write`.
    func write(_ words: [UInt32], to storage: any Storage) throws(BackendError)
    /// As ``Backend/read(_:count:)``.
    func read(_ storage: any Storage, count: Int) throws(BackendError) -> [UInt32]
    /// As ``Backend/synchronize()``.
    func synchronize() throws(BackendError)
    /// As ``Backend/profiled(_:)``.
    func profiled<Result>(_ body: () throws -> Result) throws -> (result: Result, profile: LaunchProfile?)
}

extension BackendDevice {
    /// Nothing is compiled.
    public var buildsKernels: Bool { false }

    /// Nothing is timed.
    public func profiled<Result>(_ body: () throws -> Result) throws -> (result: Result, profile: LaunchProfile?) {
        (try body(), nil)
    }
}

extension Backend {
    /// Slices must start at a multiple of this many words.
    public var sliceAlignment: Int { kernels.device.sliceAlignment }

    /// Words with undefined contents; none is allowed.
    ///
    /// - Throws: ``BackendError/mismatch(operation:detail:)`` for a negative number; where the device has no memory left,
    ///   what it said.
    public func allocate(words: Int) throws(BackendError) -> any Storage {
        try require(words >= 0, "allocate", "\(words) words were asked for")
        return try kernels.device.allocate(words: words)
    }

    /// Sets the first `count` words to `value`; a mismatch where there are fewer.
    public func fill(_ storage: any Storage, with value: UInt32, count: Int) throws(BackendError) {
        try requireRoom(count, in: storage, "fill", "the storage")
        try kernels.device.fill(storage, with: value, count: count)
    }

    /// A part of `storage`, from no word to all, that shares its memory; a mismatch where it does not lie within, or
    /// `offset` is no multiple of ``sliceAlignment``.
    public func slice(_ storage: any Storage, offset: Int, count: Int) throws(BackendError) -> any Storage {
        try requireRoom(0, in: storage, "slice", "the storage")
        try require(
            offset >= 0 && count >= 0 && offset <= storage.words && count <= storage.words - offset,
            "slice",
            "\(count) words at \(offset) do not lie in a storage of \(storage.words) words"
        )
        try require(
            offset % sliceAlignment == 0,
            "slice",
            "offset \(offset) is no multiple of the alignment, \(sliceAlignment) words"
        )
        return try kernels.device.slice(storage, offset: offset, count: count)
    }

    /// Copies words from the host to the start of `storage`; returns when `words` may be reused. A mismatch where they do
    /// not fit.
    public func write(_ words: [UInt32], to storage: any Storage) throws(BackendError) {
        try requireRoom(words.count, in: storage, "write", "the storage")
        try kernels.device.write(words, to: storage)
    }

    /// Copies the first `count` words to the host, after all that was enqueued before; a mismatch where there are fewer.
    public func read(_ storage: any Storage, count: Int) throws(BackendError) -> [UInt32] {
        try requireRoom(count, in: storage, "read", "the storage")
        return try kernels.device.read(storage, count: count)
    }

    /// Waits for all that was enqueued.
    public func synchronize() throws(BackendError) {
        try kernels.device.synchronize()
    }

    /// Words that are all zero: 0.0 as floats.
    public func zeros(words: Int) throws(BackendError) -> any Storage {
        let storage = try allocate(words: words)
        try fill(storage, with: 0, count: words)
        return storage
    }

    /// New storage that holds `words`.
    public func upload(_ words: [UInt32]) throws(BackendError) -> any Storage {
        let storage = try allocate(words: max(words.count, 1))
        try write(words, to: storage)
        return storage
    }

    /// New storage that holds `values`.
    public func upload(_ values: [Float]) throws(BackendError) -> any Storage {
        try upload(values.map(\.bitPattern))
    }

    /// Copies floats from the host.
    public func write(_ values: [Float], to storage: any Storage) throws(BackendError) {
        try write(values.map(\.bitPattern), to: storage)
    }

    /// Copies the first `count` floats to the host.
    public func readFloats(_ storage: any Storage, count: Int) throws(BackendError) -> [Float] {
        try read(storage, count: count).map(Float.init(bitPattern:))
    }
}
