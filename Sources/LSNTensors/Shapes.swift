/// Rounds `value` up to a multiple of `step`.
@inlinable
public func roundUp(_ value: Int, toMultipleOf step: Int) -> Int {
    (value + step - 1) / step * step
}

/// The shape of an activation: `images` pictures of `height` × `width` pixels with `channels` values each.
///
/// Time is folded into `images` with time outermost: image `t * N + n` is time step `t` of sample `n`.
public struct ImageShape: Hashable, Sendable, CustomStringConvertible {
    /// T·N for a sequence, N for a static picture.
    public var images: Int
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int
    /// Values a pixel.
    public var channels: Int

    /// Channels are stored rounded up to a multiple of this, so that a vector kernel never straddles two pixels.
    public static let channelAlignment = 8
    /// Spikes of this many channels share a word.
    public static let spikesPerWord = 32

    /// A shape; every extent is at least 1.
    public init(images: Int, height: Int, width: Int, channels: Int) {
        self.images = images
        self.height = height
        self.width = width
        self.channels = channels
    }

    /// Pixels of one image.
    public var area: Int { height * width }
    /// Pixels of all images.
    public var pixels: Int { images * height * width }
    /// Values, spare channels not counted.
    public var count: Int { pixels * channels }
    /// Floats from one pixel to the next in a real tensor: channels rounded up to ``channelAlignment``.
    public var channelStride: Int { roundUp(channels, toMultipleOf: Self.channelAlignment) }
    /// Words from one pixel to the next in a spike tensor.
    public var wordsPerPixel: Int { (channels + Self.spikesPerWord - 1) / Self.spikesPerWord }
    /// Words that a real tensor of this shape occupies.
    public var realWords: Int { pixels * channelStride }
    /// Words that a spike tensor of this shape occupies.
    public var spikeWords: Int { pixels * wordsPerPixel }

    /// This shape with another number of images.
    public func with(images: Int) -> ImageShape {
        ImageShape(images: images, height: height, width: width, channels: channels)
    }

    /// For people.
    public var description: String { "[\(images), \(channels), \(height), \(width)]" }
}

/// The shape of a convolution's weights, in PyTorch's words `[outputs, inputs, height, width]`.
///
/// A fully connected layer is a filter of height and width 1.
public struct FilterShape: Hashable, Sendable, CustomStringConvertible {
    /// Output channels.
    public var outputs: Int
    /// Input channels.
    public var inputs: Int
    /// Rows of the window.
    public var height: Int
    /// Columns of the window.
    public var width: Int

    /// A shape; every extent is at least 1.
    public init(outputs: Int, inputs: Int, height: Int, width: Int) {
        self.outputs = outputs
        self.inputs = inputs
        self.height = height
        self.width = width
    }

    /// Positions of the window.
    public var taps: Int { height * width }
    /// Weights, spare outputs not counted.
    public var count: Int { outputs * inputs * taps }
    /// Floats from one input channel to the next in storage.
    public var outputStride: Int { roundUp(outputs, toMultipleOf: ImageShape.channelAlignment) }
    /// Words of storage: `[height][width][inputs][outputStride]`.
    public var words: Int { taps * inputs * outputStride }

    /// For people.
    public var description: String { "[\(outputs), \(inputs), \(height), \(width)]" }
}

/// How a convolution or a pooling window moves over its input.
public struct WindowGeometry: Hashable, Sendable {
    /// Pixels from one window to the next, in both directions.
    public var stride: Int
    /// Rows and columns of zeros around the input.
    public var padding: Int

    /// The largest stride, padding and pooling window: coordinates of 32 bits do not overflow.
    static let limit = 1 << 20

    /// A geometry; `stride` at least 1, `padding` at least 0.
    public init(stride: Int = 1, padding: Int = 0) {
        self.stride = stride
        self.padding = padding
    }

    /// Extent of the output along one axis: ⌊(input + 2·padding − window) / stride⌋ + 1.
    public func outputExtent(_ input: Int, window: Int) -> Int {
        (input + 2 * padding - window) / stride + 1
    }

    /// The shape that a convolution with this geometry makes from `input`.
    public func output(of input: ImageShape, filter: FilterShape) -> ImageShape {
        ImageShape(
            images: input.images,
            height: outputExtent(input.height, window: filter.height),
            width: outputExtent(input.width, window: filter.width),
            channels: filter.outputs
        )
    }

    /// The shape that pooling over `window` × `window` pixels makes from `input`.
    public func output(of input: ImageShape, window: Int) -> ImageShape {
        ImageShape(
            images: input.images,
            height: outputExtent(input.height, window: window),
            width: outputExtent(input.width, window: window),
            channels: input.channels
        )
    }
}
