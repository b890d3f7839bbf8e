import Foundation
import LSNFileFormats
import LSNTraining

/// Options of `lsn train` by name, as a file, a record or another program gives them: text that is read as if it stood on
/// the command line.
package struct OptionList: Codable, Hashable, Sendable, ExpressibleByDictionaryLiteral {
    private var values: [String: String] = [:]

    /// None.
    package init() {}

    /// Options with their values, e.g. `["epochs": "2", "flip": "true"]`.
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The value of an option; nil: not given. Hyphens and underscores are the same.
    package subscript(name: String) -> String? {
        get { values[Self.key(name)] }
        set { values[Self.key(name)] = newValue }
    }

    private static func key(_ name: String) -> String { name.replacing("-", with: "_") }

    /// Names with hyphens, and values, by name.
    var listing: [(name: String, value: String)] {
        values.sorted { $0.key < $1.key }.map { ($0.key.replacing("_", with: "-"), $0.value) }
    }

    /// As arguments of a command, by name.
    package var arguments: [String] { values.sorted { $0.key < $1.key }.map { Self.argument($0.key, $0.value) } }

    /// One option as an argument: a switch for `true` and `false`, which no other option takes.
    package static func argument(_ name: String, _ value: String) -> String {
        let option = name.replacing("_", with: "-")
        return switch value {
        case "true": "--\(option)"
        case "false": "--no-\(option)"
        default: "--\(option)=\(value)"
        }
    }

    /// From an object of texts, numbers and truths.
    package init(from decoder: any Decoder) throws {
        // Earlier versions wrote numbers and truths as such.
        values = try JSONValue(from: decoder).leaves
    }

    /// As an object of texts.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}

extension OptionList {
    /// What was recorded of a run beside its network: every option, no default left open.
    init(_ configuration: TrainingConfiguration) throws {
        for part: any Encodable in [configuration.data, configuration.learning, configuration.run] {
            let members = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(part))
            for (name, value) in members.leaves { self[name] = value }
        }
    }
}
