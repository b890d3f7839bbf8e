import Glibc

/// Where bytes for a path go.
enum WriteTarget {
    /// A regular file at the end of all links; `status` is nil where none is there yet.
    case file(path: String, status: stat?)
    /// A device, a pipe, or what a descriptor of this process is open for: there is nothing to replace.
    case stream(descriptor: Int32)

    /// As many links as the kernel follows for a path.
    private static let mostLinks = 40

    /// Finds out where a path leads.
    ///
    /// - Parameters:
    ///   - path: as the user gave it.
    ///   - followsLinks: whether a link at its end stands for what it points to, there or not, and what is no file is
    ///     written to; otherwise whatever is there is replaced.
    /// - Throws: ``FileWriteError`` with the system's reason.
    static func find(_ path: String, followsLinks: Bool) throws(FileWriteError) -> WriteTarget {
        var current = path
        for _ in 0...mostLinks {
            var status = stat()
            guard unsafe lstat(current, &status) == 0 else {
                if errno == ENOENT { return .file(path: current, status: nil) }
                throw FileWriteError(path: path, problem: "cannot be written", code: errno)
            }
            switch status.st_mode & S_IFMT {
            case _ where !followsLinks:
                return .file(path: current, status: status)
            case S_IFLNK:
                if isOfProcess(current) { return .stream(descriptor: try openStream(current, for: path)) }
                current = try follow(current, for: path)
            case S_IFREG, S_IFDIR:
                return .file(path: current, status: status)
            default:
                return .stream(descriptor: try openStream(current, for: path))
            }
        }
        throw FileWriteError(path: path, problem: "cannot be written", code: ELOOP)
    }

    /// What a link says, as a path from here.
    private static func follow(_ link: String, for path: String) throws(FileWriteError) -> String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(link, &bytes, bytes.count)
        guard count >= 0 else {
            throw FileWriteError(path: path, problem: "cannot be written", code: errno)
        }
        let text = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.hasPrefix("/") ? text : HostPath.folder(of: link) + text
    }

    /// Whether a link is one of the kernel's in /proc: it leads to an open file, which its text need not name.
    private static func isOfProcess(_ link: String) -> Bool {
        realFolder(of: link)?.hasPrefix("/proc/") ?? false
    }

    /// Opens what is no regular file. What this process has open already (/dev/stdout, /dev/fd/3) is shared: opened anew, a
    /// regular file would be written from its beginning, and a socket not at all.
    private static func openStream(_ current: String, for path: String) throws(FileWriteError) -> Int32 {
        let descriptor =
            if let own = ownDescriptor(current) {
                fcntl(own, F_DUPFD_CLOEXEC, 0)
            } else {
                unsafe open(current, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            }
        guard descriptor >= 0 else {
            throw FileWriteError(path: path, problem: "cannot be opened for writing", code: errno)
        }
        return descriptor
    }

    /// The number of a descriptor of this process that a path in /proc names.
    private static func ownDescriptor(_ path: String) -> Int32? {
        guard realFolder(of: path) == "/proc/\(getpid())/fd" else { return nil }
        return Int32(path.dropFirst(HostPath.folder(of: path).count))
    }

    /// The folder of a path without links.
    private static func realFolder(of path: String) -> String? {
        guard let resolved = unsafe realpath(HostPath.folder(of: path), nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}
