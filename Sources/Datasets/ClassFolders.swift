import Dispatch
import FileFormats
import Glibc
import Synchronization

/// Files by class, from folders: a folder for every class, below `train` and `val` (or `test`), or at the top.
struct ClassFolders: Sendable {
    /// One split.
    struct Files: Sendable {
        /// Paths below the root. Classes take turns: the first of every class, then the second of every class, …, so
        /// that the first N hold all classes.
        var paths: [String] = []
        /// Their classes.
        var labels: [Int32] = []

        var count: Int { paths.count }

        /// The first `count` files, or all.
        func prefix(_ count: Int?) -> Files {
            guard let count, count < self.count else { return self }
            return Files(paths: Array(paths.prefix(count)), labels: Array(labels.prefix(count)))
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

    /// Below a class, folders are searched this deep.
    private static let depth = 4

    /// Reads the folders below `root`.
    ///
    /// - Parameters:
    ///   - root: the folder that `--data` names.
    ///   - extensions: of the files that count, in lower case, without dot; others are passed over.
    ///   - rule: how to divide the files; nil: `folders` where there are `train` and `val` (or `test`), else the first
    ///     of `candidates` that leaves files on both sides.
    /// - Throws: ``DatasetError`` where the folder cannot be read, holds no such files, or the rule does not fit it.
    init(
        _ root: String,
        extensions: Set<String>,
        rule: SplitRule?,
        candidates: [SplitRule]
    ) throws(DatasetError) {
        guard FolderListing.isFolder(root) else { throw DatasetError("--data \(root): there is no such folder") }
        let top = try FolderListing(root).folders
        let testName = ["val", "test"].first { top.contains($0) }
        if top.contains("train"), let testName {
            guard rule == nil || rule == .folders else {
                throw DatasetError(
                    "\(root) is divided into train and \(testName): leave --split out, or name one of them in --data"
                )
            }
            try self.init(root, extensions: extensions, testName: testName)
            return
        }
        guard rule != .folders else {
            throw DatasetError("--split folders: \(root) has no folders train and val (or test)")
        }
        let byClass = try Self.files(root, below: "", classes: top, extensions: extensions)
        let classes = byClass.map(\.name)
        guard !classes.isEmpty else {
            let kinds = extensions.sorted().map { ".\($0)" }.joined(separator: ", ")
            throw DatasetError(
                "\(root) holds no folder with \(kinds) files: --data must name a folder with a folder for every class, "
                    + "or one that holds such folders as train and val"
            )
        }
        for candidate in rule.map({ [$0] }) ?? candidates {
            var train: [[String]] = []
            var test: [[String]] = []
            for (label, (_, files)) in byClass.enumerated() {
                let parts = candidate.divide(files.count, label: label)
                train.append(parts.train.map { files[$0] })
                test.append(parts.test.map { files[$0] })
            }
            if train.contains(where: { !$0.isEmpty }), test.contains(where: { !$0.isEmpty }) {
                self.init(
                    root: root,
                    classes: classes,
                    split: candidate,
                    train: Self.interleave(train),
                    test: Self.interleave(test)
                )
                return
            }
        }
        throw DatasetError(
            "--split \((rule ?? candidates[0]).description) leaves no file of \(root) to train on or to test with: "
                + "its classes have too few; --split all uses all for both"
        )
    }

    private init(_ root: String, extensions: Set<String>, testName: String) throws(DatasetError) {
        var parts: [[(name: String, files: [String])]] = []
        for name in ["train", testName] {
            let classes = try FolderListing("\(root)/\(name)").folders
            let found = try Self.files(root, below: "\(name)/", classes: classes, extensions: extensions)
            guard !found.isEmpty else {
                let kinds = extensions.sorted().map { ".\($0)" }.joined(separator: ", ")
                throw DatasetError(
                    "\(root)/\(name) holds no folder with \(kinds) files: it must have a folder for every class"
                )
            }
            parts.append(found)
        }
        let classes = parts[0].map(\.name)
        let unknown = parts[1].map(\.name).filter { !classes.contains($0) }
        guard unknown.isEmpty else {
            let names = unknown.prefix(3).joined(separator: ", ")
            throw DatasetError(
                "\(root)/\(testName) has classes that train lacks (\(names)\(unknown.count > 3 ? ", …" : "")): "
                    + "both must have the same folders"
            )
        }
        var tests = [[String]](repeating: [], count: classes.count)
        // Names are equal here as Unicode has it, so one may stand there twice, its accents written otherwise.
        let label = Dictionary(classes.enumerated().map { ($1, $0) }) { first, _ in first }
        guard label.count == classes.count else {
            let twice = classes.first { name in classes.filter { $0 == name }.count > 1 } ?? ""
            throw DatasetError(
                "\(root)/train has two folders called \(twice), whose accents are written in different ways: rename one"
            )
        }
        for (name, files) in parts[1] {
            if let index = label[name] { tests[index] = files }
        }
        self.init(
            root: root,
            classes: classes,
            split: .folders,
            train: Self.interleave(parts[0].map(\.files)),
            test: Self.interleave(tests)
        )
    }

    private init(root: String, classes: [String], split: SplitRule, train: Files, test: Files) {
        self.root = root
        self.classes = classes
        self.split = split
        self.train = train
        self.test = test
    }

    /// This with shorter splits.
    func limited(train: Int?, test: Int?) -> ClassFolders {
        ClassFolders(
            root: root,
            classes: classes,
            split: split,
            train: self.train.prefix(train),
            test: self.test.prefix(test)
        )
    }

    /// Every file once.
    var allPaths: [String] {
        let first = Set(train.paths)
        return train.paths + test.paths.filter { !first.contains($0) }
    }

    /// The files for which `read` throws, in file order; it is called on all cores.
    func check(
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void,
        read: @escaping @Sendable (_ path: String) throws(FileFormatError) -> Void
    ) -> [BadFile] {
        let paths = allPaths
        let state = Mutex<(done: Int, bad: [Int: BadFile])>((0, [:]))
        progress(0, paths.count)
        DispatchQueue.concurrentPerform(iterations: paths.count) { index in
            var bad: BadFile?
            do throws(FileFormatError) {
                try read("\(root)/\(paths[index])")
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

    /// Of the paths, labels and sizes of all files, not of what they hold, which would have to be read.
    func fingerprint() throws(DatasetError) -> String {
        var fingerprint = Fingerprint()
        fingerprint.add(split.description)
        for files in [train, test] {
            for (path, label) in zip(files.paths, files.labels) {
                fingerprint.add(path)
                fingerprint.add("\(label) \(Self.size(of: "\(root)/\(path)"))")
            }
        }
        return fingerprint.text
    }

    /// In bytes, or −1 for a file that is not there; reading it will say so.
    private static func size(of path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : -1
    }

    /// The classes that hold files, with paths below `root`.
    private static func files(
        _ root: String,
        below prefix: String,
        classes: [String],
        extensions: Set<String>
    ) throws(DatasetError) -> [(name: String, files: [String])] {
        var result: [(name: String, files: [String])] = []
        for name in classes {
            var files: [String] = []
            try collect("\(prefix)\(name)", root: root, extensions: extensions, depth: depth, into: &files)
            if !files.isEmpty { result.append((name, files)) }
        }
        return result
    }

    private static func collect(
        _ folder: String,
        root: String,
        extensions: Set<String>,
        depth: Int,
        into files: inout [String]
    ) throws(DatasetError) {
        let listing = try FolderListing("\(root)/\(folder)")
        for name in listing.files {
            guard let dot = name.lastIndex(of: ".") else { continue }
            if extensions.contains(name[name.index(after: dot)...].lowercased()) { files.append("\(folder)/\(name)") }
        }
        guard depth > 1 else { return }
        for name in listing.folders {
            try collect("\(folder)/\(name)", root: root, extensions: extensions, depth: depth - 1, into: &files)
        }
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
