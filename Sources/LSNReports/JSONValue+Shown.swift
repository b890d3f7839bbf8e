import LSNFileFormats

extension JSONValue {
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
