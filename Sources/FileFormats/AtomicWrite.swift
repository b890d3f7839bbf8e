import Glibc
import HostSystem

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
        followsLinks: Bool = true,
        calls: AtomicWriteCalls
    ) throws(FileFormatError) {
        switch try WriteTarget.find(path, followsLinks: followsLinks) {
        case .stream(let descriptor):
            try closing(descriptor, path, calls: calls) { () throws(FileFormatError) in
                try write(bytes, to: descriptor, path: path, calls: calls)
            }
        case .file(let target, let status):
            try replace(target, status, by: bytes, path: path, calls: calls)
        }
    }

    /// Puts a new file in the place of the one at `target`, which may be missing.
    private static func replace(
        _ target: String,
        _ status: stat?,
        by bytes: [UInt8],
        path: String,
        calls: AtomicWriteCalls
    ) throws(FileFormatError) {
        let folder = HostPath.folder(of: target)
        let (descriptor, temporary) = try createTemporary(in: folder, for: path)
        do throws(FileFormatError) {
            // Network file systems may report a full disk only when the file is closed.
            try closing(descriptor, path, calls: calls) { () throws(FileFormatError) in
                try write(bytes, to: descriptor, path: path, calls: calls)
                if let status, status.st_mode & S_IFMT == S_IFREG { keep(status, of: descriptor) }
                try check(calls.synchronize(descriptor), path, "cannot be synced to disk")
            }
            try check(calls.rename(temporary, target), path, "cannot be replaced")
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        try synchronizeFolder(folder, calls: calls)
    }

    /// Gives a file the permissions of the one whose place it takes, and its owner where that is allowed: the content is
    /// there in any case, and whoever may write it may also read it.
    private static func keep(_ status: stat, of descriptor: Int32) {
        var own = stat()
        if unsafe fstat(descriptor, &own) == 0, own.st_uid != status.st_uid || own.st_gid != status.st_gid {
            _ = fchown(descriptor, status.st_uid, status.st_gid)
        }
        _ = fchmod(descriptor, status.st_mode & 0o777)
    }

    /// Runs `body` and closes the descriptor, whatever comes of it.
    private static func closing(
        _ descriptor: Int32,
        _ path: String,
        calls: AtomicWriteCalls,
        _ body: () throws(FileFormatError) -> Void
    ) throws(FileFormatError) {
        do throws(FileFormatError) {
            try body()
        } catch {
            _ = calls.close(descriptor)
            throw error
        }
        try check(calls.close(descriptor), path, "cannot be closed after writing")
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
