/// The data sets that can be asked for by name.
public enum DatasetName: String, CaseIterable, Sendable, Codable {
    /// 4,000 and 1,000 handwritten digits of MNIST, bundled with the program.
    case digits
    /// MNIST, from its four IDX files.
    case mnist
    /// CIFAR-10, from the six files of its binary version.
    case cifar10
    /// CIFAR-100 by its 100 fine labels, from the two files of its binary version.
    case cifar100
    /// CIFAR-100 by its 20 coarse labels.
    case cifar100Coarse = "cifar100-coarse"
    /// Arrays of NumPy.
    case arrays
    /// Folders of JPEG and PNG pictures, a folder for every class.
    case images
    /// The same with ImageNet's defaults.
    case imagenet
    /// Folders of recordings of events, a folder for every class.
    case events
    /// Folders of AEDAT 2.0 recordings, CIFAR10-DVS's among them.
    case cifar10DVS = "cifar10-dvs"
    /// N-MNIST: handwritten digits before a sensor.
    case nMNIST = "n-mnist"
    /// N-Caltech101: pictures of Caltech101 before a sensor.
    case nCaltech101 = "n-caltech101"
    /// DVS128 Gesture: gestures of hands and arms, several in a recording.
    case dvs128Gesture = "dvs128-gesture"

    /// What its samples are, and how they are stored.
    public var kind: DatasetKind { traits.kind }

    /// Classes of the published set; files of one's own may have others.
    public var classes: Int { traits.classes }

    /// Names of the classes of published sets that are in memory; none for files that name their own.
    public var classNames: [String] { traits.classNames }

    /// Rows and columns of the published pictures; nil for sets of files of any size.
    public var pictureSize: Int? { traits.pictureSize }

    /// Mean of each channel over the training pictures, of pixels from 0 to 1; counts of events are left as they are, and
    /// arrays bring their own.
    public var mean: [Float] { traits.mean }

    /// Deviation of each channel over the training pictures, of pixels from 0 to 1.
    public var deviation: [Float] { traits.deviation }
}

/// What the samples of data sets are, and how they are stored.
public enum DatasetKind: Sendable {
    /// Pictures of one size in a few files, which are read into memory.
    case pictures
    /// A file for each picture.
    case pictureFiles
    /// A file for each recording of events, or for several.
    case recordings
    /// Arrays of pictures, or of sequences of them.
    case arrays
}

/// What sets data sets apart: one row for each name.
struct DatasetTraits {
    let kind: DatasetKind
    var classNames: [String] = []
    /// Of sets that have none published 10, for pictures that are made up; nil: as many as names.
    var publishedClasses: Int?
    var pictureSize: Int?
    var mean: [Float] = []
    var deviation: [Float] = []
    /// What the network sees where nothing else is asked; nil: samples as they are.
    var imageSize: ImageSize?
    /// How training samples are varied where nothing else is asked.
    var augmentation = AugmentationPolicy.none
    /// In which format recordings are read where nothing else is asked.
    var eventFormat = EventFormat.auto
    /// The sensor's size where the format does not say it.
    var sensor: EventSize?
    /// What `--data` must name, for errors.
    let place: String

    var classes: Int { publishedClasses ?? classNames.count }

    private static let digitNames = (0..<10).map { "\($0)" }

    fileprivate static func digits(place: String) -> DatasetTraits {
        DatasetTraits(
            kind: .pictures,
            classNames: digitNames,
            pictureSize: 28,
            mean: [0.1307],
            deviation: [0.3081],
            augmentation: AugmentationPolicy(shift: 2, flip: false),
            place: place
        )
    }

    fileprivate static func cifar(_ classNames: [String], mean: [Float], deviation: [Float], place: String)
        -> DatasetTraits
    {
        DatasetTraits(
            kind: .pictures,
            classNames: classNames,
            pictureSize: CIFARBinary.extent,
            mean: mean,
            deviation: deviation,
            augmentation: AugmentationPolicy(shift: 4, flip: true),
            place: place
        )
    }

