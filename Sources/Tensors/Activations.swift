/// Real values on a device: `[images][height][width][channelStride]` floats.
///
/// Spare channels (from `channels` to `channelStride`) hold zeros, always: kernels rely on it and keep it so.
public struct RealTensor<B: StorageOperations>: Sendable {
    /// The logical shape.
    public let shape: ImageShape
    /// `shape.realWords` words.
    public let storage: B.Storage

    /// Wraps a storage that already has the layout.
    public init(shape: ImageShape, storage: B.Storage) {
        self.shape = shape
        self.storage = storage
    }
}

/// Spikes on a device, one bit each: `[images][height][width][wordsPerPixel]` words, channel `32w + i` in bit `i` of
/// word `w`. Spare bits are 0, always.
public struct SpikeTensor<B: StorageOperations>: Sendable {
    /// The logical shape.
    public let shape: ImageShape
    /// `shape.spikeWords` words.
    public let storage: B.Storage

    /// Wraps a storage that already has the layout.
    public init(shape: ImageShape, storage: B.Storage) {
        self.shape = shape
        self.storage = storage
    }
}

/// What travels between layers: spikes where the architecture is binary, real values elsewhere (images, the integer
/// sums of SEW-ResNet, the sums of pre-activation networks).
public enum Activation<B: StorageOperations>: Sendable {
    case spikes(SpikeTensor<B>)
    case real(RealTensor<B>)

    /// The logical shape.
    public var shape: ImageShape {
        switch self {
        case .spikes(let tensor): tensor.shape
        case .real(let tensor): tensor.shape
        }
    }
}

/// Weights of a convolution or of a fully connected layer on a device: `[height][width][inputs][outputStride]` floats,
/// spare outputs zero.
public struct Filter<B: StorageOperations>: Sendable {
    /// The logical shape.
    public let shape: FilterShape
    /// `shape.words` words.
    public let storage: B.Storage

    /// Wraps a storage that already has the layout.
    public init(shape: FilterShape, storage: B.Storage) {
        self.shape = shape
        self.storage = storage
    }
}

/// One value a channel on a device, padded with zeros to `ImageShape.channelGroup`.
public struct ChannelVector<B: StorageOperations>: Sendable {
    /// Values that count.
    public let channels: Int
    /// `channels` rounded up to `ImageShape.channelGroup` words.
    public let storage: B.Storage

    /// Wraps a storage that already has the layout.
    public init(channels: Int, storage: B.Storage) {
        self.channels = channels
        self.storage = storage
    }
}
