/// Text from outside as one may show it: control characters by their names, so that no terminal obeys them and no name breaks a
/// line.
package enum PrintableText {
    /// A name or a path on one line, in which a line's end is no more welcome than an escape: `a\nb`, `a\x1b[2J`. All else stays
    /// as it is, so that this is for people.
    package static func name(_ text: String) -> String {
        escaped(text, keeps: [])
    }

    /// A message of one or more lines.
    package static func lines(_ text: String) -> String {
        escaped(text, keeps: ["\n", "\t"])
    }

    /// ``name(_:)`` with a backslash written as two, so that a program can take it back: ``unescaped(_:)``.
    package static func field(_ text: String) -> String {
        name(text.utf8.contains(UInt8(ascii: "\\")) ? text.replacing("\\", with: "\\\\") : text)
    }

    /// What ``field(_:)`` made its argument of; nil for a text that it does not make.
    package static func unescaped(_ field: Substring) -> String? {
        guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
        var result = String.UnicodeScalarView()
        var rest = field.unicodeScalars
        while let next = rest.popFirst() {
            guard next == "\\" else {
                result.append(next)
                continue
            }
            guard let kind = rest.popFirst() else { return nil }
            switch kind {
            case "\\": result.append(kind)
            case "t": result.append("\t")
            case "n": result.append("\n")
            case "r": result.append("\r")
            case "x", "u":
                let count = kind == "x" ? 2 : 4
                let digits = rest.prefix(count)
                rest = rest.dropFirst(count)
                guard digits.count == count, let value = UInt32(String(digits), radix: 16),
                    let scalar = Unicode.Scalar(value),
                    isControl(scalar)
                else { return nil }
                result.append(scalar)
            default: return nil
            }
        }
        return String(result)
    }

    /// Bytes of a name that is no text, as far as they are ASCII; the others as `\xe9`.
    package static func name(bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let scalar = Unicode.Scalar(byte)
            return byte < 0x80 && !isControl(scalar) ? String(scalar) : "\\x\(hexadecimal(UInt32(byte), digits: 2))"
        }.joined()
    }

    private static func escaped(_ text: String, keeps kept: Set<Unicode.Scalar>) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) && !kept.contains($0) }) else { return text }
        return text.unicodeScalars.map { isControl($0) && !kept.contains($0) ? escape($0) : String($0) }.joined()
    }

    /// Whether a terminal would obey a character rather than show it, or a line would end at it: C0 and C1 controls, DEL, the
    /// separators of lines and paragraphs, and those that turn the order of what follows around.
    package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{2029}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
            true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\t": "\\t"
        case "\n": "\\n"
        case "\r": "\\r"
        default:
            scalar.value < 0x100
                ? "\\x\(hexadecimal(scalar.value, digits: 2))" : "\\u\(hexadecimal(scalar.value, digits: 4))"
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
