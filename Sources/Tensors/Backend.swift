/// Something that computes: OpenCL on a device, or the plain Swift reference.
///
/// Layers never ask which one they have. Operations are eager and in order: each returns as soon as it is enqueued, and
/// what it returns may be handed on at once. Storage lives as long as something refers to it; storage of another kind of
/// backend is a mismatch. Operations come in families, one protocol each; a kernel folder, a file of the OpenCL backend, a file of the
/// reference and a file of parity cases go with every family.
public typealias Backend = any BackendOperations

/// Every family of operations: see ``Backend``.
public protocol BackendOperations: StorageOperations, NormalizedConvolutionOperations, NeuronOperations,
    LogicGateOperations,
    ElementwiseOperations, PoolingOperations, HeadOperations, OptimizerOperations, AugmentationOperations,
    HealthOperations, MeasurementOperations
{
    /// For people: the device's name.
    var deviceName: String { get }

    /// Whether operations are compiled when they are first used, so that first calls take longer than later ones.
    var buildsKernels: Bool { get }

    /// Runs `body`, waits for all that it enqueued, and says how long its kernels ran; nil where there are none to time.
    func profiled<Result>(_ body: () throws -> Result) throws -> (result: Result, profile: LaunchProfile?)
}

extension BackendOperations {
    /// Nothing is compiled.
    public var buildsKernels: Bool { false }

    /// Nothing is timed.
    public func profiled<Result>(_ body: () throws -> Result) throws -> (result: Result, profile: LaunchProfile?) {
        (try body(), nil)
    }
}

/// Some words of a backend's memory. It lives as long as something refers to it.
public protocol Storage: AnyObject, Sendable {
    /// How many words it holds.
    var words: Int { get }
}

/// Memory. Everything is counted in 32-bit words, which hold a float, an integer or 32 spikes.
public protocol StorageOperations: Sendable {
    /// Slices must start at a multiple of this many words.
    var sliceAlignment: Int { get }

    /// Words with undefined contents; none is allowed.
    ///
    /// - Throws: ``BackendError/mismatch(operation:detail:)`` for a negative number; where the device has no memory left,
    ///   what it said.
    func allocate(words: Int) throws(BackendError) -> any Storage
    /// Sets the first `count` words to `value`; a mismatch where there are fewer.
    func fill(_ storage: any Storage, with value: UInt32, count: Int) throws(BackendError)
    /// A part of `storage`, from no word to all, that shares its memory; a mismatch where it does not lie within, or `offset`
    /// is no multiple of ``sliceAlignment``.
    func slice(_ storage: any Storage, offset: Int, count: Int) throws(BackendError) -> any Storage
    /// Copies words from the host to the start of `storage`; returns when `words` may be reused. A mismatch where they do not
    /// fit.
    func write(_ words: [UInt32], to storage: any Storage) throws(BackendError)
    /// Copies the first `count` words to the host, after all that was enqueued before; a mismatch where there are fewer.
    func read(_ storage: any Storage, count: Int) throws(BackendError) -> [UInt32]
    /// Waits for all that was enqueued.
    func synchronize() throws(BackendError)
}

extension StorageOperations {
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

extension BackendOperations {
    /// A real tensor from `[N, C, H, W]` values; a mismatch where they are not as many.
    public func realTensor(_ values: [Float], shape: ImageShape) throws(BackendError) -> RealTensor {
        try require(values, shape.count, "realTensor", "\(shape)")
        return RealTensor(shape: shape, storage: try upload(HostLayout.realWords(values, shape: shape)))
    }

    /// A spike tensor from `[N, C, H, W]` values, each 0 or 1; a mismatch where they are not as many.
    public func spikeTensor(_ values: [Float], shape: ImageShape) throws(BackendError) -> SpikeTensor {
        try require(values, shape.count, "spikeTensor", "\(shape)")
        return SpikeTensor(shape: shape, storage: try upload(HostLayout.spikeWords(values, shape: shape)))
    }

    /// A filter from `[out, in, kH, kW]` weights; a mismatch where they are not as many.
    public func filter(_ values: [Float], shape: FilterShape) throws(BackendError) -> Filter {
        try require(values, shape.count, "filter", "\(shape)")
        return Filter(shape: shape, storage: try upload(HostLayout.filterWords(values, shape: shape)))
    }

    private func require(_ values: [Float], _ count: Int, _ operation: String, _ shape: String) throws(BackendError) {
        guard values.count == count else {
            throw .mismatch(
                operation: operation,
                detail: "\(values.count) values for shape \(shape), which has \(count)"
            )
        }
    }

    /// One value a channel.
    public func channelVector(_ values: [Float]) throws(BackendError) -> ChannelVector {
        ChannelVector(channels: values.count, storage: try upload(HostLayout.channelWords(values)))
    }

    /// `[N, C, H, W]` values of a real tensor.
    public func values(_ tensor: RealTensor) throws(BackendError) -> [Float] {
        HostLayout.realValues(
            try readFloats(tensor.storage, count: tensor.shape.realWords),
            shape: tensor.shape
        )
    }

    /// `[N, C, H, W]` values of a spike tensor, 0 or 1.
    public func values(_ tensor: SpikeTensor) throws(BackendError) -> [Float] {
        HostLayout.spikeValues(try read(tensor.storage, count: tensor.shape.spikeWords), shape: tensor.shape)
    }

    /// `[out, in, kH, kW]` weights of a filter.
    public func values(_ filter: Filter) throws(BackendError) -> [Float] {
        HostLayout.filterValues(
            try readFloats(filter.storage, count: filter.shape.words),
            shape: filter.shape
        )
    }

    /// One value a channel.
    public func values(_ vector: ChannelVector) throws(BackendError) -> [Float] {
        try readFloats(vector.storage, count: vector.channels)
    }
}
