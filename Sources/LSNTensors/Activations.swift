/// Real values on a device: `[images][height][width][channelStride]` floats.
///
/// Spare channels (from `channels` to `channelStride`) hold zeros, always: kernels rely on it and keep it so.
public struct RealTensor: Sendable {
    /// The logical shape.
    public let shape: ImageShape
    /// `shape.realWords` words.
    public let storage: any Storage

    /// Wraps a storage that already has the layout.
    public init(shape: ImageShape, storage: any Storage) {
        self.shape = shape
        self.storage = storage
    }
}

/// Spikes on a device, one bit each: `[images][height][width][wordsPerPixel]` words, channel `32w + i` in bit `i` of
/// word `w`. Spare bits are 0, always.
public struct SpikeTensor: Sendable {
    /// The logical shape.
    public let shape: ImageShape
    /// `shape.spikeWords` words.
    public let storage: any Storage

    /// Wraps a storage that already has the layout.
    public init(shape: ImageShape, storage: any Storage) {
        self.shape = shape
        self.storage = storage
    }
}

/// What travels between layers: spikes where the architecture is binary, real values elsewhere (images, the integer
/// sums of SEW-ResNet, the sums of pre-activation networks).
public enum Activation: Sendable {
    case spikes(SpikeTensor)
    case real(RealTensor)

    /// The logical shape.
    public var shape: ImageShape {
        switch self {
        case .spikes(let tensor): tensor.shape
        case .real(let tensor): tensor.shape
        }
    }

    /// The spikes' or the values'.
    public var storage: any Storage {
        switch self {
        case .spikes(let tensor): tensor.storage
        case .real(let tensor): tensor.storage
        }
    }

    /// Whether it is spikes.
    public var isSpikes: Bool {
        switch self {
        case .spikes: true
        case .real: false
        }
    }
}

/// Weights of a convolution or of a fully connected layer on a device: `[height][width][inputs][outputStride]` floats,
/// spare outputs zero.
public struct Filter: Sendable {
    /// The logical shape.
    public let shape: FilterShape
    /// `shape.words` words.
    public let storage: any Storage
    /// The grid to which the weights are rounded where spikes select them, of weights that stay as they are (see
    /// ``Backend/withFixedWeights(_:)``); nil: whoever needs it works it out from the weights of then.
    public let grid: (any Storage)?

    /// Wraps a storage that already has the layout.
    public init(shape: FilterShape, storage: any Storage) {
        self.init(shape: shape, storage: storage, grid: nil)
    }

    init(shape: FilterShape, storage: any Storage, grid: (any Storage)?) {
        self.shape = shape
        self.storage = storage
        self.grid = grid
    }
}

/// One value a channel on a device, padded with zeros to `ImageShape.channelAlignment`.
public struct ChannelVector: Sendable {
    /// Values that count.
    public let channels: Int
    /// `channels` rounded up to `ImageShape.channelAlignment` words.
    public let storage: any Storage

    /// Wraps a storage that already has the layout.
    public init(channels: Int, storage: any Storage) {
        self.channels = channels
        self.storage = storage
    }
}
