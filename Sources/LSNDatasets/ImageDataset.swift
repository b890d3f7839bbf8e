/// Pictures to train on and pictures to test with, all in memory.
public struct ImageDataset: Sendable {
    /// Which data set it is.
    public let name: DatasetName
    /// C of every picture.
    public let channels: Int
    /// H of every picture.
    public let height: Int
    /// W of every picture.
    public let width: Int
    /// Labels run from 0 to `classes` − 1.
    public let classes: Int
    /// To normalise with: one value a channel, of pixels from 0 to 1.
    public let mean: [Float]
    /// To normalise with: one value a channel, of pixels from 0 to 1.
    public let deviation: [Float]
    /// To train on.
    public var train: ImageSplit
    /// To test with.
    public var test: ImageSplit
    /// For people: where the pictures come from.
    public let source: String

    /// A data set with the classes and the constants of `name`.
    ///
    /// - Parameters:
    ///   - name: which data set it is.
    ///   - height: of every picture.
    ///   - width: of every picture.
    ///   - train: to train on, of pictures with C·H·W bytes.
    ///   - test: to test with, of such pictures too.
    ///   - source: where the pictures come from.
    public init(
        name: DatasetName,
        height: Int,
        width: Int,
        train: ImageSplit,
        test: ImageSplit,
        source: String
    ) {
        let bytes = name.mean.count * height * width
        precondition(train.bytesPerImage == bytes && test.bytesPerImage == bytes, "images are not of \(bytes) bytes")
        self.name = name
        channels = name.mean.count
        self.height = height
        self.width = width
        classes = name.classes
        mean = name.mean
        deviation = name.deviation
        self.train = train
        self.test = test
        self.source = source
    }

    /// Loads a data set.
    ///
    /// - Parameters:
    ///   - name: which one.
    ///   - directory: the folder with its files. None for the digits, which are bundled. For MNIST the folder of its
    ///     four IDX files, with or without `.gz`; for CIFAR-10 the folder of `data_batch_1.bin` … `data_batch_5.bin` and
    ///     `test_batch.bin`, or the one that holds it as `cifar-10-batches-bin`; for CIFAR-100 the folder of `train.bin` and
    ///     `test.bin`, or the one that holds it as `cifar-100-binary`.
    /// - Throws: ``DatasetError`` naming the file, the byte, what was found there and what to do.
    public static func load(_ name: DatasetName, directory: String?) throws(DatasetError) -> ImageDataset {
        if name == .digits {
            guard directory == nil else {
                throw DatasetError(
                    "the data set digits is bundled and reads no folder: leave --data out, or use --dataset mnist"
                )
            }
            return try bundledDigits()
        }
        guard name.kind == .pictures else {
            throw DatasetError(
                "the data set \(name.rawValue) is read sample by sample: load it with DataLoader, not into memory"
            )
        }
        guard let directory else { throw name.missingFolder }
        return switch name {
        case .mnist: try mnist(in: directory)
        case .cifar10: try cifar10(in: directory)
        default: try cifar100(name, in: directory)
        }
    }
}
