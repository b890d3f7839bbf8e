import LSNFileFormats

/// Pictures that are JPEG and PNG files, a folder for every class: ImageNet as it is unpacked, or any other.
public struct ImageFolder: TrainingData {
    private let folders: ClassFolders
    private let reading: Reading
    private let bad: BadFiles

    private enum Reading: Sendable {
        case crops(CropReader)
        case native(NativeReader)
    }

    /// ``DatasetName/imagenet``, or ``DatasetName/images``.
    public let name: DatasetName
    /// Red, green and blue, grey pictures too.
    public var channels: Int { 3 }
    /// Crops, or pictures where they keep their size.
    public var form: SampleForm {
        switch reading {
        case .crops: .crops
        case .native: .pictures
        }
    }
    /// H of what the network sees.
    public var height: Int {
        switch reading {
        case .crops(let reader): reader.geometry.size
        case .native(let reader): reader.height
        }
    }
    /// W of what the network sees.
    public var width: Int {
        switch reading {
        case .crops(let reader): reader.geometry.size
        case .native(let reader): reader.width
        }
    }
    /// One for every folder.
    public var classes: Int { folders.classes.count }
    /// ImageNet's, whatever the pictures.
    public var mean: [Float] { DatasetName.imagenet.mean }
    /// ImageNet's, whatever the pictures.
    public var deviation: [Float] { DatasetName.imagenet.deviation }
    /// The folder.
    public var source: String { folders.root }
    /// See ``SplitRule``.
    public var splitName: String { folders.split.description }
    /// Files to train on.
    public var trainCount: Int { folders.train.count }
    /// Files to test with.
    public var testCount: Int { folders.test.count }
    /// Files that could not be decoded so far.
    public var badFiles: [BadFile] { bad.list }
    /// Names of the classes.
    public var classNames: [String] { folders.classes }
    /// How folders were taken.
    public var warnings: [String] { folders.warnings }
    /// The files of both splits.
    public func fileList() -> FileList? { folders.fileList() }

    /// The pictures below `directory`.
    ///
    /// - Parameters:
    ///   - directory: the folder with `train` and `val` (or `test`), or with a folder for every class.
    ///   - name: of the data set.
    ///   - files: those to use, of a run that is continued; nil: all that are there.
    ///   - split: how to divide the latter; nil: ``SplitRule/every(_:)`` 5, or ``SplitRule/all`` where the classes are
    ///     too small for that.
    ///   - imageSize: what the network sees; native pictures must all have the size of the first.
    ///   - maxBadFiles: as many files may be damaged.
    /// - Throws: ``DatasetError``.
    public init(
        _ directory: String,
        name: DatasetName = .imagenet,
        files: FileList? = nil,
        split: SplitRule?,
        imageSize: ImageSize,
        maxBadFiles: Int
    ) throws(DatasetError) {
        self.name = name
        folders =
            if let files {
                try ClassFolders(directory, files: files, maxBadFiles: maxBadFiles)
            } else {
                try ClassFolders(
                    directory,
                    extensions: PictureFile.extensions,
                    rule: split,
                    candidates: [.every(5), .all]
                )
            }
        bad = BadFiles(limit: maxBadFiles)
        switch imageSize {
        case .square(let size):
            reading = .crops(CropReader(root: directory, geometry: CropGeometry(size: size)))
        case .native:
            let first = try Self.firstPicture(folders, bad)
            reading = .native(NativeReader(root: directory, height: first.height, width: first.width))
        }
    }

    private init(folders: ClassFolders, like other: ImageFolder) {
        self.folders = folders
        (name, reading, bad) = (other.name, other.reading, other.bad)
    }

    /// Of the training split.
    public func trainingBatches(batchSize: Int, seed: UInt64, policy: AugmentationPolicy) -> any BatchProvider {
        batches(folders.train, batchSize: batchSize, seed: seed, policy: policy)
    }

    /// Of the test split.
    public func evaluationBatches(batchSize: Int) -> any BatchProvider {
        batches(folders.test, batchSize: batchSize, seed: 0, policy: .none)
    }

    /// A label and a path below ``source``.
    public func testSample(_ index: Int) -> (label: Int, file: String?) {
        (Int(folders.test.labels[index]), folders.test.paths[index])
    }

    /// By place.
    public var trainingLabels: [Int] { folders.train.labels.map { Int($0) } }

    /// Files that cannot be read count for both.
    public func holdingOut(_ places: [Int]) -> ImageFolder {
        ImageFolder(folders: folders.holdingOut(places), like: self)
    }

    /// The first files of both splits, classes taking turns.
    public func limited(train: Int?, test: Int?) -> ImageFolder {
        ImageFolder(folders: folders.limited(train: train, test: test), like: self)
    }

    /// Decodes every picture.
    public func check(progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) -> [BadFile] {
        folders.check(progress: progress) { (file: String, _: String) throws(FileFormatError) in
            _ = try PictureFile.read(file)
        }
    }

    /// Of names and sizes of the files.
    public func fingerprint() throws(DatasetError) -> String {
        folders.fingerprint()
    }

    private func batches(
        _ files: ClassFolders.Files,
        batchSize: Int,
        seed: UInt64,
        policy: AugmentationPolicy
    ) -> any BatchProvider {
        switch reading {
        case .crops(let reader):
            FileBatches(
                files: files,
                reader: reader,
                bad: bad,
                batchSize: batchSize,
                seed: seed,
                policy: policy
            )
        case .native(let reader):
            FileBatches(
                files: files,
                reader: reader,
                bad: bad,
                batchSize: batchSize,
                seed: seed,
                policy: policy
            )
        }
    }

    /// The first picture that can be decoded, which gives all others their size.
    private static func firstPicture(_ folders: ClassFolders, _ bad: BadFiles) throws(DatasetError) -> Picture {
        for path in folders.allPaths {
            do throws(FileFormatError) {
                return try PictureFile.read("\(folders.root)/\(path)")
            } catch {
                try bad.add(path, error)
            }
        }
        throw DatasetError("no picture of \(folders.root) can be read")
    }
}

/// The size of the pictures or frames that a network sees.
public enum ImageSize: Hashable, Sendable, LosslessStringConvertible, Codable {
    /// That many rows and columns.
    case square(Int)
    /// The files' own.
    case native

    /// Larger ones are refused.
    public static let limit = 4096
    /// What may be written.
    public static let expectation = "a number of pixels from 1 to \(limit), or native"

    /// From `224` or `native`.
    public init?(_ description: String) {
        if description == "native" {
            self = .native
        } else if let size = Int(description), (1...Self.limit).contains(size) {
            self = .square(size)
        } else {
            return nil
        }
    }

    /// From its text.
    public init(from decoder: any Decoder) throws {
        self = try TextCoding.decode(decoder, expectation: Self.expectation)
    }

    /// As its text.
    public func encode(to encoder: any Encoder) throws {
        try TextCoding.encode(description, to: encoder)
    }

    /// As it is written.
    public var description: String {
        switch self {
        case .square(let size): "\(size)"
        case .native: "native"
        }
    }
}
