/// What data is asked for.
public struct DataRequest: Sendable {
    /// Which data set.
    public var name: DatasetName
    /// Its folder; nil for what is bundled.
    public var directory: String?
    /// The files to use, of a run that is continued; nil: all that are there.
    public var files: FileList?
    /// How files are divided; nil: the data set's own way.
    public var split: SplitRule?
    /// What the network sees; nil: 224 for pictures, 48 for frames, and the size of sets that have one.
    public var imageSize: ImageSize?
    /// T, for recordings.
    public var timeSteps = 4
    /// How recordings are cut; nil: by number.
    public var framesBy: FramesBy?
    /// As many files may be damaged.
    public var maxBadFiles = DataRequest.standardMaxBadFiles
    /// Where the frames of recordings are kept; nil: the user's cache folder.
    public var cacheFolder: String?
    /// Only the first samples to train on.
    public var limitTrain: Int?
    /// Only the first samples to test with.
    public var limitTest: Int?
    /// Whether the frames of all recordings are counted before anything else, rather than each when it is wanted.
    public var preparesFrames = true

    /// Damaged files that are borne where nothing else is asked.
    public static let standardMaxBadFiles = 10
    /// What the network sees where nothing else is asked; nil for sets whose pictures have a size of their own.
    public static func standardImageSize(of name: DatasetName) -> ImageSize? {
        switch name {
        case .digits, .mnist, .cifar10: nil
        case .imagenet: .square(224)
        case .cifar10DVS: .square(EventFolder.standardSize)
        }
    }

    /// The whole data set, in its own way.
    public init(name: DatasetName, directory: String? = nil) {
        self.name = name
        self.directory = directory
    }
}

/// Finds data sets.
public enum DataLoader {
    /// Opens a data set. Those of MNIST and CIFAR-10 are read into memory; folders are listed.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - progress: hears of the counting of frames: how many recordings of how many are done.
    /// - Throws: ``DatasetError`` for files that are missing or damaged, and for wishes that the data set cannot fulfil.
    public static func load(
        _ request: DataRequest,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(DatasetError) -> any TrainingData {
        guard request.framesBy == nil || request.name == .cifar10DVS else {
            throw DatasetError("--frames-by is for recordings of events, and \(request.name.rawValue) has pictures")
        }
        let imageSize = request.imageSize ?? DataRequest.standardImageSize(of: request.name) ?? .native
        switch request.name {
        case .digits, .mnist, .cifar10:
            guard request.split == nil else {
                throw DatasetError("the data set \(request.name.rawValue) comes divided: leave --split out")
            }
            return try ImageDataset.load(request.name, directory: request.directory)
                .limited(train: request.limitTrain, test: request.limitTest)
                .reduced(to: imageSize)
        case .imagenet:
            guard let directory = request.directory else {
                throw DatasetError(
                    "the data set imagenet needs --data DIR, a folder with train and val, or with a folder of JPEG or PNG "
                        + "files for every class"
                )
            }
            return try ImageFolder(
                directory,
                files: request.files,
                split: request.split,
                imageSize: imageSize,
                maxBadFiles: request.maxBadFiles
            )
            .limited(train: request.limitTrain, test: request.limitTest)
        case .cifar10DVS:
            guard let directory = request.directory else {
                throw DatasetError(
                    "the data set cifar10-dvs needs --data DIR, a folder with a folder of .aedat files for every class"
                )
            }
            let folder = try EventFolder(
                directory,
                files: request.files,
                split: request.split,
                timeSteps: request.timeSteps,
                framesBy: request.framesBy ?? .number,
                imageSize: imageSize,
                maxBadFiles: request.maxBadFiles,
                cacheFolder: request.cacheFolder
            )
            .limited(train: request.limitTrain, test: request.limitTest)
            if request.preparesFrames { try folder.prepare(progress: progress) }
            return folder
        }
    }
}
