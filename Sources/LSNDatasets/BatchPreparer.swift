public import LSNTensors

/// Brings batches of a data set to a device, where samples are cropped, flipped and normalised.
public struct BatchPreparer: Sendable {
    /// Where samples are prepared.
    public let backend: Backend
    /// How they travel.
    public let form: SampleForm
    /// T of recordings; 1 for pictures, which are the same at every time step.
    public let timeSteps: Int
    private let shape: ImageShape
    private let mean: [Float]
    private let deviation: [Float]
    /// Rectangles of a sample that are erased, in a placeholder.
    private let rectangles: Int

    /// For the batches of `data`.
    ///
    /// - Parameters:
    ///   - backend: where samples are prepared.
    ///   - data: what they are of.
    ///   - policy: how they are varied.
    public init(backend: Backend, data: some TrainingData, policy: AugmentationPolicy = .none) {
        self.backend = backend
        rectangles = policy.rectangles
        form = data.form
        timeSteps = data.timeSteps
        shape = ImageShape(images: 1, height: data.height, width: data.width, channels: data.channels)
        mean = data.mean
        deviation = data.deviation
    }

    /// For samples in memory, which are as the network sees them.
    package init(backend: Backend, samples: MemorySamples) {
        self.backend = backend
        rectangles = 0
        form = samples.form
        timeSteps = samples.timeSteps
        shape = samples.shape
        mean = []
        deviation = []
    }

    /// For samples that travel so.
    ///
    /// - Parameters:
    ///   - backend: where they are prepared.
    ///   - form: how they travel.
    ///   - input: what the network sees of them.
    init(backend: Backend, form: SampleForm, input: InputFormat) {
        self.backend = backend
        rectangles = 0
        self.form = form
        timeSteps = form.hasTime ? input.timeSteps : 1
        shape = ImageShape(images: 1, height: input.height, width: input.width, channels: input.channels)
        mean = input.mean
        deviation = input.deviation
    }

    /// Whether samples travel as they go into the network.
    private var isPrepared: Bool { form == .values || form == .sequences }

    /// The floats of a batch, time outermost.
    private func values(of batch: Batch) -> [Float] {
        let size = shape.with(images: 1).count
        guard timeSteps > 1 else { return batch.pixelWords.map(Float.init(bitPattern:)) }
        var result: [Float] = []
        result.reserveCapacity(batch.pixelWords.count)
        for step in 0..<timeSteps {
            for sample in 0..<batch.count {
                let start = (sample * timeSteps + step) * size
                result += batch.pixelWords[start..<start + size].map(Float.init(bitPattern:))
            }
        }
        return result
    }

    /// Whether a sample is one picture rather than T frames.
    public var isStatic: Bool { !form.hasTime }

    /// What the network sees: `[N, C, H, W]`, of recordings `[T·N, C, H, W]` with time outermost.
    public func prepare(_ batch: Batch) throws(BackendError) -> RealTensor {
        try prepare(upload(batch))
    }

    /// A batch on the device, as it travels.
    public func upload(_ batch: Batch) throws(BackendError) -> UploadedBatch {
        var uploaded = try uploadSamples(batch)
        if !batch.erasures.isEmpty {
            uploaded.erasures = Erasures(
                rectangles: try backend.upload(batch.erasures),
                count: batch.erasures.count / (4 * batch.count)
            )
        }
        return uploaded
    }

    private func uploadSamples(_ batch: Batch) throws(BackendError) -> UploadedBatch {
        if isPrepared {
            let tensor = try backend.realTensor(values(of: batch), shape: shape.with(images: timeSteps * batch.count))
            return UploadedBatch(count: batch.count, pixels: tensor.storage, transforms: nil, crops: [])
        }
        let crops =
            form == .crops
            ? stride(from: 0, to: batch.transforms.count, by: PictureCrop.words).map {
                PictureCrop(batch.transforms[$0..<$0 + PictureCrop.words])
            } : []
        return UploadedBatch(
            count: batch.count,
            pixels: try backend.upload(batch.pixelWords),
            transforms: form == .crops ? nil : try backend.upload(batch.transforms),
            crops: crops
        )
    }

