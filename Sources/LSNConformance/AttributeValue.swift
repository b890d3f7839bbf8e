/// A setting of a case, as golden files have them: JSON without objects.
package enum AttributeValue: Sendable, Hashable, Codable {
    /// `null`: the operation's own default.
    case none
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([AttributeValue])

    /// Reads any of them.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([AttributeValue].self))
        }
    }

    /// Writes it as it was read.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .none: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let values): try container.encode(values)
        }
    }
}

extension AttributeValue: CustomStringConvertible {
    /// As JSON has it.
    package var description: String {
        switch self {
        case .none: "null"
        case .flag(let flag): "\(flag)"
        case .number(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        case .list(let values): "[\(values.map(\.description).joined(separator: ", "))]"
        }
    }
}
