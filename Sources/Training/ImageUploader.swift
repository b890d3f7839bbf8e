import Datasets
import Tensors

/// A batch on the device.
struct UploadedBatch<B: Backend>: Sendable {
    /// Cropped, flipped and normalised, `[N, C, H, W]`.
    let pictures: RealTensor<B>
    /// N integers.
    let labels: B.Storage
}

/// Brings batches to the device, as bytes; the pictures are prepared there.
struct ImageUploader<B: Backend>: Sendable {
    private let backend: B
    private let shape: ImageShape
    private let mean: [Float]
    private let deviation: [Float]

    init(backend: B, data: ImageDataset) {
        self.backend = backend
        shape = ImageShape(images: 1, height: data.height, width: data.width, channels: data.channels)
        mean = data.mean
        deviation = data.deviation
    }

    func upload(_ batch: Batch) throws(BackendError) -> UploadedBatch<B> {
        let pictures = try backend.prepareImages(
            pixels: try backend.upload(batch.pixelWords),
            transforms: try backend.upload(batch.transforms),
            shape: shape.with(images: batch.count),
            mean: mean,
            deviation: deviation
        )
        return UploadedBatch(pictures: pictures, labels: try backend.upload(batch.labels))
    }
}

/// What the device wrote down of one step.
struct StepOutcome: Sendable {
    let loss: Float
    let correct: Int
    private let words: [UInt32]

    /// From ``StepRecord/words`` words.
    init(_ words: [UInt32]) {
        self.words = words
        loss = Float(bitPattern: words[StepRecord.loss])
        correct = Int(words[StepRecord.correct])
    }

    /// The index that stands in a word of the record, or nil for none.
    func index(_ word: Int) -> Int? {
        words[word] == StepRecord.none ? nil : Int(words[word])
    }
}

extension EpochSums {
    /// Counts a batch of `samples`.
    mutating func add(_ outcome: StepOutcome, samples: Int) {
        loss += Double(outcome.loss) * Double(samples)
        correct += outcome.correct
        self.samples += samples
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
