import Dispatch
import Glibc
import LSNFileFormats
import LSNHostSystem
import Synchronization

/// Files by class, from folders: a folder for every class, below two that divide them (see ``SplitFolders``), or at the
/// top.
struct ClassFolders: Sendable {
    /// One split.
    struct Files: Sendable {
        /// Paths below the root. Classes take turns: the first of every class, then the second of every class, …, so
        /// that the first N hold all classes.
        var paths: [String] = []
        /// Their classes.
        var labels: [Int32] = []
        /// Their sizes where a run began; empty where none is continued.
        var sizes: [Int] = []

        var count: Int { paths.count }

        /// The files at some places, in their order.
        func part(_ places: [Int]) -> Files {
            Files(
                paths: places.map { paths[$0] },
                labels: places.map { labels[$0] },
                sizes: sizes.isEmpty ? [] : places.map { sizes[$0] }
            )
        }

        /// The first `count` files, or all.
        func prefix(_ count: Int?) -> Files {
            guard let count, count < self.count else { return self }
            return Files(
                paths: Array(paths.prefix(count)),
                labels: Array(labels.prefix(count)),
                sizes: Array(sizes.prefix(count))
            )
        }
    }

    /// The folder.
    let root: String
    /// Names of the classes, in natural order; labels count them.
    let classes: [String]
    /// How the files are divided.
    let split: SplitRule
    /// Files to train on.
    let train: Files
    /// Files to test with.
    let test: Files

    /// For people: what was passed over, and what may not be meant.
    let warnings: [String]

    /// Reads the folders below `root`.
    ///
    /// - Parameters:
    ///   - root: the folder that `--data` names.
    ///   - extensions: of the files that count, in lower case, without dot; others are passed over.
    ///   - rule: how to divide the files; nil: `folders` where there are two that divide them, else the first of
    ///     `candidates` that leaves files on both sides.
    /// - Throws: ``DatasetError`` where a folder cannot be read, where a class has no such files, where there is one class
    ///   or none, and where the rule does not fit.
    init(
        _ root: String,
        extensions: Set<String>,
        rule: SplitRule?,
        candidates: [SplitRule]
    ) throws(DatasetError) {
        try Self.requireFolder(root)
        let layout = FolderLayout(root: root, extensions: extensions)
        let top = try FolderListing(root).folders
        if let split = try SplitFolders(top, in: layout.place) {
            guard rule == nil || rule == .folders else {
                throw DatasetError(
                    "\(layout.place) is divided into \(split.train) and \(split.test): leave --split out, or name one of "
                        + "them in --data"
                )
            }
            try self.init(layout, split)
            return
        }
        try layout.requireCounterpart(top)
        guard rule != .folders else {
            throw DatasetError("--split folders: \(layout.place) has no folders train and val (or test)")
        }
        var walk = FolderWalk(root, extensions: extensions)
        let classes = try walk.classes(below: "")
        try layout.requireClasses(classes, below: "", trains: true)
        for candidate in rule.map({ [$0] }) ?? candidates {
            var train: [[String]] = []
            var test: [[String]] = []
            for (label, found) in classes.enumerated() {
                let parts = candidate.divide(found.files.count, label: label)
                train.append(parts.train.map { found.files[$0] })
                test.append(parts.test.map { found.files[$0] })
            }
            if train.contains(where: { !$0.isEmpty }), test.contains(where: { !$0.isEmpty }) {
                self.init(
                    root: root,
                    classes: classes.map(\.name),
                    split: candidate,
                    train: Self.interleave(train),
                    test: Self.interleave(test),
                    warnings: layout.warnings(loops: walk.loops)
                        + (rule == nil ? layout.warnings(dividing: candidate) : [])
                )
                return
            }
        }
        throw DatasetError(
            "--split \((rule ?? candidates[0]).description) leaves no file of \(layout.place) to train on or to test with: "
                + "its classes have too few; --split all uses all for both"
        )
    }

    /// The samples that lists divide, see ``LabelledRecordings``; classes do not take turns.
    init(_ root: String, _ recordings: LabelledRecordings) {
        self.init(
            root: root,
            classes: recordings.classes,
            split: .folders,
            train: recordings.train,
            test: recordings.test,
            warnings: []
        )
    }

