import Glibc

/// A file that exists and only grows: what is added goes to its end.
///
/// A failure, a crash or a power cut may leave a part of what was being added at the end; what stood there before stays.
package final class GrowingFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the file at `path`.
    ///
    /// - Throws: ``FileWriteError``.
    package init(_ path: String) throws(FileWriteError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        if descriptor < 0 { throw FileWriteError(path: path, problem: "cannot be added to", code: errno) }
    }

    deinit { _ = close(descriptor) }

    /// Adds bytes.
    ///
    /// - Parameter isSynced: whether the disk is waited for.
    /// - Throws: ``FileWriteError``.
    package func append(_ bytes: [UInt8], isSynced: Bool) throws(FileWriteError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = FileCalls.system.write(descriptor, rest)
            if written == -Int(EINTR) { continue }
            guard written > 0 else {
                // Who takes nothing and gives no reason would otherwise be asked for ever.
                throw FileWriteError(
                    path: path,
                    problem: "cannot be added to",
                    code: Int32(written < 0 ? -written : Int(EIO))
                )
            }
            rest = rest.dropFirst(written)
        }
        if isSynced, fsync(descriptor) < 0 {
            throw FileWriteError(path: path, problem: "cannot be synced to disk", code: errno)
        }
    }
}
