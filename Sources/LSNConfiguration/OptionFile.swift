import ArgumentParser
import LSNFileFormats
package import LSNTensors
package import LSNTraining
import Yams

/// Files of options for `--config`: YAML, a run's `config.json`, or what `--print-config` prints. They are nothing but options
/// that are given before those of the command line.
package enum OptionFile {
    /// What a file may give: all options of training, the device, its numerics and its precision.
    private struct Allowed: ParsableArguments {
        @OptionGroup var training: TrainingOptions
        @Option var device: String?
        @Option(transform: named) var numerics: Numerics?
        @Option(transform: named) var precision: Precision?
    }

    /// Keys of `config.json` that are no options.
    private static let records = Set(RunRecord.CodingKeys.allCases.map(\.rawValue))

    /// The keys of a record's machine that are options.
    private static let machineOptions = [MachineRecord.CodingKeys.numerics, .precision].map(\.rawValue)

    /// Keys of `config.json` that not every run has.
    private static let sometimes = [RunRecord.CodingKeys.size, .ranks].map(\.rawValue)

    /// Whether a file is a run's `config.json`.
    static func isRecord(_ root: Node) -> Bool {
        records.subtracting(sometimes).isSubset(of: root.mapping?.keys.compactMap(\.string) ?? [])
    }

    /// The options of a file, as arguments.
    ///
    /// - Throws: ``ConfigurationError/badOptions(_:)`` with file and line for text that is not YAML, for unknown names (with
    ///   the nearest one that exists), and for values that an option does not take; `FileFormatError` where the file cannot
    ///   be read.
    package static func arguments(_ path: String) throws -> [String] {
        let document = try YAMLDocument(path)
        guard let root = document.root else { return [] }
        guard let mapping = root.mapping else {
            throw document.error(at: root, "expected lines of the form `name: value`")
        }
        let isRecord = isRecord(root)
        var reader = Reader(document: document)
        for (key, value) in mapping {
            guard let name = key.string else {
                throw document.error(at: key, "the name of an option is expected here")
            }
            if isRecord, records.contains(name) {
                let machine = name == RunRecord.CodingKeys.machine.rawValue ? value.mapping : nil
                for (key, value) in machine ?? [:] where machineOptions.contains(key.string ?? "") {
                    try reader.read(key, value)
                }
                continue
            }
            switch (name, value.mapping) {
            case (NetworkFile.key, .some(let network)):
                // Records of earlier versions have numbers there.
                if !isRecord || network["stages"] != nil { reader.arguments.append("--model=\(path)") }
            case ("width", nil) where isRecord && mapping[NetworkFile.key]?.mapping?["stages"] != nil: continue
            case ("data", .some(let section)), ("learning", .some(let section)), ("run", .some(let section)):
                for (key, value) in section { try reader.read(key, value) }
            default: try reader.read(key, value)
            }
        }
        try reader.check()
        return reader.arguments
    }

    /// Reads one option after the other.
    private struct Reader {
        let document: YAMLDocument
        var arguments: [String] = []
        private var keys: [(key: Node, argument: String)] = []
        private var seen: Set<String> = []

        init(document: YAMLDocument) {
            self.document = document
        }

        mutating func read(_ key: Node, _ value: Node) throws {
            guard let name = key.string else {
                throw document.error(at: key, "the name of an option is expected here")
            }
            guard seen.insert(name.replacing("-", with: "_")).inserted else {
                throw document.error(at: key, "'\(name)' is given twice")
            }
            guard let scalar = value.scalar else {
                throw document.error(at: value, "'\(name)' takes a single value")
            }
            let argument = OptionList.argument(name, scalar.string)
            keys.append((key, argument))
            arguments.append(argument)
        }

        /// Parses all of them; where that fails, one by one, to say in which line.
        func check() throws {
            do {
                _ = try Allowed.parse(keys.map(\.argument))
            } catch {
                for (key, argument) in keys {
                    do {
                        _ = try Allowed.parse([argument])
                    } catch {
                        throw document.error(at: key, OptionFile.reason(Allowed.message(for: error)))
                    }
                }
                throw document.error(at: nil, OptionFile.reason(Allowed.message(for: error)))
            }
        }
    }

    /// What the parser says of an option, in the words of a file.
    package static func reason(_ message: String) -> String {
        guard let match = message.firstMatch(of: /Unknown option '--(?:no-)?([^=']*)[^']*'(.*)/) else { return message }
        let hint = match.2.firstMatch(of: /Did you mean '--([^']*)'/).map { "; did you mean '\($0.1)'?" } ?? ""
        return "there is no option called '\(match.1)'\(hint)"
    }

    /// A configuration as ``arguments(_:)`` takes it: its network, then every option.
    package static func text(
        _ configuration: TrainingConfiguration,
        numerics: Numerics = .fast,
        precision: Precision = .highest
    ) throws -> String {
        let options = try OptionList(configuration)
        var pairs = [(Node(NetworkFile.key), try NetworkFile.node(configuration.network))]
        for (name, value) in options.listing { pairs.append((Node(name), Node(value))) }
        for (name, value) in zip(machineOptions, [numerics.rawValue, precision.rawValue]) {
            pairs.append((Node(name), Node(value)))
        }
        return try Yams.serialize(node: Node(pairs), allowUnicode: true)
    }
}