    fileprivate static func cifar100(_ classNames: [String]) -> DatasetTraits {
        cifar(
            classNames,
            mean: [0.5071, 0.4865, 0.4409],
            deviation: [0.2673, 0.2564, 0.2762],
            place: "the folder of train.bin and test.bin"
        )
    }

    fileprivate static func pictureFiles(imageSize: Int, classes: Int) -> DatasetTraits {
        DatasetTraits(
            kind: .pictureFiles,
            publishedClasses: classes,
            mean: [0.485, 0.456, 0.406],
            deviation: [0.229, 0.224, 0.225],
            imageSize: .square(imageSize),
            augmentation: AugmentationPolicy(shift: 0, flip: true),
            place: "a folder with train and val, or with a folder of JPEG or PNG files for every class"
        )
    }

    fileprivate static func recordings(
        _ format: EventFormat,
        classes: Int,
        sensor: EventSize? = nil,
        imageSize: ImageSize = .square(EventFolder.standardSize),
        augmentation: AugmentationPolicy,
        place: String? = nil
    ) -> DatasetTraits {
        DatasetTraits(
            kind: .recordings,
            publishedClasses: classes,
            mean: [0, 0],
            deviation: [1, 1],
            imageSize: imageSize,
            augmentation: augmentation,
            eventFormat: format,
            sensor: sensor,
            place: place
                ?? "a folder with a folder of \(format.endings.sorted().map { ".\($0)" }.joined(separator: ", ")) files for every "
                + "class"
        )
    }
}

extension DatasetName {
    /// What sets it apart.
    var traits: DatasetTraits {
        switch self {
        case .digits: .digits(place: "nothing")
        case .mnist: .digits(place: "the folder of train-images-idx3-ubyte.gz etc.")
        case .cifar10:
            .cifar(
                ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
                mean: [0.4914, 0.4822, 0.4465],
                deviation: [0.2470, 0.2435, 0.2616],
                place: "the folder of data_batch_1.bin etc."
            )
        case .cifar100: .cifar100(CIFAR100.fineNames)
        case .cifar100Coarse: .cifar100(CIFAR100.coarseNames)
        case .arrays:
            DatasetTraits(
                kind: .arrays,
                place:
                    "an .npz file, or a folder of .npy files, with x_train, y_train, x_test and y_test, or with x and y"
            )
        case .images: .pictureFiles(imageSize: 64, classes: 10)
        case .imagenet: .pictureFiles(imageSize: 224, classes: 1000)
        case .events: .recordings(.auto, classes: 10, augmentation: .none)
        case .cifar10DVS: .recordings(.aedat2, classes: 10, augmentation: AugmentationPolicy(shift: 5, flip: true))
        case .nMNIST:
            // Digits are not flipped, nor are gestures of the left hand and the right one.
            .recordings(
                .nmnist,
                classes: 10,
                sensor: EventSize(height: 34, width: 34),
                imageSize: .native,
                augmentation: AugmentationPolicy(shift: 2, flip: false)
            )
        case .nCaltech101:
            .recordings(
                .nmnist,
                classes: 101,
                sensor: EventSize(height: 180, width: 240),
                augmentation: AugmentationPolicy(shift: 5, flip: true)
            )
        case .dvs128Gesture:
            .recordings(
                .aedat3,
                classes: 11,
                sensor: EventSize(height: 128, width: 128),
                augmentation: AugmentationPolicy(shift: 5, flip: false),
                place:
                    "the folder of \(LabelledRecordings.trainList), \(LabelledRecordings.testList) and the .aedat files"
            )
        }
    }

    /// The error where no `--data` is given.
    var missingFolder: DatasetError {
        DatasetError("the data set \(rawValue) needs --data \(kind == .arrays ? "FILE" : "DIR"), \(traits.place)")
    }
}