    /// What two folders divide.
    private init(_ layout: FolderLayout, _ split: SplitFolders) throws(DatasetError) {
        var parts: [[FolderWalk.Class]] = []
        var loops: [String] = []
        var folders: [Set<FolderIdentity>] = []
        for name in [split.train, split.test] {
            if name == split.test, let listed = try AnnotatedFolder.classes(below: "\(name)/", in: layout.root) {
                parts.append(listed)
                folders.append([])
                continue
            }
            var walk = FolderWalk(layout.root, splits: [split.train, split.test], extensions: layout.extensions)
            let classes = try walk.classes(below: "\(name)/")
            try layout.requireClasses(classes, below: "\(name)/", trains: name == split.train)
            parts.append(classes)
            loops += walk.loops
            folders.append(walk.folders)
        }
        let classes = parts[0].map(\.name)
        // Accents may be written in one way here and in another there: such names are equal, and mean one class.
        let label = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        let unknown = parts[1].map(\.name).filter { label[$0] == nil }
        guard parts[1].contains(where: { !$0.files.isEmpty }) else {
            throw DatasetError(
                "\(layout.place)/\(split.test)/\(AnnotatedFolder.listName) lists no file: unpack the data set again"
            )
        }
        guard unknown.isEmpty else {
            let names = unknown.prefix(3).map { PrintableText.name($0) }.joined(separator: ", ")
            throw DatasetError(
                "\(layout.place)/\(split.test) has classes that \(split.train) lacks "
                    + "(\(names)\(unknown.count > 3 ? ", …" : "")): both must have the same folders"
            )
        }
        var tests = [[String]](repeating: [], count: classes.count)
        for found in parts[1] {
            if let index = label[found.name] { tests[index] = found.files }
        }
        self.init(
            root: layout.root,
            classes: classes,
            split: .folders,
            train: Self.interleave(parts[0].map(\.files)),
            test: Self.interleave(tests),
            warnings: layout.warnings(of: split, shared: folders[0].intersection(folders[1]).count)
                + layout.warnings(loops: loops)
        )
    }

    /// The files that a run began with, which is continued.
    ///
    /// Files that are gone since are left out when it is their turn, as files that cannot be read are, so that the others
    /// keep their places; new ones are not taken.
    ///
    /// - Parameters:
    ///   - root: the folder that `--data` names.
    ///   - files: as they were.
    ///   - maxBadFiles: so many may be gone, or have other sizes.
    /// - Throws: ``DatasetError`` where there are more, or no such folder.
    init(_ root: String, files: FileList, maxBadFiles: Int) throws(DatasetError) {
        try Self.requireFolder(root)
        func part(_ entries: [FileList.Entry]) -> Files {
            Files(paths: entries.map(\.path), labels: entries.map(\.label), sizes: entries.map(\.size))
        }
        self.init(
            root: root,
            classes: files.classes,
            split: files.split,
            train: part(files.train),
            test: part(files.test),
            warnings: try Self.changes(root, files, limit: maxBadFiles)
        )
    }

    private init(
        root: String,
        classes: [String],
        split: SplitRule,
        train: Files,
        test: Files,
        warnings: [String]
    ) {
        self.root = root
        self.classes = classes
        self.split = split
        self.train = train
        self.test = test
        self.warnings = warnings
    }

    private static func requireFolder(_ root: String) throws(DatasetError) {
        guard !FolderListing.isFolder(root) else { return }
        throw DataFolder.missing(root)
    }

