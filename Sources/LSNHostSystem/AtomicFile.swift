import Glibc

/// A file that is written beside the one whose place it takes, and then renamed over it: all or nothing.
///
/// The bytes go to a new file in the folder of the old one, which is synced and then renamed; the folder is synced too.
/// Whatever fails (a full disk, a crash, a power cut), the path holds either what it held before or all that was written,
/// and a file that is given up, for whatever reason, leaves nothing behind. No file takes the place of a device or a pipe,
/// such as /dev/stdout: it is written to, as far as it takes the bytes.
package final class AtomicFile {
    /// What a killed process leaves behind has such a name.
    package static func isTemporary(_ name: some StringProtocol) -> Bool {
        name.hasPrefix(temporaryPrefix) && name.hasSuffix(temporarySuffix)
    }

    private static let temporaryPrefix = ".lsn-"
    private static let temporarySuffix = ".tmp"

    /// Bytes that were given so far.
    package var count: Int { written + pending.count }
    private var written = 0
    /// What is written together: a checkpoint has thousands of small tensors.
    private var pending: [UInt8] = []
    private static let pieceSize = 1 << 18
    private let path: String
    private let target: WriteTarget
    private let permissions: UInt32?
    private let isSynced: Bool
    private let calls: FileCalls
    /// nil once it is closed.
    private var descriptor: Int32?
    /// nil where a stream is written, and once there is none any more.
    private var temporary: String?

    /// Begins a file for `path`.
    ///
    /// - Parameters:
    ///   - path: whose place it takes.
    ///   - followsLinks: whether symbolic links at the end of the path are followed, and stay, and devices and pipes are
    ///     written to. Otherwise whatever is there is replaced: in a folder that others may write to, it may be anybody's.
    ///   - permissions: of the file; nil: those of the one that it replaces, of a new one what the process's mask leaves.
    ///   - isSynced: whether the disk is waited for. Where it is not, after a power cut the file may be empty or in part
    ///     old: enough for what carries a checksum and can be made again.
    ///   - calls: the system's, but for tests.
    /// - Throws: ``FileWriteError``.
    package init(
        _ path: String,
        followsLinks: Bool = true,
        permissions: UInt32? = nil,
        isSynced: Bool = true,
        calls: FileCalls = .system
    ) throws(FileWriteError) {
        self.path = path
        self.permissions = permissions
        self.isSynced = isSynced
        self.calls = calls
        target = try WriteTarget.find(path, followsLinks: followsLinks)
        switch target {
        case .stream(let opened):
            descriptor = opened
        case .file(let place, _):
            let made = try Self.createTemporary(in: HostPath.folder(of: place), for: path, permissions ?? 0o666)
            (descriptor, temporary) = (made.descriptor, made.path)
        }
    }

    deinit {
        abandon()
    }

    /// Writes more bytes.
    ///
    /// - Throws: ``FileWriteError`` with how many of all bytes were written before.
    package func write(_ bytes: ArraySlice<UInt8>) throws(FileWriteError) {
        guard let descriptor else { preconditionFailure("\(path) was written to after its end") }
        if pending.count + bytes.count >= Self.pieceSize { try flush(to: descriptor) }
        if bytes.count >= Self.pieceSize { return try put(bytes, to: descriptor) }
        pending += bytes
    }

    private func flush(to descriptor: Int32) throws(FileWriteError) {
        let bytes = pending
        pending.removeAll(keepingCapacity: true)
        try put(bytes[...], to: descriptor)
    }

    private func put(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(FileWriteError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = calls.write(descriptor, rest)
            if count == -Int(EINTR) { continue }
            // A device that takes nothing and gives no reason would otherwise be asked for ever.
            try check(count == 0 ? -Int(EIO) : count, "cannot be written", byteOffset: written)
            written += count
            rest = rest.dropFirst(count)
        }
    }

    /// Puts the file in its place. Nothing can be written afterwards.
    package func commit() throws(FileWriteError) {
        guard let opened = descriptor else { preconditionFailure("\(path) was finished twice") }
        try flush(to: opened)
        guard case .file(let place, let status) = target, let temporary else {
            descriptor = nil
            return try check(calls.close(opened), "cannot be closed after writing")
        }
        if permissions == nil, let status, status.st_mode & S_IFMT == S_IFREG { Self.keep(status, of: opened) }
        if isSynced { try check(calls.synchronize(opened), "cannot be synced to disk") }
        // Network file systems may report a full disk only when the file is closed.
        descriptor = nil
        try check(calls.close(opened), "cannot be closed after writing")
        try check(calls.rename(temporary, place), "cannot be replaced")
        self.temporary = nil
        if isSynced { try synchronizeFolder(HostPath.folder(of: place)) }
    }

    private func abandon() {
        if let descriptor { _ = calls.close(descriptor) }
        if let temporary { _ = unsafe unlink(temporary) }
        (descriptor, temporary) = (nil, nil)
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

    private static func createTemporary(
        in folder: String,
        for path: String,
        _ permissions: UInt32
    ) throws(FileWriteError) -> (descriptor: Int32, path: String) {
        // A short name of its own: one made from the file's could be too long for the file system.
        while true {
            let name = temporaryPrefix + String(UInt64.random(in: .min ... .max), radix: 36) + temporarySuffix
            let temporary = HostPath.join(folder, name)
            let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions)
            if descriptor >= 0 { return (descriptor, temporary) }
            if errno != EEXIST && errno != EINTR {
                throw FileWriteError(
                    path: path,
                    problem: "cannot be written, its folder takes no new file",
                    code: errno
                )
            }
        }
    }

    private func synchronizeFolder(_ folder: String) throws(FileWriteError) {
        let opened = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder may allow new files and yet not be readable; then there is nothing to sync it by.
        guard opened >= 0 else { return }
        defer { _ = calls.close(opened) }
        let result = calls.synchronize(opened)
        // Some file systems know no syncing of folders.
        if result == -Int(EINVAL) || result == -Int(ENOTSUP) { return }
        guard result >= 0 else {
            throw FileWriteError(path: folder, problem: "cannot be synced to disk", code: Int32(-result))
        }
    }

    private func check(_ result: Int, _ problem: String, byteOffset: Int? = nil) throws(FileWriteError) {
        guard result < 0 else { return }
        abandon()
        throw FileWriteError(path: path, problem: problem, code: Int32(-result), byteOffset: byteOffset)
    }
}

/// The system calls of an atomic write that fail in the field, so that tests can make them fail.
///
/// Each returns what its namesake does, or the error number with its sign turned.
package struct FileCalls: Sendable {
    package var write: @Sendable (_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Int
    package var synchronize: @Sendable (_ descriptor: Int32) -> Int
    package var close: @Sendable (_ descriptor: Int32) -> Int
    package var rename: @Sendable (_ from: String, _ to: String) -> Int

    /// Those that there are.
    package static let system = FileCalls(
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

/// A file that cannot be written.
package struct FileWriteError: Error, Sendable, Equatable {
    /// The file, or the folder that refused.
    package var path: String
    /// What could not be done.
    package var problem: String
    /// The system's reason.
    package var code: Int32
    /// How many bytes were written before, where that says something.
    package var byteOffset: Int?
}
