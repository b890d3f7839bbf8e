public import LSNFileFormats
import Synchronization

/// A file of a data set that was left out.
public struct BadFile: Sendable, Equatable {
    /// Its path below the data set's folder.
    public let path: String
    /// What is wrong with it.
    public let error: FileFormatError
}

/// The files of a data set that cannot be read, and how many of them are borne.
final class BadFiles: Sendable {
    private let limit: Int
    private let files = Mutex<[BadFile]>([])

    /// - Parameter limit: that many files are left out; one more is an error.
    init(limit: Int) {
        self.limit = limit
    }

    /// Those met so far.
    var list: [BadFile] { files.withLock { $0 } }

    /// What is wrong with the file at `path`, where it is known to be bad.
    func error(of path: String) -> FileFormatError? {
        files.withLock { files in files.first { ExactPath($0.path) == ExactPath(path) }?.error }
    }

    /// Notes a bad file.
    ///
    /// - Throws: ``DatasetError`` with all of their names where there are more than the limit.
    func add(_ path: String, _ error: FileFormatError) throws(DatasetError) {
        files.withLock { files in
            if !files.contains(where: { ExactPath($0.path) == ExactPath(path) }) {
                files.append(BadFile(path: path, error: error))
            }
        }
        try requireFew()
    }

    /// That there are no more than the limit, whoever found them.
    func requireFew() throws(DatasetError) {
        let all = list
        guard all.count > limit else { return }
        let shown = all.suffix(5).map { "  \($0.error)" }.joined(separator: "\n")
        let count = all.count == 1 ? "a file" : "\(all.count) files"
        throw DatasetError(
            "\(count) of the data set cannot be read, and --max-bad-files \(limit) bears no more:\n\(shown)\n"
                + "mend them or remove them (lsn data verify finds all), or raise --max-bad-files"
        )
    }
}
