/// Pictures from bytes.
public protocol AugmentationOperations: StorageOperations {
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
    func prepareImages(
        pixels: Storage,
        transforms: Storage,
        shape: ImageShape,
        mean: [Float],
        deviation: [Float]
    ) throws(BackendError) -> RealTensor<Self>
}
