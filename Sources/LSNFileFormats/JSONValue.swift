import Foundation

/// Any JSON value: for `config.json`, whose keys grow with the program, so that a report of another version's run is
/// still complete.
package enum JSONValue: Decodable, Sendable, Equatable {
    /// Nothing.
    case null
    /// True or false.
    case truth(Bool)
    /// A number without a point.
    case whole(Int)
    /// One that is too large for the former.
    case natural(UInt64)
    /// Any other number.
    case number(Double)
    /// A text.
    case text(String)
    /// Values in order.
    case list([JSONValue])
    /// Values by key.
    case object([String: JSONValue])

    /// From any JSON.
    package init(from decoder: any Decoder) throws {
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
    package subscript(_ key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// A text.
    package var string: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// A whole number.
    package var integer: Int? {
        if case .whole(let value) = self { value } else { nil }
    }

    /// The elements of a list.
    package var elements: [JSONValue] {
        if case .list(let values) = self { values } else { [] }
    }

    /// Every text, number and truth by its path, e.g. `network.stages[1].width`.
    package var leaves: [String: String] {
        var leaves: [String: String] = [:]
        func walk(_ value: JSONValue, _ path: String) {
            switch value {
            case .object(let members):
                for (key, member) in members { walk(member, path.isEmpty ? key : "\(path).\(key)") }
            case .list(let values):
                for (index, member) in values.enumerated() { walk(member, "\(path)[\(index)]") }
            case .null: break
            case .truth(let value): leaves[path] = "\(value)"
            case .whole(let value): leaves[path] = "\(value)"
            case .natural(let value): leaves[path] = "\(value)"
            case .number(let value): leaves[path] = "\(value)"
            case .text(let text): leaves[path] = text
            }
        }
        walk(self, "")
        return leaves
    }
}
