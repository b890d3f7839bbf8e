package import LSNHostSystem

extension FileSystem {
    /// Replaces the file at `path` by one that holds `bytes`, all or nothing; writes them to a device or a pipe.
    ///
    /// Symbolic links are followed, and stay; a link to nothing makes the file that it names. The bytes go to a new file in
    /// the folder of the old one, with its permissions, which is synced and then renamed over it; the folder is synced too.
    /// Whatever fails (a full disk, a crash, a power cut), `path` holds either what it held before or all of `bytes`, and a
    /// failure that is reported leaves no temporary file behind. No file takes the place of a device or a pipe, such as
    /// /dev/stdout: it is written to, as far as it takes the bytes.
    ///
    /// - Throws: ``FileFormatError`` with the system's reason.
    public static func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileFormatError) {
        try reported { () throws(FileWriteError) in try write(bytes, to: AtomicFile(path)) }
    }

    /// Replaces `path` by a file that holds `bytes`, without waiting for the disk.
    ///
    /// As ``writeAtomically(_:to:)``, but after a power cut the file may be empty or in part old: for caches, whose files
    /// carry a checksum and can be made again. Whatever is there is replaced, a link, too: in a cache that others may write
    /// to, it may be anybody's.
    ///
    /// - Throws: ``FileFormatError`` with the system's reason.
    public static func writeAtomicallyUnsynced(_ bytes: [UInt8], to path: String) throws(FileFormatError) {
        try reported { () throws(FileWriteError) in
            try write(bytes, to: AtomicFile(path, followsLinks: false, isSynced: false))
        }
    }

    /// Replaces the file at `path` as ``writeAtomically(_:to:)`` does, by one that `content` writes piece by piece, so that
    /// it need not be in memory. What `content` throws leaves the file as it was.
    ///
    /// - Throws: ``FileFormatError`` with the system's reason, also from within `content`; what `content` throws.
    package static func writeAtomically(
        to path: String,
        calls: FileCalls = .system,
        _ content: (OutputFile) throws -> Void
    ) throws {
        let file = try reported { () throws(FileWriteError) in try AtomicFile(path, calls: calls) }
        try content(OutputFile(file: file))
        try reported { () throws(FileWriteError) in try file.commit() }
    }

    /// Adds bytes to the end of a file that exists, and waits until they are on disk. A failure may leave a part of them there.
    ///
    /// - Throws: ``FileFormatError`` with the system's reason.
    public static func append(_ bytes: [UInt8], to path: String) throws(FileFormatError) {
        try reported { () throws(FileWriteError) in try GrowingFile(path).append(bytes, isSynced: true) }
    }

    /// Replaces the file at `target` by a copy of the one at `source`, as ``writeAtomically(_:to:)`` does.
    ///
    /// - Throws: ``FileFormatError`` with the file that cannot be read, or written.
    public static func copy(_ source: String, to target: String) throws(FileFormatError) {
        let original = try InputFile(source)
        let copy = try reported { () throws(FileWriteError) in try AtomicFile(target) }
        var position = 0
        while position < original.size {
            let end = min(position + InputFile.pieceSize, original.size)
            let bytes = try original.read(position..<end)
            try reported { () throws(FileWriteError) in try copy.write(bytes[...]) }
            position = end
        }
        try reported { () throws(FileWriteError) in try copy.commit() }
    }

    /// Whether a file of this name is what a process that was killed while it wrote left behind.
    package static func isTemporary(_ name: String) -> Bool { AtomicFile.isTemporary(name) }

    private static func write(_ bytes: [UInt8], to file: AtomicFile) throws(FileWriteError) {
        try file.write(bytes[...])
        try file.commit()
    }

    /// What `body` throws, in words.
    package static func reported<Result>(
        _ body: () throws(FileWriteError) -> Result
    ) throws(FileFormatError) -> Result {
        do throws(FileWriteError) {
            return try body()
        } catch {
            throw failure(error.path, error.problem, error.code, byteOffset: error.byteOffset)
        }
    }
}

/// A file that is being written, piece by piece.
public struct OutputFile {
    fileprivate let file: AtomicFile

    /// Bytes written so far.
    var count: Int { file.count }

    /// Writes more bytes.
    ///
    /// - Throws: ``FileFormatError`` with the system's reason and how many of all bytes were written before.
    public func write(_ bytes: [UInt8]) throws(FileFormatError) {
        try FileSystem.reported { () throws(FileWriteError) in try file.write(bytes[...]) }
    }
}
