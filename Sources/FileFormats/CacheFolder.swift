import Glibc

/// Where this program keeps what it can make again.
public enum CacheFolder {
    /// `$LSN_CACHE_DIR`, else `lsn` in `$XDG_CACHE_HOME`, else in `.cache` of the home folder; nil where none is set.
    /// Compiled programs are kept in the same place, by a module that knows nothing of this one.
    public static func standard() -> String? {
        if let folder = environment("LSN_CACHE_DIR") { return folder }
        // The XDG base directory specification has relative paths ignored.
        if let folder = environment("XDG_CACHE_HOME"), folder.hasPrefix("/") { return "\(folder)/lsn" }
        return environment("HOME").flatMap { $0.hasPrefix("/") ? "\($0)/.cache/lsn" : nil }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}

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
