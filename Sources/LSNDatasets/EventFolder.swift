import Dispatch
import LSNFileFormats
import LSNHostSystem
import Synchronization

/// Recordings of an event camera, a folder for every class, or with lists of what each shows when: CIFAR10-DVS, N-MNIST, DVS128
/// Gesture, or any other in one of the formats of ``EventFormat``.
public struct EventFolder: TrainingData {
    private let folders: ClassFolders
    private let frames: EventFrames
    private let cache: FrameCache
    private let bad: BadFiles
    private let sparse: SparseRecordings

    /// Rows and columns of frames where nothing else is asked.
    public static let standardSize = 48

    /// One of ``DatasetKind/recordings``.
    public let name: DatasetName
    /// Frames.
    public var form: SampleForm { .frames }
    /// Polarities.
    public var channels: Int { EventFrames.channels }
    /// H of a frame.
    public var height: Int { frames.height }
    /// W of a frame.
    public var width: Int { frames.width }
    /// T.
    public var timeSteps: Int { frames.timeSteps }
    /// How recordings are cut.
    public var framesBy: FramesBy { frames.cutting.by }
    /// One for every folder.
    public var classes: Int { folders.classes.count }
    /// Counts are not normalised.
    public var mean: [Float] { name.mean }
    /// Counts are not normalised.
    public var deviation: [Float] { name.deviation }
    /// The folder.
    public var source: String { folders.root }
    /// See ``SplitRule``.
    public var splitName: String { folders.split.description }
    /// Recordings to train on.
    public var trainCount: Int { folders.train.count }
    /// Recordings to test with.
    public var testCount: Int { folders.test.count }
    /// Recordings that could not be read so far.
    public var badFiles: [BadFile] { bad.list }
    /// Names of the classes.
    public var classNames: [String] { folders.classes }
    /// How folders were taken, and recordings with fewer events than frames.
    public var warnings: [String] { folders.warnings + (sparse.warning.map { [$0] } ?? []) }
    /// The files of both splits.
    public func fileList() -> FileList? { folders.fileList() }

    /// The recordings below `directory`; nothing is read yet, see ``prepare(progress:)``.
    ///
    /// - Parameters:
    ///   - directory: the folder with a folder for every class, or with `train` and `val` (or `test`), or with lists.
    ///   - name: of the data set.
    ///   - files: those to use, of a run that is continued; nil: all that are there.
    ///   - split: how to divide the first; nil: ``SplitRule/first``.
    ///   - cutting: how recordings are read and cut.
    ///   - imageSize: of frames; native is the sensor's.
    ///   - maxBadFiles: as many files may be damaged.
    ///   - cacheFolder: where caches are; nil: `$LSN_CACHE_DIR`, or `lsn` in `$XDG_CACHE_HOME` or in `~/.cache`.
    /// - Throws: ``DatasetError``.
    public init(
        _ directory: String,
        name: DatasetName = .cifar10DVS,
        files: FileList? = nil,
        split: SplitRule?,
        cutting: EventCutting,
        imageSize: ImageSize,
        maxBadFiles: Int,
        cacheFolder: String?
    ) throws(DatasetError) {
        self.name = name
        folders = try Self.folders(directory, files, split, endings: cutting.format.endings, maxBadFiles: maxBadFiles)
        let sensor = try Self.sensor(cutting, paths: folders.allPaths, in: directory)
        let (height, width) =
            switch imageSize {
            case .square(let size): (size, size)
            case .native: (sensor.height, sensor.width)
            }
        frames = EventFrames(cutting, sensor: sensor, height: height, width: width)
        bad = BadFiles(limit: maxBadFiles)
        sparse = SparseRecordings(timeSteps: cutting.timeSteps)
        guard let parent = cacheFolder ?? CacheFolder.standard() else {
            throw DatasetError("there is no folder for the cache of frames: set HOME, or name one with --cache DIR")
        }
        cache = try FrameCache(in: parent, root: directory, frames: frames)
    }

    private static func folders(
        _ directory: String,
        _ files: FileList?,
        _ split: SplitRule?,
        endings: Set<String>,
        maxBadFiles: Int
    ) throws(DatasetError) -> ClassFolders {
        if let files { return try ClassFolders(directory, files: files, maxBadFiles: maxBadFiles) }
        guard FolderListing.isFolder(directory), LabelledRecordings.areIn(try FolderListing(directory)) else {
            return try ClassFolders(directory, extensions: endings, rule: split, candidates: [.first])
        }
        guard split == nil || split == .folders else {
            throw DatasetError(
                "\(PrintableText.name(directory)) is divided by \(LabelledRecordings.trainList) and "
                    + "\(LabelledRecordings.testList): leave --split out"
            )
        }
        return ClassFolders(directory, try LabelledRecordings(directory))
    }

