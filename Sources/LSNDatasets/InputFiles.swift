import LSNFileFormats
import LSNHostSystem

/// Finds files that hold samples: those that are named, and those in folders that are.
package enum InputFiles {
    /// The files that a path names: itself, or, of a folder, all pictures, arrays and recordings in it and in the folders
    /// below, in natural order, a folder's own files first. Hidden names and other kinds of files are passed over, and so are
    /// links that lead to a folder above themselves.
    ///
    /// - Parameters:
    ///   - path: a file or a folder.
    ///   - extensions: endings of names that count in folders, in lower case.
    /// - Throws: ``DatasetError`` for a folder that cannot be read or that holds none, and for names in it that are no UTF-8.
    package static func find(
        _ path: String,
        extensions: Set<String> = InputKind.extensions
    ) throws(DatasetError) -> [String] {
        guard FolderListing.isFolder(path) else { return [path] }
        var files: [String] = []
        try collect(path, extensions, above: FolderIdentity.upwards(from: path), into: &files)
        guard !files.isEmpty else {
            let kinds = extensions.sorted().map { ".\($0)" }.joined(separator: ", ")
            throw DatasetError("\(PrintableText.name(path)): the folder holds no \(kinds) file")
        }
        return files
    }

    private static func collect(
        _ folder: String,
        _ extensions: Set<String>,
        above: Set<FolderIdentity>,
        into files: inout [String]
    ) throws(DatasetError) {
        let listing = try FolderListing(folder)
        let unreadable = listing.unreadable.first {
            $0.isFolder || extensions.contains(FolderWalk.kind(of: $0.text))
        }
        if let unreadable {
            throw DatasetError(
                "\(PrintableText.name(folder))/\(unreadable.text): the name is not UTF-8, so that no text can hold it; rename it"
            )
        }
        files += listing.files.filter { extensions.contains(FolderWalk.kind(of: $0)) }
            .map { HostPath.join(folder, $0) }
        for name in listing.folders {
            let inner = HostPath.join(folder, name)
            guard let identity = FolderIdentity(inner), !above.contains(identity) else { continue }
            try collect(inner, extensions, above: above.union([identity]), into: &files)
        }
    }
}
