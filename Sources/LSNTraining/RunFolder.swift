import Foundation
public import LSNDatasets
public import LSNFileFormats
import LSNHostSystem

/// The folder of a run: `config.json`, `files.tsv`, `metrics.jsonl`, `blocks.jsonl`, `checkpoint-last.safetensors`,
/// `checkpoint-best.safetensors`; and of its last process `memory.json` and `profile.json`.
///
/// It is locked while a process trains in it, so that two never mix their files; the lock goes with the process, however
/// it ends.
public final class RunFolder: Sendable {
    /// The folder.
    public let path: String
    /// nil where another process writes.
    private let lock: FolderLock?

    /// Where the options and the machine are written down.
    public var configurationPath: String { HostPath.join(path, "config.json") }
    /// One record an epoch.
    public var metrics: MetricsFile { MetricsFile(path: HostPath.join(path, "metrics.jsonl")) }
    /// What a step of the process that trains here takes, see ``MemoryPlan``.
    public var memoryPath: String { HostPath.join(path, "memory.json") }
    /// What the device did in one step, see ``StepProfile``.
    public var profilePath: String { HostPath.join(path, "profile.json") }
    /// The files that the run trains and tests on, of data sets that are folders: see `FileList`.
    var filesPath: String { HostPath.join(path, "files.tsv") }
    /// What the best epoch's model comes to on the test split, see ``TestScore``.
    var testPath: String { HostPath.join(path, "test.json") }
    /// How each class was classified when the run was evaluated last, see ``ConfusionRecord``.
    var confusionPath: String { HostPath.join(path, "confusion.json") }
    /// What every block did, one line an epoch.
    public var blocks: BlocksFile { BlocksFile(path: HostPath.join(path, "blocks.jsonl")) }
    /// The newest state, with all that continuing needs.
    public var lastCheckpointPath: String { HostPath.join(path, "checkpoint-last.safetensors") }
    /// The model of the best epoch.
    public var bestCheckpointPath: String { HostPath.join(path, "checkpoint-best.safetensors") }
    /// The model of the best finished epoch while ``bestCheckpointPath`` holds that of a part of an epoch.
    var displacedBestPath: String { HostPath.join(path, "checkpoint-best-before.safetensors") }

    private init(path: String, lock: FolderLock?) {
        self.path = path
        self.lock = lock
    }

    /// The folder of a run that another process writes: its name, by which messages call the run. It need not be seen here.
    package static func ofAnotherProcess(_ path: String) -> RunFolder { RunFolder(path: path, lock: nil) }

    /// A new run's folder, made with the folders above it.
    ///
    /// - Throws: ``ConfigurationError/badRunFolder(path:problem:advice:)`` where a run stands there already, or a file, or
    ///   where the folder cannot be made; ``TrainingError/runInUse(path:)``.
    public static func create(at path: String) throws -> RunFolder {
        try makeFolder(path)
        let lock = try FolderLock(folder: path)
        let contents = ["config.json", "metrics.jsonl", "checkpoint-last.safetensors", "checkpoint-best.safetensors"]
        if let found = contents.first(where: { FileManager.default.fileExists(atPath: HostPath.join(path, $0)) }) {
            throw ConfigurationError.badRunFolder(
                path: path,
                problem: "a run stands here already (\(found))",
                advice: "Continue it with --resume \(ShellText.path(path)), or choose another --output"
            )
        }
        return RunFolder(path: path, lock: lock)
    }

