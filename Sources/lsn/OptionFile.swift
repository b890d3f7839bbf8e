import FileFormats
import Training
import Yams

/// Files of options for `--config`: YAML, or a run's `config.json`.
enum OptionFile {
    /// Reads options; also from a pipe or a device that the command line names, such as /dev/stdin or a shell's `<(…)`.
    ///
    /// - Throws: ``InputError`` with file and line for text that is not YAML, unknown names (with the nearest one that
    ///   exists) and values that an option does not take; `FileFormatError` where the file cannot be read.
    static func read(_ path: String) throws -> TrainingOptions {
        let text = String(decoding: try FileSystem.read(path, limit: 1 << 20, acceptsStreams: true), as: UTF8.self)
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

    private static func line(of node: Node) -> Int { node.mark?.line ?? 1 }
}
