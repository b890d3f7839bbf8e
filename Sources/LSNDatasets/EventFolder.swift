import Dispatch
import LSNFileFormats
import LSNHostSystem
import Synchronization

/// Recordings of an event camera, a folder for every class: CIFAR10-DVS, or any other of AEDAT 2.0 files.
public struct EventFolder: TrainingData {
    private let folders: ClassFolders
    private let frames: EventFrames
    private let cache: FrameCache
    private let bad: BadFiles
    private let sparse: SparseRecordings

    /// Endings of names that count, in lower case.
    static let extensions: Set<String> = ["aedat", "aedat2"]
    /// Rows and columns of frames where nothing else is asked.
    public static let standardSize = 48

    /// Always ``DatasetName/cifar10DVS``.
    public var name: DatasetName { .cifar10DVS }
    /// Frames.
    public var form: SampleForm { .frames }
    /// Polarities.
    public var channels: Int { EventFrames.channels }
    /// H of a frame.
    public var height: Int { frames.size }
    /// W of a frame.
    public var width: Int { frames.size }
    /// T.
    public var timeSteps: Int { frames.timeSteps }
    /// How recordings are cut.
    public var framesBy: FramesBy { frames.by }
    /// One for every folder.
    public var classes: Int { folders.classes.count }
    /// Counts are not normalised.
    public var mean: [Float] { DatasetName.cifar10DVS.mean }
    /// Counts are not normalised.
    public var deviation: [Float] { DatasetName.cifar10DVS.deviation }
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
    ///   - directory: the folder with a folder for every class, or with `train` and `val` (or `test`).
    ///   - files: those to use, of a run that is continued; nil: all that are there.
    ///   - split: how to divide the former; nil: ``SplitRule/first``.
    ///   - timeSteps: T, at least 1.
    ///   - framesBy: how recordings are cut.
    ///   - imageSize: of frames; native is the sensor's 128.
    ///   - maxBadFiles: as many files may be damaged.
    ///   - cacheFolder: where caches are; nil: `$LSN_CACHE_DIR`, or `lsn` in `$XDG_CACHE_HOME` or in `~/.cache`.
    /// - Throws: ``DatasetError``.
    public init(
        _ directory: String,
        files: FileList? = nil,
        split: SplitRule?,
        timeSteps: Int,
        framesBy: FramesBy,
        imageSize: ImageSize,
        maxBadFiles: Int,
        cacheFolder: String?
    ) throws(DatasetError) {
        let size =
            switch imageSize {
            case .square(let size): size
            case .native: AEDAT.extent
            }
        frames = EventFrames(timeSteps: timeSteps, by: framesBy, size: size)
        bad = BadFiles(limit: maxBadFiles)
        sparse = SparseRecordings(timeSteps: timeSteps)
        folders =
            if let files {
                try ClassFolders(directory, files: files, maxBadFiles: maxBadFiles)
            } else {
                try ClassFolders(directory, extensions: Self.extensions, rule: split, candidates: [.first])
            }
        guard let parent = cacheFolder ?? CacheFolder.standard() else {
            throw DatasetError("there is no folder for the cache of frames: set HOME, or name one with --cache DIR")
        }
        cache = try FrameCache(in: parent, root: directory, frames: frames)
    }

    private init(folders: ClassFolders, like other: EventFolder) {
        self.folders = folders
        frames = other.frames
        cache = other.cache
        bad = other.bad
        sparse = other.sparse
    }

    /// Where the frames are kept.
    public var cacheFolder: String { cache.folder }

    /// Counts every recording's frames, or finds them in the cache, so that training need not.
    ///
    /// - Parameter progress: hears how many recordings of how many are done, from several threads, one at a time.
    /// - Throws: ``DatasetError`` where the cache cannot be written, or too many recordings cannot be read.
    public func prepare(progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) throws(DatasetError) {
        let paths = folders.allPaths
        let state = Mutex<(done: Int, failure: DatasetError?)>((0, nil))
        progress(0, paths.count)
        DispatchQueue.concurrentPerform(iterations: paths.count) { index in
            guard state.withLock({ $0.failure == nil }) else { return }
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
        fingerprint.add("\(frames.by.rawValue) \(frames.timeSteps) \(frames.size)")
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
