import FileFormats
import Training
import Yams

/// Files of options for `--config`: YAML, or a run's `config.json`.
enum OptionFile {
    /// Reads options.
    ///
    /// - Throws: ``InputError`` with file and line for text that is not YAML, unknown names (with the nearest one that
    ///   exists) and values that an option does not take; `FileFormatError` where the file cannot be read.
    static func read(_ path: String) throws -> TrainingOptions {
        let text = text(of: try FileSystem.read(path, limit: 1 << 20))
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw InputError("\(path): not YAML: \(error)")
        }
        guard let root else { return TrainingOptions() }
        guard let mapping = root.mapping else {
            throw InputError("\(path):\(line(of: root)): expected lines of the form `name: value`")
        }
        // A run's own record says more than options.
        let beside = Set(RunRecord.CodingKeys.allCases.map(\.rawValue))
        let isRecord = beside.isSubset(of: mapping.keys.compactMap(\.string))
        var options = TrainingOptions()
        var seen: Set<String> = []
        for (key, value) in mapping {
            guard let name = key.string else {
                throw InputError("\(path):\(line(of: key)): the name of an option is expected here")
            }
            if isRecord, beside.contains(name) { continue }
            guard seen.insert(name.replacing("-", with: "_")).inserted else {
                throw InputError("\(path):\(line(of: key)): '\(name)' is given twice")
            }
            guard let scalar = value.scalar else {
                throw InputError("\(path):\(line(of: value)): '\(name)' takes a single value")
            }
            do {
                try options.set(name, to: scalar.string)
            } catch {
                throw InputError("\(path):\(line(of: key)): \(error)")
            }
        }
        return options
    }

    /// YAML that ``read(_:)`` takes.
    static func text(_ options: TrainingOptions) throws -> String {
        let pairs = options.listing.map { key, text in
            (Node(String(key.option.dropFirst(2))), Node(text))
        }
        return try Yams.serialize(node: Node(pairs))
    }

    /// The text of a file: UTF-8, or UTF-16 where a byte order mark says so, as editors on Windows write it.
    private static func text(of bytes: [UInt8]) -> String {
        switch (bytes.first, bytes.dropFirst().first) {
        case (0xFF, 0xFE): String(decoding: units(bytes.dropFirst(2)) { $0 | $1 << 8 }, as: UTF16.self)
        case (0xFE, 0xFF): String(decoding: units(bytes.dropFirst(2)) { $0 << 8 | $1 }, as: UTF16.self)
        default:
            String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
        }
    }

    /// Pairs of bytes as the numbers that they stand for.
    private static func units(_ bytes: ArraySlice<UInt8>, _ join: (UInt16, UInt16) -> UInt16) -> [UInt16] {
        stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
            join(UInt16(bytes[$0]), UInt16(bytes[$0 + 1]))
        }
    }

    private static func line(of node: Node) -> Int { node.mark?.line ?? 1 }
}
