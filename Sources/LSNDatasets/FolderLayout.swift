import LSNFileFormats
import LSNHostSystem

/// Whether folders stand as a data set's should, and what to do where they do not.
struct FolderLayout {
    /// The folder that `--data` names.
    let root: String
    /// Of the files that count.
    let extensions: Set<String>

    /// The folder as errors name it.
    var place: String { PrintableText.name(root) }

    private var kinds: String { extensions.sorted().map { ".\($0)" }.joined(separator: ", ") }

    /// A folder whose name means one of two splits, and that holds folders only, needs the other split beside it.
    ///
    /// - Parameter top: the folders in the root, which are not both there.
    func requireCounterpart(_ top: [String]) throws(DatasetError) {
        for name in top where SplitFolders.isTrain(name) || SplitFolders.isTest(name) {
            let listing = try FolderListing(HostPath.join(root, name))
            let holdsFiles = listing.files.contains { extensions.contains(FolderWalk.kind(of: $0)) }
            guard !holdsFiles, !listing.folders.isEmpty else { continue }
            throw DatasetError(
                "\(place) has \(name), but no \(SplitFolders.counterpart(of: name)): add it, or give --data \(place)/\(name), "
                    + "whose files --split divides (a class that is called \(name) must hold its files itself)"
            )
        }
    }

    /// All classes must have files, no two the same name, and to train on there must be two or more.
    ///
    /// - Parameters:
    ///   - classes: what was found.
    ///   - prefix: the folder below the root in which they stand, with a slash at its end, or empty.
    ///   - trains: whether that folder holds what trains.
    func requireClasses(
        _ classes: [FolderWalk.Class],
        below prefix: String,
        trains: Bool
    ) throws(DatasetError) {
        let folder = PrintableText.name(path(prefix))
        guard classes.contains(where: { !$0.files.isEmpty }) else {
            throw try noClass(classes, below: prefix)
        }
        var names: Set<String> = []
        for found in classes where !names.insert(found.name).inserted {
            throw DatasetError(
                "\(folder) has two folders called \(PrintableText.name(found.name)), whose accents are written in "
                    + "different ways: rename one, or put the files of both into one"
            )
        }
        let empty = classes.filter(\.files.isEmpty)
        guard empty.isEmpty else {
            let names = empty.prefix(5).map { "\(PrintableText.name($0.name)) (\(Self.contents($0)))" }
            throw DatasetError(
                "\(folder) has folders without \(kinds) files: \(names.joined(separator: ", "))"
                    + "\(empty.count > 5 ? " and \(empty.count - 5) more" : ""). Every folder is a class, and leaving "
                    + "some out would number the others anew: convert the files, remove the folders, or let their "
                    + "names begin with a dot"
            )
        }
        guard !trains || classes.count > 1 else { throw singleClass(classes[0], folder: folder, prefix: prefix) }
    }

    /// What is not used, and what both trains and tests.
    ///
    /// - Parameters:
    ///   - split: the folders.
    ///   - shared: how many folders are in both, through links.
    func warnings(of split: SplitFolders, shared: Int) -> [String] {
        var warnings: [String] = []
        if !split.unused.isEmpty {
            warnings.append("\(place): \(split.test) tests, \(split.unused.joined(separator: " and ")) is not used")
        }
        if shared > 0 {
            warnings.append(
                "\(place): links put \(shared == 1 ? "a folder" : "\(shared) folders") into both \(split.train) and "
                    + "\(split.test), so that the test accuracy says nothing of new samples"
            )
        }
        return warnings
    }

    /// Links that were passed over.
    func warnings(loops: [String]) -> [String] {
        loops.map { "\(PrintableText.name(HostPath.join(root, $0))) leads to a folder above it, and is passed over" }
    }

    /// A folder that trains, by its name, and that is divided itself, though its counterpart stands beside it.
    func warnings(dividing rule: SplitRule) -> [String] {
        let path = FolderPath.absolute(root)
        let parent = FolderPath.parent(of: path)
        let name = FolderPath.name(of: path)
        guard SplitFolders.isTrain(name) || SplitFolders.isTest(name),
            let siblings = try? FolderListing(parent).folders, let split = try? SplitFolders(siblings, in: parent),
            name == split.train || name == split.test
        else { return [] }
        return [
            "\(place) is divided (--split \(rule)), although \(PrintableText.name(parent)) has \(split.train) and "
                + "\(split.test): give that folder with --data to train and test with these"
        ]
    }

    private func path(_ prefix: String) -> String {
        prefix.isEmpty ? root : HostPath.join(root, String(prefix.dropLast()))
    }

    private func noClass(_ classes: [FolderWalk.Class], below prefix: String) throws(DatasetError) -> DatasetError {
        let files = try FolderListing(path(prefix)).files
        let (folder, isTop) = (PrintableText.name(path(prefix)), prefix.isEmpty)
        guard !isTop || !files.contains(where: { extensions.contains(FolderWalk.kind(of: $0)) }) else {
            var parent = FolderPath.parent(of: FolderPath.absolute(root))
            let name = FolderPath.name(of: parent)
            if SplitFolders.isTrain(name) || SplitFolders.isTest(name) { parent = FolderPath.parent(of: parent) }
            return DatasetError(
                "\(folder) holds \(kinds) files itself, but no folder with some: --data lies too low, give the folder that "
                    + "holds a folder for every class (--data \(PrintableText.name(parent)))"
            )
        }
        let found = classes.prefix(3).map { "\(PrintableText.name($0.name)): \(Self.contents($0))" }
        let contents = found.isEmpty ? "" : " (\(found.joined(separator: "; "))\(classes.count > 3 ? "; …" : ""))"
        return DatasetError(
            "\(folder) holds no folder with \(kinds) files\(contents): "
                + (isTop
                    ? "--data must name a folder with a folder for every class, or one that holds such folders as train "
                        + "and val" : "it must have a folder for every class")
        )
    }

    private func singleClass(_ only: FolderWalk.Class, folder: String, prefix: String) -> DatasetError {
        // Where all its files stand in folders, these may be the classes.
        let inner = only.files.map { $0.dropFirst(prefix.count + only.name.count + 1) }
        let folders = Set(inner.map { $0.split(separator: "/").count > 1 ? $0.split(separator: "/").first : nil })
        let name = PrintableText.name(only.name)
        let advice =
            folders.count > 1 && !folders.contains(nil)
            ? "its folders may be the classes: give --data \(folder)/\(name)"
            : "--data must name a folder with a folder for every class, two or more"
        return DatasetError("\(folder) has one class, \(name), and a network that knows one learns nothing: \(advice)")
    }

    /// What a class without files holds instead.
    private static func contents(_ found: FolderWalk.Class) -> String {
        guard !found.others.isEmpty else { return "it holds no file" }
        let kinds = found.others.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
        return kinds.map {
            "\($0.value) \($0.key.isEmpty ? "without extension" : ".\(PrintableText.name($0.key))")"
        }
        .joined(separator: ", ")
    }
}