    /// A new folder `parent/name-1`, or the next number that is free.
    public static func create(numbered name: String, in parent: String) throws -> RunFolder {
        try makeFolder(parent)
        var number = 1
        while true {
            let path = HostPath.join(parent, "\(name)-\(number)")
            // Making a folder succeeds for one process only, so two that start together get two folders.
            if (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)) != nil {
                return try create(at: path)
            }
            guard FileManager.default.fileExists(atPath: path) else {
                try makeFolder(path)
                return try create(at: path)
            }
            number += 1
        }
    }

    /// The folder of a run that is to be continued.
    public static func open(_ path: String) throws -> RunFolder {
        let configuration = HostPath.join(path, "config.json")
        guard FileManager.default.fileExists(atPath: configuration) else {
            throw ConfigurationError.badRunFolder(
                path: path,
                problem: "no run stands here (there is no config.json)",
                advice: "Give the folder that lsn train wrote, or start a run without --resume"
            )
        }
        let folder = RunFolder(path: path, lock: try FolderLock(folder: path))
        folder.removeTemporaryFiles()
        return folder
    }

    /// Whether a process trains in the folder at `path` now.
    public static func isInUse(_ path: String) -> Bool {
        FolderLock.isHeld(folder: path)
    }

    /// Whether there is a state to continue from.
    var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: lastCheckpointPath) }

    /// The files with which the run began; nil where it has none, or was begun before they were written down.
    ///
    /// - Throws: `FileFormatError` where they cannot be read.
    func fileList() throws(FileFormatError) -> FileList? { try Self.fileList(in: path) }

    /// The files with which the run in the folder at `path` began; nil where it has none, or was begun before they were
    /// written down.
    ///
    /// - Throws: `FileFormatError` where they cannot be read.
    public static func fileList(in path: String) throws(FileFormatError) -> FileList? {
        let path = HostPath.join(path, "files.tsv")
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try FileList.parse(FileSystem.read(path, limit: .max), path: path)
    }

    /// Copies a run to a new folder, which it continues in.
    func copy(to path: String) throws -> RunFolder {
        let copy = try RunFolder.create(at: path)
        let pairs = [
            (configurationPath, copy.configurationPath), (metrics.path, copy.metrics.path),
            (blocks.path, copy.blocks.path), (filesPath, copy.filesPath),
            (testPath, copy.testPath), (confusionPath, copy.confusionPath), (displacedBestPath, copy.displacedBestPath),
            (bestCheckpointPath, copy.bestCheckpointPath),
            (lastCheckpointPath, copy.lastCheckpointPath),
        ]
        for (source, target) in pairs where FileManager.default.fileExists(atPath: source) {
            try TrainingError.saving(run: self.path) { () throws(FileFormatError) in
                try FileSystem.copy(source, to: target)
            }
        }
        return copy
    }

    /// Writes one of the folder's small files, keys sorted.
    func write(_ value: some Encodable, to path: String) throws {
        let bytes = Array(try JSONEncoder.sorted(isIndented: true).encode(value)) + [0x0A]
        let kept = hasCheckpoint ? self.path : nil
        try TrainingError.saving(run: kept) { () throws(FileFormatError) in
            try FileSystem.writeAtomically(bytes, to: path)
        }
    }

    /// Keeps the best finished epoch's model while that of a part of an epoch takes its place.
    func setBestAside() throws(TrainingError) {
        try rename(bestCheckpointPath, to: displacedBestPath)
    }

    /// The test split's score; nil where there is none, or none that can be read.
    func testScore() -> TestScore? {
        guard let bytes = try? FileSystem.read(testPath, limit: 1 << 20) else { return nil }
        return try? JSONDecoder().decode(TestScore.self, from: Data(bytes))
    }

    /// Takes the test split's score away, which is not that of the epochs to come.
    func removeTestScore() throws(TrainingError) {
        guard unsafe unlink(testPath) != 0, errno != ENOENT else { return }
        throw .saving(problem: "\(testPath): cannot be removed: \(unsafe String(cString: strerror(errno)))", kept: path)
    }

    /// Puts the best finished epoch's model back.
    func restoreBest() throws(TrainingError) {
        try rename(displacedBestPath, to: bestCheckpointPath)
    }

    /// Renames a file, over another where there is one; nothing happens where there is no such file.
    private func rename(_ source: String, to target: String) throws(TrainingError) {
        if unsafe Foundation.rename(source, target) != 0, errno != ENOENT {
            let reason = unsafe String(cString: strerror(errno))
            throw .saving(problem: "\(source): cannot be renamed to \(target): \(reason)", kept: path)
        }
    }

    /// What a process that was killed while it wrote left behind.
    private func removeTemporaryFiles() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where FileSystem.isTemporary(name) {
            try? FileManager.default.removeItem(atPath: HostPath.join(path, name))
        }
    }

    private static func makeFolder(_ path: String) throws(ConfigurationError) {
        do throws(FileFormatError) {
            try FileSystem.createFolders(path)
        } catch {
            throw .badRunFolder(path: error.path, problem: error.problem, advice: "Choose another --output")
        }
    }
}
