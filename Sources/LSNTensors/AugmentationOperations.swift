/// How a channel of pictures is normalised: (byte / 255 − mean) / deviation. Computed in Double and rounded once, in one place for
/// every backend.
public struct ChannelNormalization: Hashable, Sendable {
    private let mean, deviation: Double

    /// The normalisation of a channel.
    public init(mean: Float, deviation: Float) {
        (self.mean, self.deviation) = (Double(mean), Double(deviation))
    }

    /// What a byte becomes.
    public func value(ofByte byte: Int) -> Float { Float((Double(byte) / 255 - mean) / deviation) }

    /// What a level from 0 to 255 that is no byte is multiplied by.
    public var factor: Float { Float(1 / (255 * deviation)) }

    /// What is added to that product.
    public var summand: Float { Float(-mean / deviation) }
}

/// Pictures from bytes, frames from counts of events.
extension Backend {
    /// Crops, flips and normalises a batch.
    ///
    ///     x[n, c, h, w] = (byte[n, c, h + dy, w' + dx] / 255 − mean[c]) / deviation[c]
    ///
    /// with w' = width − 1 − w where the sample is flipped, else w; a byte outside the picture is 0.
    ///
    /// - Parameters:
    ///   - pixels: bytes `[images][channels][height][width]`, four to a word, the first in the lowest bits.
    ///   - transforms: three integers an image: dy, dx, and 1 where it is flipped.
    ///   - shape: of the batch.
    ///   - mean: one value a channel.
    ///   - deviation: one value a channel.
    public func prepareImages(
        pixels: any Storage,
        transforms: any Storage,
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) throws(BackendError) -> RealTensor {
        let operation = "prepareImages"
        try requirePixels(shape, operation)
        try requireConstants(mean, deviation, shape, operation)
        try requireRoom((shape.count + 3) / 4, in: pixels, operation, "the pixels")
        try requireRoom(3 * shape.images, in: transforms, operation, "the transforms")
        let output = try newTensor(shape)
        try kernels.augmentation.prepareImages(
            pixels: pixels,
            transforms: transforms,
            mean: mean,
            deviation: deviation,
            output: output
        )
        return output
    }

    /// Resizes pictures of any size, and cuts a part out of each, flips and normalises it.
    ///
    /// Along each axis, a picture of n pixels that is resized to m has at place i the weighted mean of its pixels j,
    ///
    ///     weight(j) = max(0, 1 − |j + ½ − (i + ½)·n/m| / max(n/m, 1))
    ///
    /// a bilinear filter, stretched where the picture shrinks so that every pixel counts, as Pillow's `resize` has it
    /// (without Pillow's rounding to whole levels). The part's pixel (h, w) is the resized picture's (h + top, w' + left)
    /// with w' = width − 1 − w where it is flipped, else w; it lies inside.
    ///
    /// - Parameters:
    ///   - pixels: bytes `[height][width][channels]` of each picture, from a word of its own on; four to a word, the
    ///     first in the lowest bits.
    ///   - crops: one for each image.
    ///   - shape: of the batch.
    ///   - mean: one value a channel, taken from bytes / 255.
    ///   - deviation: one value a channel, which the difference is divided by.
    public func resizeImages(
        pixels: any Storage,
        crops: [PictureCrop],
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) throws(BackendError) -> RealTensor {
        let operation = "resizeImages"
        try requirePixels(shape, operation)
        try requireConstants(mean, deviation, shape, operation)
        try requireRoom(0, in: pixels, operation, "the pixels")
        try require(crops.count == shape.images, operation, "\(crops.count) crops for \(shape.images) images")
        for crop in crops {
            let problem = crop.problem(words: pixels.words, shape: shape)
            try require(problem == nil, operation, problem ?? "")
        }
        let output = try newTensor(shape)
        try kernels.augmentation.resizeImages(
            pixels: pixels,
            crops: crops,
            mean: mean,
            deviation: deviation,
            output: output
        )
        return output
    }

    /// Rolls and flips counts of events, and brings time to the outside.
    ///
    ///     x[t·N + n, c, h, w] = count[n, t, c, (h + dy) mod height, (w' + dx) mod width]
    ///
    /// with w' = width − 1 − w where the sample is flipped, else w.
    ///
    /// - Parameters:
    ///   - counts: 16 bits `[N][timeSteps][channels][height][width]`, two to a word, the first in the lower half.
    ///   - transforms: three integers a sample: dy, dx, and 1 where it is flipped.
    ///   - shape: of the result, whose images are `timeSteps` · N.
    ///   - timeSteps: T.
    public func prepareFrames(
        counts: any Storage,
        transforms: any Storage,
        shape: ImageShape,
        timeSteps: Int
    ) throws(BackendError) -> RealTensor {
        let operation = "prepareFrames"
        try requirePixels(shape, operation)
        try require(
            timeSteps >= 1 && shape.images % max(timeSteps, 1) == 0,
            operation,
            "\(shape.images) images do not divide into \(timeSteps) time steps"
        )
        try requireRoom((shape.count + 1) / 2, in: counts, operation, "the counts")
        try requireRoom(3 * (shape.images / timeSteps), in: transforms, operation, "the transforms")
        let output = try newTensor(shape)
        try kernels.augmentation.prepareFrames(
            counts: counts,
            transforms: transforms,
            timeSteps: timeSteps,
            output: output
        )
        return output
    }

