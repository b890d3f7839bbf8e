import LSNFileFormats
import LSNHostSystem

/// Recordings in which several samples follow each other, as DVS128 Gesture has them.
///
/// `trials_to_train.txt` and `trials_to_test.txt` name the recordings, a line each. Beside `NAME.aedat` stands `NAME_labels.csv`: a line
/// that names its columns, then for each sample the number of its class and the microseconds at which it starts and ends, commas
/// between. `gesture_mapping.csv`, where it is there, has a class's name and its number in a line. A sample is what lies between its
/// start (included) and its end.
struct LabelledRecordings {
    /// Names of the classes, by number.
    let classes: [String]
    /// Paths of spans below the root (see ``RecordingPath``), and their classes, in the order of the files.
    let train: ClassFolders.Files
    /// The same, to test with.
    let test: ClassFolders.Files

    static let trainList = "trials_to_train.txt"
    static let testList = "trials_to_test.txt"
    private static let mapping = "gesture_mapping.csv"
    /// No honest list is larger.
    private static let byteLimit = 1 << 26

    /// A line of a list.
    private struct Line {
        let path: String
        let number: Int
        let byte: Int
        let fields: [String]

        func error(_ problem: String) -> DatasetError {
            DatasetError(
                FileFormatError(
                    path: path,
                    byteOffset: byte,
                    problem: "line \(number) \(problem)",
                    advice: "unpack the data set again"
                )
            )
        }
    }

    /// Whether a folder has the two lists.
    static func areIn(_ listing: FolderListing) -> Bool {
        [trainList, testList].allSatisfy(listing.files.contains)
    }

    /// Those in the folder at `root`; recordings themselves are not read.
    ///
    /// - Throws: ``DatasetError`` with the line that is not as it should be.
    init(_ root: String) throws(DatasetError) {
        var places: [String: String] = [:]
        let trains = try Self.spans(Self.trainList, in: root, places: &places)
        let tests = try Self.spans(Self.testList, in: root, places: &places)
        let names = try Self.names(in: root)
        let labels = names.isEmpty ? Set((trains + tests).map(\.label)).sorted() : names.keys.sorted()
        var numbers: [Int: Int32] = [:]
        for (number, label) in labels.enumerated() { numbers[label] = Int32(number) }
        classes = labels.map { names[$0] ?? "\($0)" }
        guard classes.count > 1, !trains.isEmpty, !tests.isEmpty else {
            throw DatasetError(
                "\(PrintableText.name(root)): the lists name samples of \(classes.count) classes, \(trains.count) to train on and "
                    + "\(tests.count) to test with: unpack the data set again"
            )
        }
        func files(_ spans: [Span]) throws(DatasetError) -> ClassFolders.Files {
            var files = ClassFolders.Files()
            for span in spans {
                guard let number = numbers[span.label] else {
                    throw span.line.error("has class \(span.label), which \(Self.mapping) lacks")
                }
                files.paths.append(RecordingPath.text(span.file, span.times))
                files.labels.append(number)
            }
            return files
        }
        train = try files(trains)
        test = try files(tests)
    }

    private struct Span {
        let file: String
        let label: Int
        let times: Range<Int>
        let line: Line
    }

    /// The samples of the recordings in a list.
    ///
    /// - Parameter places: where recordings were named before, and then also where this list names them. One that is named twice would
    ///   count twice, or be trained on and tested with.
    private static func spans(
        _ list: String,
        in root: String,
        places: inout [String: String]
    ) throws(DatasetError) -> [Span] {
        var spans: [Span] = []
        for line in try lines(list, in: root, separator: "\n") {
            let file = line.fields[0]
            guard !file.contains("/"), !file.contains("#"), FolderWalk.kind(of: file) == "aedat" else {
                throw line.error("names no .aedat file")
            }
            if let place = places.updateValue("line \(line.number) of \(list)", forKey: file) {
                throw line.error("names \(PrintableText.name(file)) again, which \(place) names")
            }
            let labels = String(file.dropLast(".aedat".utf8.count)) + "_labels.csv"
            for line in try lines(labels, in: root, separator: ",") {
                if line.number == 1, Int(line.fields[0]) == nil { continue }
                let numbers = line.fields.compactMap { Int($0) }
                guard numbers.count == line.fields.count, numbers.count == 3, numbers[0] >= 0, numbers[1] >= 0,
                    numbers[1] < numbers[2], numbers[2] < 1 << 61
                else { throw line.error("is not the number of a class, and a start before an end in microseconds") }
                spans.append(Span(file: file, label: numbers[0], times: numbers[1]..<numbers[2], line: line))
            }
        }
        return spans
    }

    /// Names of classes by their numbers; none where the file is not there.
    private static func names(in root: String) throws(DatasetError) -> [Int: String] {
        guard try FolderListing(root).files.contains(mapping) else { return [:] }
        var names: [Int: String] = [:]
        for line in try lines(mapping, in: root, separator: ",") {
            guard line.fields.count == 2 else { throw line.error("is not the name of a class and its number") }
            guard let label = Int(line.fields[1]) else {
                if line.number == 1 { continue }
                throw line.error("is not the name of a class and its number")
            }
            guard names.updateValue(line.fields[0], forKey: label) == nil else {
                throw line.error("has class \(label) again")
            }
        }
        return names
    }

    /// Lines that are not empty, cut into fields without space around them.
    private static func lines(
        _ name: String,
        in root: String,
        separator: Character
    ) throws(DatasetError) -> [Line] {
        let path = HostPath.join(root, name)
        let bytes: [UInt8]
        do throws(FileFormatError) {
            bytes = try FileSystem.read(path, limit: byteLimit)
        } catch {
            throw DatasetError(error)
        }
        var lines: [Line] = []
        var start = 0
        for (index, content) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            defer { start += content.count + 1 }
            let text = String(decoding: content, as: UTF8.self).filter { $0 != "\r" && $0 != "\r\n" }
            let fields = text.split(separator: separator, omittingEmptySubsequences: false).map { field in
                String(field.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
            }
            if fields.allSatisfy(\.isEmpty) { continue }
            lines.append(Line(path: path, number: index + 1, byte: start, fields: fields))
        }
        return lines
    }
}
