public import Tensors

/// Brings batches of a data set to a device, where samples are cropped, mirrored and normalised.
public struct BatchPreparer<B: AugmentationOperations>: Sendable {
    /// Where samples are prepared.
    public let backend: B
    /// How they travel.
    public let form: SampleForm
    /// T of recordings; 1 for pictures, which are the same at every time step.
    public let timeSteps: Int
    private let shape: ImageShape
    private let mean: [Float]
    private let deviation: [Float]

    /// For the batches of `data`.
    public init(backend: B, data: some TrainingData) {
        self.backend = backend
        form = data.form
        timeSteps = data.timeSteps
        shape = ImageShape(images: 1, height: data.height, width: data.width, channels: data.channels)
        mean = data.mean
        deviation = data.deviation
    }

    /// Whether a sample is one picture rather than T frames.
    public var isStatic: Bool { form != .frames }

    /// What the network sees: `[N, C, H, W]`, of recordings `[T·N, C, H, W]` with time outermost.
    public func prepare(_ batch: Batch) throws(BackendError) -> RealTensor<B> {
        let pixels = try backend.upload(batch.pixelWords)
        let batchShape = shape.with(images: timeSteps * batch.count)
        switch form {
        case .pictures:
            return try backend.prepareImages(
                pixels: pixels,
                transforms: try backend.upload(batch.transforms),
                shape: batchShape,
                mean: mean,
                deviation: deviation
            )
        case .crops:
            let crops = stride(from: 0, to: batch.transforms.count, by: PictureCrop.words).map {
                PictureCrop(batch.transforms[$0..<$0 + PictureCrop.words])
            }
            return try backend.resizeImages(
                pixels: pixels,
                crops: crops,
                shape: batchShape,
                mean: mean,
                deviation: deviation
            )
        case .frames:
            return try backend.prepareFrames(
                counts: pixels,
                transforms: try backend.upload(batch.transforms),
                shape: batchShape,
                timeSteps: timeSteps
            )
        }
    }
}
