import Glibc
import LSNFileFormats
import LSNHostSystem

/// Frames that were counted before, on disk: one file for every recording.
///
/// A file is written under another name and renamed, so a process that is killed leaves whole files only; it holds a
/// checksum and says which recording it was made of (name, size, time of change) and how, so whatever does not fit is
/// made again. Several processes may share a cache.
///
/// Layout, little-endian: `LSNFRAM2`, T, height (and width), 0 for frames by number and 1 by time, the length of the
/// recording's path (32 bits each), its size and its time of change in nanoseconds (64 bits each), the path, the number of
/// the recording's events (64 bits), the counts (16 bits each), and the CRC-32 of all before it. The first version's
/// frames by time were of stamps as they are, wraps and wrong ones among them; its files are made again. Frames that are not
/// those of AEDAT 2.0 files of a DVS128, or are not square, have `LSNFRAM3`, and a text before the path that says how they were
/// cut, with its length.
struct FrameCache: Sendable {
    /// Where its files are.
    let folder: String
    /// What is counted.
    let frames: EventFrames

    private static let magic = [UInt8]("LSNFRAM2".utf8)
    private static let extendedMagic = [UInt8]("LSNFRAM3".utf8)

    /// A cache for the recordings below `root`.
    ///
    /// - Parameters:
    ///   - parent: the folder for caches.
    ///   - root: the data set's folder.
    ///   - frames: what is counted.
    /// - Throws: ``DatasetError`` where the folder cannot be made.
    init(in parent: String, root: String, frames: EventFrames) throws(DatasetError) {
        var fingerprint = Fingerprint()
        fingerprint.add(FolderPath.absolute(root))
        folder =
            "\(parent)/frames-\(fingerprint.text)-\(frames.cutting.by.rawValue)-\(frames.timeSteps)-"
            + frames.text
        self.frames = frames
        do throws(FileFormatError) {
            // A cache is its user's own.
            try FileSystem.createFolders(folder, permissions: 0o700)
        } catch {
            throw DatasetError("the cache of frames: \(error); --cache DIR names another folder")
        }
    }

    /// The frames of the recording `path` below `root`, from the cache where it has them, and why they could not be kept
    /// there, if so.
    ///
    /// - Parameters:
    ///   - path: below `root`.
    ///   - root: the data set's folder.
    /// - Throws: `FileFormatError` where the recording cannot be read.
    func counts(
        of path: String,
        root: String
    ) throws(FileFormatError) -> (counted: CountedFrames, failure: FileFormatError?) {
        let source = HostPath.join(root, path)
        let stamp = try Self.stamp(of: RecordingPath(source).file)
        let header = header(path, stamp)
        let file = fileName(path)
        let (start, size) = (header.count + 8, header.count + 8 + 2 * frames.count + 4)
        if let known = try? FileSystem.read(file, limit: size),
            known.count == size, known.starts(with: header),
            Zlib.checksum([UInt8](known.dropLast(4))) == UInt32(truncatingIfNeeded: Self.word(known.suffix(4)))
        {
            let events = Int(truncatingIfNeeded: Self.word(known[header.count..<start]))
            return (CountedFrames(events: events, bytes: [UInt8](known[start..<known.count - 4])), nil)
        }
        let counted = try frames.read(source)
        var content = header
        content += (0..<8).map { UInt8(truncatingIfNeeded: counted.events >> (8 * $0)) }
        content += counted.bytes
        let checksum = Zlib.checksum(content)
        content += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> UInt32(8 * $0)) }
        do throws(FileFormatError) {
            try FileSystem.writeAtomicallyUnsynced(content, to: file)
            return (counted, nil)
        } catch {
            return (counted, error)
        }
    }

    private func fileName(_ path: String) -> String {
        var fingerprint = Fingerprint()
        fingerprint.add(path)
        return HostPath.join(folder, fingerprint.text)
    }

    private func header(_ path: String, _ stamp: (size: UInt64, time: UInt64)) -> [UInt8] {
        let name = [UInt8](path.utf8)
        let text = [UInt8]((frames.extendedText ?? "").utf8)
        var header = text.isEmpty ? Self.magic : Self.extendedMagic
        for value in [frames.timeSteps, frames.height, frames.cutting.by == .time ? 1 : 0, name.count]
            + (text.isEmpty ? [] : [text.count])
        {
            header += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        for value in [stamp.size, stamp.time] {
            header += (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        }
        return header + text + name
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
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
}

extension EventFrames {
    /// How frames were cut, where that is not as the first ones were; it can stand in a file's name.
    var extendedText: String? {
        let isFirst =
            cutting.format == .aedat2 && cutting.duration == nil && height == width
            && sensor == EventFormat.aedat2.reader?.sensor
        guard !isFirst else { return nil }
        return "\(height)x\(width)-\(cutting.format.rawValue)-\(sensor)" + (cutting.duration.map { "-\($0)" } ?? "")
    }

    /// Tells frames of one T and one way of cutting apart.
    var text: String { extendedText ?? "\(height)" }
}

/// Reads recordings as frames.
struct FrameReader: SampleReader {
    let root: String
    let cache: FrameCache
    let sparse: SparseRecordings
    let alignsSamples = false

    func read(_ path: String, variation: SampleVariation?) throws(FileFormatError) -> FileSample {
        let transform = variation.map { $0.policy.draw(seed: $0.seed, epoch: $0.epoch, sample: $0.sample) }
        // Frames that cannot be kept are right all the same.
        let counted = try cache.counts(of: path, root: root).counted
        sparse.note(path, events: counted.events)
        return FileSample(bytes: counted.bytes, transform: transform ?? [0, 0, 0])
    }
}
