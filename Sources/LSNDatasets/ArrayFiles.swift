import LSNFileFormats
import LSNHostSystem

/// The arrays of a data set: those of an `.npz` file, or the `.npy` files of a folder.
struct ArrayFiles: Sendable {
    /// What `--data` names.
    let path: String
    /// Names of the arrays that are there.
    let names: [String]
    private let archive: NPZArchive?

    /// Opens the file, or looks at the folder.
    ///
    /// - Throws: ``DatasetError`` where nothing is there, or no `.npz` file, or a folder that cannot be listed.
    init(_ path: String) throws(DatasetError) {
        self.path = path
        if FolderListing.isFolder(path) {
            archive = nil
            let files = try FolderListing(path).files
            names = files.filter { FolderWalk.kind(of: $0) == "npy" }.map { String($0.dropLast(4)) }
            return
        }
        do throws(FileFormatError) {
            let bytes = FileBytes(try InputFile(path))
            let start = try bytes.read(0..<min(8, bytes.count))
            guard InputKind(start) != .array else {
                throw FileFormatError(
                    path: path,
                    problem: "is one array, and a data set has samples and labels",
                    advice: "save them together with numpy.savez, or give the folder of x_train.npy, y_train.npy, …"
                )
            }
            let archive = try NPZArchive(bytes)
            (self.archive, names) = (archive, archive.names)
        } catch {
            throw DatasetError(error)
        }
    }

    /// The array of this name; nil where there is none.
    func array(_ name: String) throws(DatasetError) -> StoredArray? {
        do throws(FileFormatError) {
            if let archive { return try archive.array(name) }
            guard names.contains(name) else { return nil }
            return try StoredArray(FileBytes(InputFile(HostPath.join(path, "\(name).npy"))), name: name)
        } catch {
            throw DatasetError(error)
        }
    }

    /// The shape of the array of this name, of which nothing but its header is read; nil where there is none.
    func shape(_ name: String) throws(DatasetError) -> [Int]? {
        guard let archive else { return try array(name)?.shape }
        do throws(FileFormatError) {
            return try archive.shape(name)
        } catch {
            throw DatasetError(error)
        }
    }

    /// The samples and the labels of a data set.
    ///
    /// - Parameter rule: how to divide `x` and `y`; nil: the first of ``candidates`` that leaves samples on both sides.
    /// - Throws: ``DatasetError`` where arrays are missing, or do not fit each other.
    func splits(_ rule: SplitRule?) throws(DatasetError) -> ArraySplits {
        let isDivided = names.contains("x_train")
        let wanted = isDivided ? ["x_train", "y_train", "x_test", "y_test"] : ["x", "y"]
        let missing = wanted.filter { !names.contains($0) }
        guard missing.isEmpty else {
            let found =
                names.isEmpty ? "no array" : names.prefix(8).map { PrintableText.name($0) }.joined(separator: ", ")
            throw DatasetError(
                "\(PrintableText.name(path)) has \(found), and lacks \(missing.joined(separator: ", ")): a data set has "
                    + "x_train, y_train, x_test and y_test, or x and y (numpy.savez(\"data.npz\", x_train=…, …))"
            )
        }
        if isDivided {
            guard rule == nil else {
                throw DatasetError("\(PrintableText.name(path)) has x_train and x_test: leave --split out")
            }
            let (train, test) = (try samples("_train"), try samples("_test"))
            guard train.array.isLike(test.array) else {
                throw DatasetError(
                    "\(PrintableText.name(path)): x_train has shape \(train.array.shape) of \(train.array.type.rawValue), and "
                        + "x_test \(test.array.shape) of \(test.array.type.rawValue): save samples of one shape and type"
                )
            }
            return ArraySplits(train: train, test: test, rule: nil)
        }
        return try divide(samples(""), by: rule)
    }

    private func samples(_ ending: String) throws(DatasetError) -> ArraySplit {
        guard let x = try array("x" + ending), let y = try array("y" + ending) else {
            throw DatasetError("\(PrintableText.name(path)) lacks x\(ending) or y\(ending)")
        }
        do throws(FileFormatError) {
            let array = try SampleArray(x)
            return ArraySplit(array: array, labels: try Self.labels(y, of: array), places: Array(0..<array.count))
        } catch {
            throw DatasetError(error)
        }
    }

    /// Labels `[N]`, or `[N, 1]`, from 0 on, whose checksum fits.
    private static func labels(_ array: StoredArray, of samples: SampleArray) throws(FileFormatError) -> [Int32] {
        guard array.shape.first == samples.count, array.itemCount == 1, !array.shape.isEmpty else {
            let isOneHot = array.shape.count == 2 && array.shape[0] == samples.count
            throw array.error(
                "has shape \(array.shape), and \(samples.name) has \(samples.count) samples",
                advice: isOneHot
                    ? "save the numbers of the classes: numpy.argmax(y, axis=1)" : "save one label for each sample"
            )
        }
        try array.verify()
        let values = try array.integers()
        if let place = values.firstIndex(where: { !(0...Int64(largestLabel)).contains($0) }) {
            throw array.error(
                "has label \(values[place]) for sample \(place), and labels run from 0 to \(largestLabel)",
                at: place,
                advice: "number the classes from 0 on: numpy.unique(y, return_inverse=True)"
            )
        }
        return values.map { Int32($0) }
    }

    /// Larger labels are refused: every label up to the largest is a class, with weights of its own.
    private static let largestLabel = 65_535
    /// How `x` and `y` are divided where nothing is asked.
    static let candidates = [SplitRule.every(5), .all]

    private func divide(_ samples: ArraySplit, by rule: SplitRule?) throws(DatasetError) -> ArraySplits {
        guard rule != .folders else {
            throw DatasetError("--split folders: \(PrintableText.name(path)) has x and y, and no folders")
        }
        var members: [Int32: [Int]] = [:]
        for (place, label) in samples.labels.enumerated() { members[label, default: []].append(place) }
        for candidate in rule.map({ [$0] }) ?? Self.candidates {
            var (train, test): ([Int], [Int]) = ([], [])
            for (label, places) in members {
                let parts = candidate.divide(places.count, label: Int(label))
                train += parts.train.map { places[$0] }
                test += parts.test.map { places[$0] }
            }
            guard !train.isEmpty, !test.isEmpty else { continue }
            return ArraySplits(
                train: samples.at(train.sorted()),
                test: samples.at(test.sorted()),
                rule: candidate
            )
        }
        throw DatasetError(
            "--split \((rule ?? Self.candidates[0]).description) leaves no sample of \(PrintableText.name(path)) to train on or "
                + "to test with: its classes have too few; --split all uses all for both"
        )
    }
}

/// Both splits of a data set of arrays.
struct ArraySplits: Sendable {
    let train: ArraySplit
    let test: ArraySplit
    /// How they were divided; nil: they come so.
    let rule: SplitRule?
}

/// Samples of an array, and their labels.
struct ArraySplit: Sendable {
    let array: SampleArray
    /// Of all samples of the array.
    let labels: [Int32]
    /// Which samples of the array, ascending.
    let places: [Int]

    var count: Int { places.count }

    /// Other samples of the array.
    func at(_ places: [Int]) -> ArraySplit { ArraySplit(array: array, labels: labels, places: places) }

    /// The first samples; nil: all.
    func prefix(_ count: Int?) -> ArraySplit {
        guard let count, count < places.count else { return self }
        return at(Array(places.prefix(max(count, 0))))
    }

    /// The label of the sample at a place of the split.
    func label(_ index: Int) -> Int32 { labels[places[index]] }
}