    /// Sets rectangles of pictures to 0, in place. What of a rectangle lies outside is left out.
    ///
    /// - Parameters:
    ///   - tensor: `[timeSteps · N, C, H, W]`, time outermost.
    ///   - rectangles: `[N][count][4]` integers: the first row, the row behind the last, the first column, the column behind the
    ///     last. All of a sample's images have the same.
    ///   - count: rectangles of a sample.
    ///   - timeSteps: T; 1 for pictures.
    public func erase(
        _ tensor: RealTensor,
        rectangles: any Storage,
        count: Int,
        timeSteps: Int = 1
    ) throws(BackendError) {
        let (operation, images) = ("erase", tensor.shape.images)
        try require(tensor, operation, "the tensor")
        try require(
            timeSteps >= 1 && images % max(timeSteps, 1) == 0,
            operation,
            "\(images) images do not divide into \(timeSteps) time steps"
        )
        let samples = images / timeSteps
        try require(1...1024 ~= count, operation, "\(count) rectangles a sample are not from 1 to 1024")
        try requireRoom(4 * count * samples, in: rectangles, operation, "the rectangles")
        try kernels.augmentation.erase(tensor, rectangles: rectangles, count: count, samples: samples)
    }

    private func requireConstants(
        _ mean: [Float],
        _ deviation: [Float],
        _ shape: ImageShape,
        _ operation: String
    ) throws(BackendError) {
        try require(
            mean.count == shape.channels && deviation.count == shape.channels,
            operation,
            "\(mean.count) means and \(deviation.count) deviations for \(shape.channels) channels"
        )
    }
}

/// What makes pictures and frames of ``Backend``.
public protocol AugmentationKernels: Sendable {
    /// Pictures of one size from bytes.
    func prepareImages(
        pixels: any Storage,
        transforms: any Storage,
        mean: [Float],
        deviation: [Float],
        output: RealTensor
    ) throws(BackendError)

    /// Pictures of any size from bytes.
    func resizeImages(
        pixels: any Storage,
        crops: [PictureCrop],
        mean: [Float],
        deviation: [Float],
        output: RealTensor
    ) throws(BackendError)

    /// Frames from counts of events.
    func prepareFrames(
        counts: any Storage,
        transforms: any Storage,
        timeSteps: Int,
        output: RealTensor
    ) throws(BackendError)

    /// Sample n mixed with sample `samples` − 1 − n of the other tensor.
    func mix(
        _ tensor: RealTensor,
        with other: RealTensor,
        by mix: SampleMix,
        samples: Int,
        output: RealTensor
    ) throws(BackendError)

    /// Zeros in rectangles, in place.
    func erase(
        _ tensor: RealTensor,
        rectangles: any Storage,
        count: Int,
        samples: Int
    ) throws(BackendError)
}

/// Where a picture lies among others, what it is resized to, and which part of that is wanted.
public struct PictureCrop: Hashable, Sendable {
    /// The picture's first word.
    public var offset: Int
    /// Rows of the picture.
    public var height: Int
    /// Columns of the picture.
    public var width: Int
    /// Rows that it is resized to.
    public var resizedHeight: Int
    /// Columns that it is resized to.
    public var resizedWidth: Int
    /// The part's first row.
    public var top: Int
    /// The part's first column.
    public var left: Int
    /// Whether the part is flipped, left to right.
    public var isFlipped: Bool

    /// Integers of a crop.
    public static let words = 8
    /// Rows or columns of a picture.
    public static let mostPixels = 1 << 16
    /// Rows or columns that it is resized to. Only the part is ever made, so that a strip of one row may be resized to any
    /// height.
    public static let mostPlaces = 1 << 30

    /// From its ``words`` integers, in the order of the properties.
    public init(_ words: ArraySlice<UInt32>) {
        precondition(words.count == Self.words, "\(words.count) integers for a crop")
        let values = words.map { Int($0) }
        (offset, height, width) = (values[0], values[1], values[2])
        (resizedHeight, resizedWidth, top, left) = (values[3], values[4], values[5], values[6])
        isFlipped = values[7] != 0
    }

    /// Its integers.
    public var integers: [UInt32] {
        [offset, height, width, resizedHeight, resizedWidth, top, left, isFlipped ? 1 : 0].map {
            UInt32(truncatingIfNeeded: $0)
        }
    }

    /// What does not fit, if anything: the picture must lie in `words` words and the part, of a batch's shape, in the
    /// resized picture.
    public func problem(words: Int, shape: ImageShape) -> String? {
        guard [height, width].allSatisfy((1...Self.mostPixels).contains),
            [resizedHeight, resizedWidth].allSatisfy((1...Self.mostPlaces).contains)
        else {
            return "a picture of \(height)×\(width) pixels, resized to \(resizedHeight)×\(resizedWidth), has an extent "
                + "that is not in 1...\(Self.mostPixels), or in 1...\(Self.mostPlaces) when it is resized"
        }
        let size = (height * width * shape.channels + 3) / 4
        guard offset >= 0, offset <= words, size <= words - offset else {
            return "a picture of \(height)×\(width) pixels at word \(offset) does not lie in \(words) words"
        }
        guard top >= 0, left >= 0, top <= resizedHeight - shape.height, left <= resizedWidth - shape.width else {
            return "\(shape.height)×\(shape.width) pixels from row \(top), column \(left) do not lie in a picture of "
                + "\(resizedHeight)×\(resizedWidth)"
        }
        return nil
    }
}