    /// The sensor's size: as asked, or the format's, which the first file that has one says where it is not asked for.
    private static func sensor(
        _ cutting: EventCutting,
        paths: [String],
        in directory: String
    ) throws(DatasetError) -> EventSize {
        if let sensor = cutting.sensor { return sensor }
        let reader =
            cutting.format.reader
            ?? paths.lazy.compactMap { path in
                let file = RecordingPath(HostPath.join(directory, path)).file
                // A file that cannot be read is met again when it is its turn.
                let start = (try? InputFile(file)).flatMap { try? $0.read(0..<min(EventFormat.startSize, $0.size)) }
                return EventFormat.detect(start ?? [], path: file)?.reader
            }.first
        guard let reader else {
            throw DatasetError(
                "no file of \(PrintableText.name(directory)) starts as a recording does that is read, so that nothing says how "
                    + "large the sensor is: check the files, or give its rows and columns with --event-size HEIGHTxWIDTH"
            )
        }
        guard let sensor = reader.sensor else {
            throw DatasetError(
                "\(reader.title) do not say how large the sensor is: give its rows and columns with --event-size "
                    + "HEIGHTxWIDTH"
            )
        }
        return sensor
    }

    private init(folders: ClassFolders, like other: EventFolder) {
        self.folders = folders
        name = other.name
        frames = other.frames
        cache = other.cache
        bad = other.bad
        sparse = other.sparse
    }

    /// Where the frames are kept.
    public var cacheFolder: String { cache.folder }

    /// Counts every recording's frames, or finds them in the cache, so that training need not.
    ///
    /// - Parameters:
    ///   - progress: hears how many recordings of how many are done, from several threads, one at a time.
    ///   - shouldStop: asked before each recording; where it says so, frames of the others are counted when they are wanted.
    /// - Throws: ``DatasetError`` where the cache cannot be written, or too many recordings cannot be read.
    public func prepare(
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void,
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(DatasetError) {
        let paths = folders.allPaths
        let state = Mutex<(done: Int, failure: DatasetError?)>((0, nil))
        progress(0, paths.count)
        DispatchQueue.concurrentPerform(iterations: paths.count) { index in
            guard state.withLock({ $0.failure == nil }), !shouldStop() else { return }
            let path = paths[index]
            let result = Result { () throws(DatasetError) in try keep(path) }
            state.withLock { state in
                state.done += 1
                progress(state.done, paths.count)
                if case .failure(let error) = result { state.failure = state.failure ?? error }
            }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private func keep(_ path: String) throws(DatasetError) {
        var failure: FileFormatError?
        do throws(FileFormatError) {
            let (counted, problem) = try cache.counts(of: path, root: folders.root)
            sparse.note(path, events: counted.events)
            failure = problem
        } catch {
            try bad.add(path, error)
        }
        if let failure {
            throw DatasetError("the cache of frames cannot be written: \(failure); --cache DIR names another folder")
        }
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

    /// Recordings that cannot be read count for both.
    public func holdingOut(_ places: [Int]) -> EventFolder {
        EventFolder(folders: folders.holdingOut(places), like: self)
    }

    /// The first recordings of both splits, classes taking turns.
    public func limited(train: Int?, test: Int?) -> EventFolder {
        EventFolder(folders: folders.limited(train: train, test: test), like: self)
    }

    /// Reads and counts every recording.
    public func check(progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) -> [BadFile] {
        folders.check(progress: progress) { [frames, sparse] (file: String, path: String) throws(FileFormatError) in
            sparse.note(path, events: try frames.read(file).events)
        }
    }

    /// Of names and sizes of the files, and of how they are counted.
    public func fingerprint() throws(DatasetError) -> String {
        var fingerprint = Fingerprint()
        fingerprint.add(folders.fingerprint())
        fingerprint.add("\(frames.cutting.by.rawValue) \(frames.timeSteps) \(frames.text)")
        return fingerprint.text
    }

    private func batches(
        _ files: ClassFolders.Files,
        batchSize: Int,
        seed: UInt64,
        policy: AugmentationPolicy
    ) -> FileBatches<FrameReader> {
        FileBatches(
            files: files,
            reader: FrameReader(root: folders.root, cache: cache, sparse: sparse),
            bad: bad,
            batchSize: batchSize,
            seed: seed,
            policy: policy
        )
    }
}
