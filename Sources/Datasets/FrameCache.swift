import FileFormats
import Glibc

/// Frames that were counted before, on disk: one file for every recording.
///
/// A file is written under another name and renamed, so a process that is killed leaves whole files only; it holds a
/// checksum and says which recording it was made of (name, size, time of change) and how, so whatever does not fit is
/// made again. Several processes may share a cache.
///
/// Layout, little-endian: `LSNFRAM1`, T, height (and width), 0 for frames by number and 1 by time, the length of the
/// recording's path (32 bits each), its size and its time of change in nanoseconds (64 bits each), the path, the counts
/// (16 bits each), and the CRC-32 of all before it.
struct FrameCache: Sendable {
    /// Where its files are.
    let folder: String
    /// What is counted.
    let frames: EventFrames

    private static let magic = [UInt8]("LSNFRAM1".utf8)

    /// A cache for the recordings below `root`.
    ///
    /// - Parameters:
    ///   - parent: the folder for caches.
    ///   - root: the data set's folder.
    ///   - frames: what is counted.
    /// - Throws: ``DatasetError`` where the folder cannot be made.
    init(in parent: String, root: String, frames: EventFrames) throws(DatasetError) {
        var fingerprint = Fingerprint()
        fingerprint.add(Self.realPath(root))
        folder =
            "\(parent)/frames-\(fingerprint.text)-\(frames.by.rawValue)-\(frames.timeSteps)-\(frames.size)"
        self.frames = frames
        do throws(FileFormatError) {
            // A cache is its user's own.
            try FileSystem.createFolders(folder, permissions: 0o700)
        } catch {
            throw DatasetError("the cache of frames: \(error); --cache DIR names another folder")
        }
    }

    /// The counts of the recording `path` below `root` as bytes, from the cache where it has them, and why they could not
    /// be kept there, if so.
    ///
    /// - Parameters:
    ///   - path: below `root`.
    ///   - root: the data set's folder.
    /// - Throws: `FileFormatError` where the recording cannot be read.
    func counts(
        of path: String,
        root: String
    ) throws(FileFormatError) -> (bytes: [UInt8], failure: FileFormatError?) {
        let source = "\(root)/\(path)"
        let stamp = try Self.stamp(of: source)
        let header = header(path, stamp)
        let file = fileName(path)
        if let known = try? FileSystem.read(file, limit: header.count + 2 * frames.count + 4),
            known.count == header.count + 2 * frames.count + 4, known.starts(with: header),
            Zlib.checksum([UInt8](known.dropLast(4))) == Self.word(known.suffix(4))
        {
            return ([UInt8](known[header.count..<known.count - 4]), nil)
        }
        let counts = try frames.read(source)
        var content = header + counts
        let checksum = Zlib.checksum(content)
        content += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> UInt32(8 * $0)) }
        do throws(FileFormatError) {
            try FileSystem.writeAtomicallyUnsynced(content, to: file)
            return (counts, nil)
        } catch {
            return (counts, error)
        }
    }

    private func fileName(_ path: String) -> String {
        var fingerprint = Fingerprint()
        fingerprint.add(path)
        return "\(folder)/\(fingerprint.text)"
    }

    private func header(_ path: String, _ stamp: (size: UInt64, time: UInt64)) -> [UInt8] {
        let name = [UInt8](path.utf8)
        var header = Self.magic
        for value in [frames.timeSteps, frames.size, frames.by == .time ? 1 : 0, name.count] {
            header += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        for value in [stamp.size, stamp.time] {
            header += (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        }
        return header + name
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func stamp(of path: String) throws(FileFormatError) -> (size: UInt64, time: UInt64) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw FileFormatError(path: path, problem: "cannot be opened: \(reason)", advice: "check the path")
        }
        let time = UInt64(bitPattern: Int64(status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec))
        return (UInt64(bitPattern: Int64(status.st_size)), time)
    }

    private static func realPath(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}

extension EventFrames {
    /// The counts of a recording's file, as bytes.
    func read(_ path: String) throws(FileFormatError) -> [UInt8] {
        let recording = try AEDAT.parse(FileSystem.read(path, limit: 1 << 30), path: path)
        return unsafe try integrate(recording.events, path: path).withUnsafeBytes { unsafe [UInt8]($0) }
    }
}

/// Reads recordings as frames.
struct FrameReader: SampleReader {
    let root: String
    let cache: FrameCache
    let alignsSamples = false

    func read(_ path: String, variation: SampleVariation?) throws(FileFormatError) -> FileSample {
        let transform = variation.map { $0.policy.draw(seed: $0.seed, epoch: $0.epoch, sample: $0.sample) }
        // Frames that cannot be kept are right all the same.
        return FileSample(bytes: try cache.counts(of: path, root: root).bytes, transform: transform ?? [0, 0, 0])
    }
}
