import LSNFileFormats
import LSNHostSystem

/// Finds the files of classes below a folder, each folder once, whatever links lead to it.
struct FolderWalk {
    /// A class's folder.
    struct Class {
        /// Its name.
        let name: String
        /// Paths of its files below the root.
        fileprivate(set) var files: [String] = []
        /// How many files of which other kinds are there, by the ends of their names.
        fileprivate(set) var others: [String: Int] = [:]
    }

    /// The data set's folder.
    let root: String
    /// Ends of names that count, in lower case.
    let extensions: Set<String>
    /// Whether a class that is divided itself is an error: the root lies too high then.
    let refusesSplits: Bool
    /// Paths of links that lead to a folder above themselves, which are passed over.
    private(set) var loops: [String] = []

    private let above: Set<FolderIdentity>
    private var met: [FolderIdentity: (path: String, holdsFiles: Bool)] = [:]

    /// Below a class, folders are searched this deep.
    private static let depth = 4

    /// The folders that hold files, or hold folders that do.
    var folders: Set<FolderIdentity> { Set(met.filter(\.value.holdsFiles).keys) }

    /// - Parameters:
    ///   - root: the data set's folder.
    ///   - splits: folders in it that divide it; none may be part of a class.
    ///   - extensions: of the files that count, in lower case, without dot; others are passed over.
    init(_ root: String, splits: [String] = [], extensions: Set<String>) {
        self.root = root
        self.extensions = extensions
        refusesSplits = splits.isEmpty
        above = FolderIdentity.upwards(from: root).union(splits.compactMap { FolderIdentity(HostPath.join(root, $0)) })
    }

    /// The classes in the folder `prefix` (with a slash at its end, or empty) below the root, those without files too.
    ///
    /// - Throws: ``DatasetError`` for folders that cannot be read, that two paths lead to, or that are divided themselves,
    ///   and for names that are no UTF-8.
    mutating func classes(below prefix: String) throws(DatasetError) -> [Class] {
        let listing = try FolderListing(prefix.isEmpty ? root : HostPath.join(root, String(prefix.dropLast())))
        try requireNames(listing, in: prefix)
        var result: [Class] = []
        for name in listing.folders {
            guard let identity = FolderIdentity(HostPath.join(root, prefix + name)), !above.contains(identity) else {
                loops.append("\(prefix)\(name)")
                continue
            }
            var found = Class(name: name)
            try collect("\(prefix)\(name)", identity, above: above, depth: Self.depth, into: &found)
            result.append(found)
        }
        return result
    }

    private mutating func collect(
        _ folder: String,
        _ identity: FolderIdentity,
        above: Set<FolderIdentity>,
        depth: Int,
        into found: inout Class
    ) throws(DatasetError) {
        if let other = met[identity] {
            guard other.holdsFiles else { return }
            let names = [other.path, folder].map { PrintableText.name($0) }.joined(separator: " and ")
            throw DatasetError("\(root): \(names) are one folder, whose files would count twice: remove the link")
        }
        let listing = try FolderListing(HostPath.join(root, folder))
        try requireNames(listing, in: folder + "/")
        if refusesSplits, let split = try SplitFolders(listing.folders, in: HostPath.join(root, folder)) {
            let place = PrintableText.name(HostPath.join(root, folder))
            throw DatasetError(
                "\(place) is divided into \(split.train) and \(split.test): --data lies too high, give --data \(place)"
            )
        }
        let before = found.files.count
        defer { met[identity] = (folder, found.files.count > before) }
        for name in listing.files {
            let kind = Self.kind(of: name)
            if extensions.contains(kind) {
                found.files.append(HostPath.join(folder, name))
            } else {
                found.others[kind, default: 0] += 1
            }
        }
        guard depth > 1 else { return }
        let path = above.union([identity])
        for name in listing.folders {
            guard let inner = FolderIdentity(HostPath.join(root, HostPath.join(folder, name))), !path.contains(inner)
            else {
                loops.append(HostPath.join(folder, name))
                continue
            }
            try collect(HostPath.join(folder, name), inner, above: path, depth: depth - 1, into: &found)
        }
    }

    /// What stands behind a name's last dot, in lower case; nothing where there is none.
    static func kind(of name: String) -> String {
        name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

    /// Names that are no UTF-8 are errors where they would count.
    private func requireNames(_ listing: FolderListing, in prefix: String) throws(DatasetError) {
        let wrong = listing.unreadable.filter { $0.isFolder || extensions.contains(Self.kind(of: $0.text)) }
        guard let first = wrong.first else { return }
        let more = wrong.count > 1 ? " (and \(wrong.count - 1) more there)" : ""
        throw DatasetError(
            "\(PrintableText.name(HostPath.join(root, prefix)))\(first.text)\(more): the name is not UTF-8, so that no text can "
                + "hold it; rename it (convmv -r -f latin1 -t utf8 --notest renames all that are Latin-1)"
        )
    }
}
