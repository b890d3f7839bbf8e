public import LSNFileFormats

/// The files of a data set and what each is for, as a run writes them down, so that it can be continued on the same files
/// in the same order whatever becomes of some of them.
///
/// As text: a line for each thing with four fields, tabs between: `split`, nothing, nothing, the rule; `class`, label,
/// nothing, name; `train` or `test`, label, size in bytes, path below the data set's folder. Names and paths are escaped,
/// see `PrintableText.field(_:)`.
public struct FileList: Sendable, Equatable {
    /// A file.
    public struct Entry: Sendable, Equatable {
        /// Below the data set's folder.
        public var path: String
        /// The number of its class.
        public var label: Int32
        /// In bytes; −1 where it was not there.
        public var size: Int
    }

    /// How files were divided.
    public var split: SplitRule
    /// Names by label.
    public var classes: [String]
    /// Files that train, in order.
    public var train: [Entry]
    /// Files that test, in order.
    public var test: [Entry]

    /// The text of a file.
    public func serialized() -> [UInt8] {
        var text = "split\t\t\t\(split)\n"
        for (label, name) in classes.enumerated() { text += "class\t\(label)\t\t\(PrintableText.field(name))\n" }
        for (kind, entries) in [("train", train), ("test", test)] {
            for entry in entries {
                text += "\(kind)\t\(entry.label)\t\(entry.size)\t\(PrintableText.field(entry.path))\n"
            }
        }
        return [UInt8](text.utf8)
    }

    /// The list in a file's text.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    /// - Throws: `FileFormatError` with the line that is not as it should be.
    public static func parse(_ bytes: [UInt8], path: String) throws(FileFormatError) -> FileList {
        var split: SplitRule?
        var classes: [String] = []
        var train: [Entry] = []
        var test: [Entry] = []
        var start = 0
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            defer { start += line.count + 1 }
            if line.isEmpty, start == bytes.count { break }
            let fields = String(decoding: line, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 4, let name = PrintableText.unescaped(fields[3]) else {
                throw failure(path, start, "line \(number + 1) is not four fields with tabs between")
            }
            switch fields[0] {
            case "split": split = SplitRule(name)
            case "class" where fields[1] == "\(classes.count)": classes.append(name)
            case "train", "test":
                guard let label = Int32(fields[1]), classes.indices.contains(Int(label)), let size = Int(fields[2])
                else {
                    throw failure(path, start, "line \(number + 1) has no label below \(classes.count), or no size")
                }
                let entry = Entry(path: name, label: label, size: size)
                if fields[0] == "train" { train.append(entry) } else { test.append(entry) }
            default: throw failure(path, start, "line \(number + 1) is of no known kind")
            }
        }
        guard let split else { throw failure(path, 0, "no line says how the files were divided") }
        return FileList(split: split, classes: classes, train: train, test: test)
    }

    private static func failure(_ path: String, _ byte: Int, _ problem: String) -> FileFormatError {
        FileFormatError(
            path: path,
            byteOffset: byte,
            problem: problem,
            advice: "restore the file, or remove it to have the data set listed anew"
        )
    }
}
