import Glibc

extension FileSystem {
    /// Makes the folder at `path`, and those above it, where they are missing.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - permissions: of new folders, before the process's mask.
    /// - Throws: ``FileFormatError`` with the system's reason.
    public static func createFolders(_ path: String, permissions: UInt32 = 0o777) throws(FileFormatError) {
        var prefix = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            prefix += prefix.isEmpty && part.isEmpty ? "/" : prefix.isEmpty || prefix.hasSuffix("/") ? part : "/\(part)"
            let isMade = part.isEmpty ? true : unsafe mkdir(prefix, permissions) == 0
            if isMade || errno == EEXIST { continue }
            throw failure(prefix, "cannot be made", errno)
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw FileFormatError(path: path, problem: "is no folder", advice: "choose another name")
        }
    }
}
