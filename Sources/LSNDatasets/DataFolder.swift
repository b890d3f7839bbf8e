import Glibc
import LSNFileFormats
import LSNHostSystem

/// A folder with the files of a data set.
struct DataFolder {
    /// Its path.
    let path: String

    /// The folder at `path`, which must exist.
    init(_ path: String) throws(DatasetError) {
        guard Self.kind(of: path) == S_IFDIR else {
            throw Self.missing(path)
        }
        self.path = path
    }

    /// The error where no folder is.
    static func missing(_ path: String) -> DatasetError {
        // What a command line gives is made text, whatever it was.
        let isText = !path.unicodeScalars.contains("\u{FFFD}")
        return DatasetError(
            "--data \(PrintableText.name(path)): there is no such folder"
                + (isText ? "" : "; its name is not UTF-8, so that no text can hold it: rename it")
        )
    }

    /// The path of the first of `names` that is a file here; else of the first that is anything but a folder, whose reader
    /// says what is wrong with it.
    func first(of names: [String]) -> String? {
        let paths = names.map { HostPath.join(path, $0) }
        return paths.first { Self.kind(of: $0) == S_IFREG }
            ?? paths.first { path in Self.kind(of: path).map { $0 != S_IFDIR } ?? false }
    }

    /// The path of a folder in here.
    func folder(_ name: String) -> DataFolder? {
        try? DataFolder(HostPath.join(path, name))
    }

    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
