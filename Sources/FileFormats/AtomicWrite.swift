import Glibc

/// The system calls of an atomic write that fail in the field, so that tests can make them fail.
///
/// Each returns what its namesake does, or the error number with its sign turned.
struct AtomicWriteCalls: Sendable {
    var write: @Sendable (_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Int
    var synchronize: @Sendable (_ descriptor: Int32) -> Int
    var close: @Sendable (_ descriptor: Int32) -> Int
    var rename: @Sendable (_ from: String, _ to: String) -> Int

    static let system = AtomicWriteCalls(
        write: { descriptor, bytes in
            unsafe bytes.withUnsafeBytes { buffer in
                let count = unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
                return count < 0 ? -Int(errno) : count
            }
        },
        synchronize: { descriptor in Glibc.fsync(descriptor) < 0 ? -Int(errno) : 0 },
        close: { descriptor in Glibc.close(descriptor) < 0 ? -Int(errno) : 0 },
        rename: { from, to in unsafe Glibc.rename(from, to) < 0 ? -Int(errno) : 0 }
    )
}

extension FileSystem {
    /// See ``writeAtomically(_:to:)``.
    static func writeAtomically(
        _ bytes: [UInt8],
        to path: String,
        calls: AtomicWriteCalls
    ) throws(FileFormatError) {
        try requireReplaceable(path)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        let (descriptor, temporary) = try createTemporary(in: folder, for: path)
        do throws(FileFormatError) {
            do throws(FileFormatError) {
                try write(bytes, to: descriptor, path: path, calls: calls)
            } catch {
                _ = calls.close(descriptor)
                throw error
            }
            // Network file systems may report a full disk only now.
            try check(calls.close(descriptor), path, "cannot be closed after writing")
            try check(calls.rename(temporary, path), path, "cannot be replaced")
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        try synchronizeFolder(folder, calls: calls)
    }

    /// Nothing but files is replaced: a device such as /dev/null would be gone for every program.
    private static func requireReplaceable(_ path: String) throws(FileFormatError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR else {
            throw FileFormatError(path: path, problem: "is a device or a pipe", advice: "name a file")
        }
    }

    private static func createTemporary(
        in folder: String,
        for path: String
    ) throws(FileFormatError) -> (descriptor: Int32, path: String) {
        // A short name of its own: one made from the file's could be too long for the file system.
        while true {
            let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
            let temporary = "\(folder).lsn-\(suffix).tmp"
            let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return (descriptor, temporary) }
            if errno != EEXIST && errno != EINTR {
                throw failure(path, "cannot be written, its folder takes no new file", errno)
            }
        }
    }

    private static func write(
        _ bytes: [UInt8],
        to descriptor: Int32,
        path: String,
        calls: AtomicWriteCalls
    ) throws(FileFormatError) {
        var written = 0
        while written < bytes.count {
            let count = calls.write(descriptor, bytes[written...])
            if count == -Int(EINTR) { continue }
            // A device that takes nothing and gives no reason would otherwise be asked for ever.
            try check(count == 0 ? -Int(EIO) : count, path, "cannot be written", byteOffset: written)
            written += count
        }
        try check(calls.synchronize(descriptor), path, "cannot be synced to disk")
    }

    private static func synchronizeFolder(_ folder: String, calls: AtomicWriteCalls) throws(FileFormatError) {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder may allow new files and yet not be readable; then there is nothing to sync it by.
        guard descriptor >= 0 else { return }
        defer { _ = calls.close(descriptor) }
        let result = calls.synchronize(descriptor)
        // Some file systems know no syncing of folders.
        if result == -Int(EINVAL) || result == -Int(ENOTSUP) { return }
        try check(result, folder, "cannot be synced to disk")
    }

    private static func check(
        _ result: Int,
        _ path: String,
        _ what: String,
        byteOffset: Int? = nil
    ) throws(FileFormatError) {
        if result < 0 { throw failure(path, what, Int32(-result), byteOffset: byteOffset) }
    }
}