    /// What became of the files of a run.
    private static func changes(_ root: String, _ files: FileList, limit: Int) throws(DatasetError) -> [String] {
        // A file that trains and tests is one file.
        let entries = files.split == .all ? files.train : files.train + files.test
        var gone: [String] = []
        var other: [String] = []
        for entry in entries {
            let now = size(of: HostPath.join(root, entry.path))
            if now < 0, entry.size >= 0 {
                gone.append(entry.path)
            } else if now != entry.size {
                other.append(entry.path)
            }
        }
        func names(_ paths: [String]) -> String {
            paths.prefix(3).map { PrintableText.name($0) }.joined(separator: ", ") + (paths.count > 3 ? ", …" : "")
        }
        let place = PrintableText.name(root)
        let changed = [(gone, "gone"), (other, "of another size")].filter { !$0.0.isEmpty }
            .map { "\($0.0.count) \($0.0.count == 1 ? "is" : "are") \($0.1) (\(names($0.0)))" }
            .joined(separator: ", ")
        guard gone.count + other.count <= limit else {
            throw DatasetError(
                "of the \(entries.count) files of \(place) with which the run began, \(changed), and --max-bad-files "
                    + "\(limit) bears no more: give the folder of the same files with --data or, where you removed or "
                    + "converted files that could not be read, --max-bad-files \(gone.count + other.count)"
            )
        }
        guard !changed.isEmpty else { return [] }
        return [
            "of the \(entries.count) files of \(place) with which the run began, \(changed): the others keep their places, "
                + "and what changed is taken as it is now"
        ]
    }

    /// This with shorter splits.
    func limited(train: Int?, test: Int?) -> ClassFolders {
        ClassFolders(
            root: root,
            classes: classes,
            split: split,
            train: self.train.prefix(train),
            test: self.test.prefix(test),
            warnings: warnings
        )
    }

    /// This with some of the files to train on to test with, and the others to train on.
    func holdingOut(_ places: [Int]) -> ClassFolders {
        let held = Set(places)
        return ClassFolders(
            root: root,
            classes: classes,
            split: split,
            train: train.part(train.paths.indices.filter { !held.contains($0) }),
            test: train.part(places),
            warnings: warnings
        )
    }

    /// Every file once.
    var allPaths: [String] {
        guard split == .all else { return train.paths + test.paths }
        let first = Set(train.paths.map(ExactPath.init))
        return train.paths + test.paths.filter { !first.contains(ExactPath($0)) }
    }

    /// The files for which `read` throws, in file order; it is called on all cores, with a file's path and its path below
    /// the root.
    func check(
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void,
        read: @escaping @Sendable (_ file: String, _ path: String) throws(FileFormatError) -> Void
    ) -> [BadFile] {
        let paths = allPaths
        let state = Mutex<(done: Int, bad: [Int: BadFile])>((0, [:]))
        progress(0, paths.count)
        DispatchQueue.concurrentPerform(iterations: paths.count) { index in
            var bad: BadFile?
            do throws(FileFormatError) {
                try read(HostPath.join(root, paths[index]), paths[index])
            } catch {
                bad = BadFile(path: paths[index], error: error)
            }
            state.withLock { state in
                state.done += 1
                state.bad[index] = bad
                progress(state.done, paths.count)
            }
        }
        return state.withLock { state in state.bad.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// All files; their sizes are those of the run that is continued, if one is, else what they are now.
    func fileList() -> FileList {
        func entries(_ files: Files) -> [FileList.Entry] {
            files.paths.indices.map { index in
                FileList.Entry(
                    path: files.paths[index],
                    label: files.labels[index],
                    size: files.sizes.isEmpty
                        ? Self.size(of: HostPath.join(root, files.paths[index])) : files.sizes[index]
                )
            }
        }
        return FileList(split: split, classes: classes, train: entries(train), test: entries(test))
    }

    /// Of the paths, labels and sizes in ``fileList()``, not of what the files hold, which would have to be read.
    func fingerprint() -> String {
        let list = fileList()
        var fingerprint = Fingerprint()
        fingerprint.add(split.description)
        for entry in list.train + list.test {
            fingerprint.add(entry.path)
            fingerprint.add("\(entry.label) \(entry.size)")
        }
        return fingerprint.text
    }

    /// In bytes, or −1 for a file that is not there; reading it will say so. Of a span of a recording it is the file's.
    private static func size(of path: String) -> Int {
        var status = stat()
        return unsafe stat(RecordingPath(path).file, &status) == 0 ? Int(status.st_size) : -1
    }

    private static func interleave(_ classes: [[String]]) -> Files {
        var result = Files()
        for rank in 0..<(classes.map(\.count).max() ?? 0) {
            for (label, files) in classes.enumerated() where rank < files.count {
                result.paths.append(files[rank])
                result.labels.append(Int32(label))
            }
        }
        return result
    }
}
