/// HTML and SVG as text that is well formed however strange the values are: the only way in for text is through
/// ``text(_:)`` and through attributes, and both escape it.
struct Markup: Sendable {
    /// As it is written.
    let source: String

    private init(source: String) {
        self.source = source
    }

    /// Nothing.
    static let none = Markup(source: "")

    /// Text, escaped.
    static func text(_ text: String) -> Markup {
        Markup(source: escaped(text))
    }

    /// Text that this module wrote itself and that has neither `<` nor `&` in it: the style sheet and the script, in which
    /// HTML knows no escapes.
    static func verbatim(_ text: String) -> Markup {
        Markup(source: text)
    }

    /// An element with its children inside.
    static func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, String> = [:],
        _ children: [Markup] = []
    ) -> Markup {
        var source = "<\(name)"
        for (key, value) in attributes {
            source += " \(key)=\"\(escaped(value))\""
        }
        // Only elements that HTML knows as void, and those of SVG, may close themselves.
        if children.isEmpty, voidElements.contains("\(name)") { return Markup(source: source + "/>") }
        source += ">"
        for child in children { source += child.source }
        return Markup(source: source + "</\(name)>")
    }

    /// An element that holds text.
    static func element(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, String> = [:],
        text: String
    ) -> Markup {
        element(name, attributes, [.text(text)])
    }

    /// One behind the other.
    static func sequence(_ parts: [Markup]) -> Markup {
        Markup(source: parts.map(\.source).joined())
    }

    private static let voidElements: Set<String> = ["meta", "br", "line", "circle", "rect", "path", "polyline"]

    /// Text as it may stand between tags and in quoted attributes. Control characters, which no page may hold, become
    /// the replacement character.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
