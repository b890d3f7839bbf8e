import LSNFileFormats

/// What data is asked for.
public struct DataRequest: Sendable {
    /// Which data set.
    public var name: DatasetName
    /// Its folder, of arrays perhaps its file; nil for what is bundled.
    public var directory: String?
    /// The files to use, of a run that is continued; nil: all that are there.
    public var files: FileList?
    /// How files are divided; nil: the data set's own way.
    public var split: SplitRule?
    /// What the network sees; nil: 224 for pictures, 48 for frames, and the size of sets that have one.
    public var imageSize: ImageSize?
    /// T, for recordings and sequences.
    public var timeSteps = 4
    /// How recordings are cut; nil: by number.
    public var framesBy: FramesBy?
    /// Microseconds of a frame; nil: a recording's T-th part.
    public var duration: Int?
    /// In which format recordings are read; nil: the data set's.
    public var eventFormat: EventFormat?
    /// Rows and columns of the sensor; nil: the data set's, or the format's.
    public var eventSize: EventSize?
    /// How arrays are normalised; nil: ``ArrayNormalization/auto``.
    public var normalization: ArrayNormalization?
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
    /// What the network sees where nothing else is asked; nil for sets whose samples have a size of their own.
    public static func standardImageSize(of name: DatasetName) -> ImageSize? { name.traits.imageSize }

    /// T of a data set's samples, where they are sequences and say it; nil of others, and where nothing can be read, which
    /// loading will say.
    package static func sequenceLength(of name: DatasetName, in path: String?) -> Int? {
        name.kind == .arrays ? path.flatMap(ArrayDataset.timeSteps) : nil
    }

    /// How recordings are read and cut.
    var cutting: EventCutting {
        EventCutting(
            timeSteps: timeSteps,
            by: framesBy ?? (duration == nil ? .number : .time),
            duration: duration,
            format: eventFormat ?? name.traits.eventFormat,
            sensor: eventSize ?? name.traits.sensor
        )
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
    ///   - shouldStop: asked before each recording; where it says so, frames of the others are counted when they are wanted.
    /// - Throws: ``DatasetError`` for files that are missing or damaged, and for wishes that the data set cannot fulfil.
    public static func load(
        _ request: DataRequest,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in },
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(DatasetError) -> any TrainingData {
        try checkOptions(request)
        let name = request.name
        let imageSize = request.imageSize ?? DataRequest.standardImageSize(of: name) ?? .native
        if name.kind == .pictures {
            return try ImageDataset.load(name, directory: request.directory)
                .limited(train: request.limitTrain, test: request.limitTest)
                .reduced(to: imageSize)
        }
        guard let directory = request.directory else { throw name.missingFolder }
        switch name.kind {
        case .pictures, .pictureFiles:
            return try ImageFolder(
                directory,
                name: name,
                files: request.files,
                split: request.split,
                imageSize: imageSize,
                maxBadFiles: request.maxBadFiles
            )
            .limited(train: request.limitTrain, test: request.limitTest)
        case .recordings:
            let folder = try EventFolder(
                directory,
                name: name,
                files: request.files,
                split: request.split,
                cutting: request.cutting,
                imageSize: imageSize,
                maxBadFiles: request.maxBadFiles,
                cacheFolder: request.cacheFolder
            )
            .limited(train: request.limitTrain, test: request.limitTest)
            if request.preparesFrames { try folder.prepare(progress: progress, shouldStop: shouldStop) }
            return folder
        case .arrays:
            let data = try ArrayDataset(
                directory,
                split: request.split,
                normalization: request.normalization ?? .auto
            )
            guard !data.form.hasTime || data.timeSteps == request.timeSteps else {
                throw DatasetError(
                    "--timesteps \(request.timeSteps): the samples of \(PrintableText.name(directory)) are sequences of "
                        + "\(data.timeSteps): use --timesteps \(data.timeSteps)"
                )
            }
            return data.limited(train: request.limitTrain, test: request.limitTest)
        }
    }

    /// Refuses options that the data set has no use for.
    private static func checkOptions(_ request: DataRequest) throws(DatasetError) {
        let (name, kind) = (request.name.rawValue, request.name.kind)
        let contents = kind == .arrays ? "arrays" : "pictures"
        let options: [(name: String, isGiven: Bool)] = [
            ("--frames-by", request.framesBy != nil), ("--duration", request.duration != nil),
            ("--event-format", request.eventFormat != nil), ("--event-size", request.eventSize != nil),
        ]
        if kind != .recordings, let option = options.first(where: \.isGiven) {
            throw DatasetError("\(option.name) is for recordings of events, and \(name) has \(contents)")
        }
        guard request.duration == nil || request.framesBy != .number else {
            throw DatasetError("--duration is for frames of equal time: leave --frames-by number out")
        }
        guard request.normalization == nil || kind == .arrays else {
            throw DatasetError("--normalize is for --dataset arrays; \(name) has constants of its own: leave it out")
        }
        guard request.split == nil || kind != .pictures else {
            throw DatasetError("the data set \(name) comes divided: leave --split out")
        }
        if kind == .arrays, let size = request.imageSize, size != .native {
            throw DatasetError("--image-size \(size): arrays keep their size: leave it out, or save smaller ones")
        }
    }
}
