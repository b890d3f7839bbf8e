/// The data sets that can be asked for by name.
public enum DatasetName: String, CaseIterable, Sendable, Codable {
    /// 4,000 and 1,000 handwritten digits of MNIST, bundled with the program.
    case digits
    /// MNIST, from its four IDX files.
    case mnist
    /// CIFAR-10, from the six files of its binary version.
    case cifar10
    /// Folders of JPEG and PNG pictures, a folder for every class, ImageNet's among them.
    case imagenet
    /// Folders of AEDAT 2.0 recordings, a folder for every class, CIFAR10-DVS's among them.
    case cifar10DVS = "cifar10-dvs"

    /// Classes of the published set; folders may have others.
    public var classes: Int { self == .imagenet ? 1000 : 10 }

    /// Names of the classes of sets that have ten; none for folders, which name their own.
    public var classNames: [String] {
        switch self {
        case .digits, .mnist: (0..<10).map { "\($0)" }
        case .cifar10:
            ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
        case .imagenet, .cifar10DVS: []
        }
    }

    /// Rows and columns of the published pictures; nil for sets of files of any size.
    public var pictureSize: Int? {
        switch self {
        case .digits, .mnist: 28
        case .cifar10: 32
        case .imagenet, .cifar10DVS: nil
        }
    }

    /// Mean of each channel over the training pictures, of pixels from 0 to 1; counts of events are left as they are.
    public var mean: [Float] {
        switch self {
        case .imagenet: [0.485, 0.456, 0.406]
        case .cifar10DVS: [0, 0]
        case .digits, .mnist: [0.1307]
        case .cifar10: [0.4914, 0.4822, 0.4465]
        }
    }

    /// Deviation of each channel over the training pictures, of pixels from 0 to 1.
    public var deviation: [Float] {
        switch self {
        case .imagenet: [0.229, 0.224, 0.225]
        case .cifar10DVS: [1, 1]
        case .digits, .mnist: [0.3081]
        case .cifar10: [0.2470, 0.2435, 0.2616]
        }
    }
}

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
    ///     `test_batch.bin`, or the one that holds it as `cifar-10-batches-bin`.
    /// - Throws: ``DatasetError`` naming the file, the byte, what was found there and what to do.
    public static func load(_ name: DatasetName, directory: String?) throws(DatasetError) -> ImageDataset {
        switch name {
        case .digits:
            guard directory == nil else {
                throw DatasetError(
                    "the data set digits is bundled and reads no folder: leave --data out, or use --dataset mnist"
                )
            }
            return try bundledDigits()
        case .mnist:
            guard let directory else {
                throw DatasetError("the data set mnist needs --data DIR, the folder of train-images-idx3-ubyte.gz etc.")
            }
            return try mnist(in: directory)
        case .cifar10:
            guard let directory else {
                throw DatasetError("the data set cifar10 needs --data DIR, the folder of data_batch_1.bin etc.")
            }
            return try cifar10(in: directory)
        case .imagenet, .cifar10DVS:
            throw DatasetError(
                "the data set \(name.rawValue) is read sample by sample: load it with DataLoader, not into memory"
            )
        }
    }
}
