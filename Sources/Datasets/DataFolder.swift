import Glibc

/// A folder with the files of a data set.
struct DataFolder {
    /// Its path.
    let path: String

    /// The folder at `path`, which must exist.
    init(_ path: String) throws(DatasetError) {
        guard Self.kind(of: path) == S_IFDIR else {
            throw DatasetError("--data \(path): there is no such folder")
        }
        self.path = path
    }

    /// The path of the first of `names` that is a file here.
    func first(of names: [String]) -> String? {
        names.map { "\(path)/\($0)" }.first { Self.kind(of: $0) == S_IFREG }
    }

    /// The path of a folder in here.
    func folder(_ name: String) -> DataFolder? {
        try? DataFolder("\(path)/\(name)")
    }

    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
