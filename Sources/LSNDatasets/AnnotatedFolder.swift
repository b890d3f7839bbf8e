import LSNFileFormats
import LSNHostSystem

/// A split whose files stand in one folder, `images`, beside a list of their classes, as in Tiny-ImageNet's `val`:
/// `val_annotations.txt` has a line for each file, its name, the name of its class and more, tabs between.
enum AnnotatedFolder {
    /// What the list is called.
    static let listName = "val_annotations.txt"
    private static let filesName = "images"
    /// No honest list is larger.
    private static let byteLimit = 1 << 28

    /// The classes of a split, in natural order; nil where it has no such list.
    ///
    /// - Parameters:
    ///   - prefix: its folder below the root, with a slash at its end.
    ///   - root: the data set's folder.
    /// - Throws: ``DatasetError`` with the line that is not as it should be.
    static func classes(below prefix: String, in root: String) throws(DatasetError) -> [FolderWalk.Class]? {
        let path = HostPath.join(root, prefix + listName)
        let isThere = try FolderListing(HostPath.join(root, String(prefix.dropLast()))).files.contains(listName)
        guard isThere, FolderListing.isFolder(HostPath.join(root, prefix + filesName)) else { return nil }
        let bytes: [UInt8]
        do throws(FileFormatError) {
            bytes = try FileSystem.read(path, limit: byteLimit)
        } catch {
            throw DatasetError(error)
        }
        var members: [String: [String]] = [:]
        var start = 0
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            defer { start += line.count + 1 }
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard !text.isEmpty else { continue }
            let fields = text.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
                String(validating: $0, as: UTF8.self)
            }
            guard fields.count >= 2, let name = fields[0], let label = fields[1], !name.isEmpty, !label.isEmpty,
                !name.contains("/")
            else {
                throw DatasetError(
                    FileFormatError(
                        path: path,
                        byteOffset: start,
                        problem: "line \(number + 1) is not a file's name and its class with a tab between",
                        advice: "unpack the data set again"
                    )
                )
            }
            members[label, default: []].append(prefix + "\(filesName)/\(name)")
        }
        return members.sorted { NaturalOrder.precedes($0.key, $1.key) }.map { name, files in
            FolderWalk.Class(name: name, files: files.sorted(by: NaturalOrder.precedes))
        }
    }
}
