import Foundation

/// Any JSON value: for `config.json`, whose keys grow with the program, so that a report of another version's run is
/// still complete.
enum JSONValue: Decodable, Sendable, Equatable {
    case null
    case truth(Bool)
    case whole(Int)
    case natural(UInt64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .truth(value)
        } else if let value = try? container.decode(Int.self) {
            self = .whole(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .natural(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .list(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// The value of a key.
    subscript(_ key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// A text.
    var string: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// A whole number.
    var integer: Int? {
        if case .whole(let value) = self { value } else { nil }
    }

    /// The elements of a list.
    var elements: [JSONValue] {
        if case .list(let values) = self { values } else { [] }
    }

    /// For people, on one line.
    var shown: String {
        switch self {
        case .null: NumberText.unknown
        case .truth(let value): value ? "yes" : "no"
        case .whole(let value): "\(value)"
        case .natural(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let text): text
        case .list(let values): values.map(\.shown).joined(separator: ", ")
        case .object(let members):
            members.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.shown)" }.joined(separator: ", ")
        }
    }
}