    /// A batch of `count` samples whose contents are anything, to see what it takes. Pictures of any size are taken to
    /// be twice as high and as wide as what the network sees.
    public func placeholder(count: Int) throws(BackendError) -> UploadedBatch {
        var batch = try placeholderSamples(count: count)
        if rectangles > 0 {
            let words = try backend.allocate(words: 4 * rectangles * count)
            batch.erasures = Erasures(rectangles: words, count: rectangles)
        }
        return batch
    }

    private func placeholderSamples(count: Int) throws(BackendError) -> UploadedBatch {
        let values = timeSteps * shape.channels * shape.area
        switch form {
        case .pictures, .frames:
            let perWord = form == .pictures ? 4 : 2
            return UploadedBatch(
                count: count,
                pixels: try backend.allocate(words: (count * values + perWord - 1) / perWord),
                transforms: try backend.allocate(words: 3 * count),
                crops: []
            )
        case .values, .sequences:
            let words = shape.with(images: timeSteps * count).realWords
            return UploadedBatch(
                count: count,
                pixels: try backend.allocate(words: words),
                transforms: nil,
                crops: []
            )
        case .crops:
            let crops = (0..<count).map { index in
                PictureCrop(offset: index * values, height: 2 * shape.height, width: 2 * shape.width, of: shape)
            }
            return UploadedBatch(
                count: count,
                pixels: try backend.allocate(words: count * values),
                transforms: nil,
                crops: crops
            )
        }
    }

    /// The same of a batch that is on the device; as often as it is asked, to the same bits.
    public func prepare(_ batch: UploadedBatch) throws(BackendError) -> RealTensor {
        let tensor = try prepareSamples(batch)
        if let erasures = batch.erasures {
            try backend.erase(
                tensor,
                rectangles: erasures.rectangles,
                count: erasures.count,
                timeSteps: timeSteps
            )
        }
        return tensor
    }

    private func prepareSamples(_ batch: UploadedBatch) throws(BackendError) -> RealTensor {
        let batchShape = shape.with(images: timeSteps * batch.count)
        // What is prepared was laid out on its way; from there on it is read, and perhaps erased.
        if isPrepared { return RealTensor(shape: batchShape, storage: batch.pixels) }
        guard let transforms = batch.transforms else {
            return try backend.resizeImages(
                pixels: batch.pixels,
                crops: batch.crops,
                shape: batchShape,
                mean: mean,
                deviation: deviation
            )
        }
        if form == .frames {
            return try backend.prepareFrames(
                counts: batch.pixels,
                transforms: transforms,
                shape: batchShape,
                timeSteps: timeSteps
            )
        }
        return try backend.prepareImages(
            pixels: batch.pixels,
            transforms: transforms,
            shape: batchShape,
            mean: mean,
            deviation: deviation
        )
    }
}

/// A batch on a device, before its samples are cropped, flipped and normalised: a few bytes a pixel.
public struct UploadedBatch: Sendable {
    /// N.
    public let count: Int
    let pixels: any Storage
    /// nil for pictures of any size, which have ``crops``, and for what is prepared already.
    let transforms: (any Storage)?
    let crops: [PictureCrop]
    /// Rectangles that are erased; nil: none.
    var erasures: Erasures?

    /// Whether preparing it again makes nobody wait: crops travel to the device each time.
    public var isEasilyPrepared: Bool { crops.isEmpty }
}

/// Rectangles on a device, as many of every sample.
struct Erasures: Sendable {
    let rectangles: any Storage
    /// Of a sample.
    let count: Int
}

extension PictureCrop {
    /// The first pixels of a picture that is not resized.
    fileprivate init(offset: Int, height: Int, width: Int, of shape: ImageShape) {
        let integers = [offset, height, width, height, width, 0, 0, 0]
        self.init(integers.map { UInt32(truncatingIfNeeded: $0) }[...])
    }
}
