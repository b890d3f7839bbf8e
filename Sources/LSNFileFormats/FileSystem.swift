import Glibc

/// Whole files in and out of memory.
public enum FileSystem {
    /// The most that is read of a file by itself, so that a wrong name cannot fill the memory: 4 GiB.
    public static let sizeLimit = 1 << 32

    /// Everything that the file at `path` holds, or the one that a symbolic link there leads to.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the most bytes to read, so that a wrong name cannot fill the memory.
    ///   - acceptsStreams: whether pipes and devices are read too, to their end, which may be waited for; otherwise they
    ///     are errors, and none is opened.
    /// - Throws: ``FileFormatError`` with the system's reason when the file is missing or unreadable, when it is a folder,
    ///   a socket, a pipe or a device, or when it is larger than `limit`.
    public static func read(
        _ path: String,
        limit: Int = sizeLimit,
        acceptsStreams: Bool = false
    ) throws(FileFormatError) -> [UInt8] {
        let (descriptor, size) = try open(path, acceptsStreams: acceptsStreams)
        defer { _ = close(descriptor) }
        // The size is a hint only: devices and pipes have none, and a file may grow while it is read.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(size, limit))
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count == 0 { return bytes }
            if count > 0 {
                guard count <= limit - bytes.count else {
                    throw FileFormatError(
                        path: path,
                        problem: "is larger than \(limit) bytes",
                        advice: "check the path"
                    )
                }
                bytes.append(contentsOf: chunk[..<count])
            } else if errno != EINTR {
                throw failure(path, "cannot be read", errno, byteOffset: bytes.count)
            }
        }
    }

    /// Opens a file for reading, and says how large it is.
    static func open(
        _ path: String,
        acceptsStreams: Bool = false
    ) throws(FileFormatError) -> (descriptor: Int32, size: Int) {
        var status = stat()
        // Before it is opened: opening a pipe waits for its other end.
        guard unsafe stat(path, &status) == 0 else { throw failure(path, "cannot be opened", errno) }
        try requireReadable(status, path, acceptsStreams: acceptsStreams)
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened", errno) }
        do throws(FileFormatError) {
            guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, "cannot be examined", errno) }
            try requireReadable(status, path, acceptsStreams: acceptsStreams)
        } catch {
            _ = close(descriptor)
            throw error
        }
        return (descriptor, Int(status.st_size))
    }

    private static func requireReadable(
        _ status: stat,
        _ path: String,
        acceptsStreams: Bool
    ) throws(FileFormatError) {
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw FileFormatError(path: path, problem: "is a folder", advice: "name a file")
        case S_IFSOCK: kind = "a socket"
        case S_IFIFO: kind = "a pipe"
        default: kind = "a device"
        }
        guard !acceptsStreams || kind == "a socket" else { return }
        throw FileFormatError(
            path: path,
            problem: "is \(kind), and only regular files are read here",
            advice: "put a file in its place, or remove it"
        )
    }

    /// An error with the system's words for `code`, and advice where one can be given.
    static func failure(_ path: String, _ what: String, _ code: Int32, byteOffset: Int? = nil) -> FileFormatError {
        let advice: String? =
            switch code {
            case ENOENT: "check the path"
            case EACCES, EPERM: "check the permissions of the file and of its folder"
            case EROFS: "choose a folder on a file system that can be written"
            case ENOSPC, EDQUOT: "free some space on that file system, or choose another folder"
            case EFBIG: "raise the limit on file sizes (ulimit -f), or choose another file system"
            default: nil
            }
        let reason = unsafe String(cString: strerror(code))
        return FileFormatError(path: path, byteOffset: byteOffset, problem: "\(what): \(reason)", advice: advice)
    }
}
