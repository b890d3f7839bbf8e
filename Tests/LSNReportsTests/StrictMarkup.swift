/// A check as strict as XML's: every tag closed in order, every attribute quoted and named once, every `&` an escape,
/// no `id` twice.
struct StrictMarkup {
    /// The first thing that is wrong; nil for a page that is well formed.
    let problem: String?
    /// The names of all elements, as they come.
    private(set) var elements: [String] = []
    /// All text between tags, escapes undone.
    private(set) var text = ""

    init(_ bytes: [UInt8]) {
        var reader = Reader(String(decoding: bytes, as: UTF8.self))
        problem = reader.read()
        elements = reader.elements
        text = reader.text
    }

    private struct Reader {
        private var rest: Substring
        private var open: [String] = []
        private var identifiers: Set<String> = []
        var elements: [String] = []
        var text = ""

        init(_ source: String) {
            rest = Substring(source)
        }

        mutating func read() -> String? {
            guard rest.hasPrefix("<!DOCTYPE html>\n") else { return "no document type" }
            rest = rest.dropFirst("<!DOCTYPE html>\n".count)
            while !rest.isEmpty {
                if let problem = rest.first == "<" ? tag() : content() { return problem }
            }
            return open.isEmpty ? nil : "<\(open.joined(separator: "><"))> not closed"
        }

        private mutating func content() -> String? {
            let end = rest.firstIndex(of: "<") ?? rest.endIndex
            guard let plain = Self.unescaped(rest[..<end]) else { return "a bare & in: \(rest[..<end].prefix(80))" }
            if let wrong = plain.unicodeScalars.first(where: { $0.value < 32 && $0 != "\n" && $0 != "\t" }) {
                return "control character \(wrong.value)"
            }
            if open.isEmpty, plain.contains(where: { !$0.isWhitespace }) { return "text outside: \(plain.prefix(40))" }
            text += plain + "\n"
            rest = rest[end...]
            return nil
        }

        private mutating func tag() -> String? {
            guard
                let match = rest.prefixMatch(
                    of: /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?: [a-z][a-zA-Z0-9-]*="[^"<]*")*)(\/?)>/
                )
            else { return "no tag: \(rest.prefix(80))" }
            rest = rest[match.range.upperBound...]
            let name = String(match.2)
            if !match.1.isEmpty {
                return open.popLast() == name && match.3.isEmpty ? nil : "</\(name)> closes nothing"
            }
            var seen: Set<String> = []
            for attribute in match.3.matches(of: /\ ([a-z][a-zA-Z0-9-]*)="([^"]*)"/) {
                if !seen.insert(String(attribute.1)).inserted { return "\(attribute.1) twice in <\(name)>" }
                guard let value = Self.unescaped(attribute.2) else { return "a bare & in \(attribute.0)" }
                if attribute.1 == "id", !identifiers.insert(value).inserted { return "id \(value) twice" }
            }
            elements.append(name)
            if match.4.isEmpty { open.append(name) }
            return nil
        }

        private static func unescaped(_ text: Substring) -> String? {
            guard text.contains("&") else { return String(text) }
            let known = ["&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'"]
            let parts = text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
            guard parts.allSatisfy({ part in (known.keys + ["&amp;"]).contains { "&\(part)".hasPrefix($0) } }) else {
                return nil
            }
            let plain = known.reduce(String(text)) { $0.replacing($1.key, with: $1.value) }
            return plain.replacing("&amp;", with: "&")
        }
    }
}
