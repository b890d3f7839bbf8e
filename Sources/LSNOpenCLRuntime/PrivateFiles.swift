import Foundation
import LSNHostSystem

/// A folder that only this user can look into.
enum PrivateFolder {
    /// Whether it is a folder, this user's, and closed to all others.
    static func isPrivate(_ path: String) -> Bool {
        guard let status = status(path) else { return false }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
    }

    /// Makes the folder with its parents where it is missing, and closes it to others where it is this user's.
    ///
    /// - Returns: whether it is private now and can be written to.
    static func prepare(_ path: String) -> Bool {
        guard !path.isEmpty else { return false }
        if status(path) == nil {
            makeParents(of: path)
            // Another process may be making it too; what counts is how it looks afterwards.
            _ = unsafe mkdir(path, 0o700)
        }
        guard let found = status(path), found.st_uid == geteuid() else { return false }
        if found.st_mode & 0o777 != 0o700 { _ = unsafe chmod(path, 0o700) }
        let answer = unsafe access(path, W_OK | X_OK)
        return answer == 0 && isPrivate(path)
    }

    /// Makes a folder of this user's alone in one that everybody writes to, such as /tmp.
    ///
    /// - Returns: whether it is private now, can be written to, and no link that somebody else may turn elsewhere.
    static func prepareAmongOthers(_ path: String) -> Bool {
        guard prepare(path) else { return false }
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes old files: programs of drivers long gone, and what a killed process left half written.
    static func removeFiles(in path: String, where isOurs: (String) -> Bool, unusedForDays days: Int) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return }
        let oldest = time(nil) - days * 86_400
        for name in names where isOurs(name) {
            let file = HostPath.join(path, name)
            guard let status = status(file), status.st_mtim.tv_sec < oldest else { continue }
            _ = unsafe unlink(file)
        }
    }

    private static func makeParents(of path: String) {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            end = slash
            _ = unsafe mkdir(String(path[..<slash]), 0o700)
        }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }
}

/// A file that only this user can read and write.
enum PrivateFile {
    /// Larger files are nothing that a compiler made of a kernel.
    private static let largest = 1 << 28

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// The content; `nil` where it cannot be read, is no plain file, or others could have written it.
    static func read(_ path: String) -> [UInt8]? {
        // Opening a pipe would wait for its other end.
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0,
            status.st_mode & S_IFMT == S_IFREG,
            status.st_uid == geteuid(),
            status.st_mode & 0o022 == 0,
            status.st_size <= largest
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Foundation.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            filled += count
        }
        return bytes
    }

    /// Notes that the file was used.
    static func touch(_ path: String) {
        _ = unsafe utimes(path, nil)
    }

    /// Puts a file in place of whatever is there, whole or not at all. It is not synced: a file that a crash tears fails
    /// its checksum.
    ///
    /// - Returns: whether that succeeded.
    static func replace(_ path: String, with bytes: [UInt8]) -> Bool {
        do throws(FileWriteError) {
            let file = try AtomicFile(path, followsLinks: false, permissions: 0o600, isSynced: false)
            try file.write(bytes[...])
            try file.commit()
            return true
        } catch {
            return false
        }
    }
}
