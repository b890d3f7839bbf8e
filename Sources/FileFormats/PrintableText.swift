/// Text from outside as a terminal may show it: control characters by their names, so that none is obeyed.
public enum PrintableText {
    /// A name or a path, in which a line's end is no more welcome than an escape: `a\nb`, `a\x1b[2J`.
    public static func name(_ text: String) -> String {
        escaped(text, keeps: [])
    }

    /// A message of one or more lines.
    public static func lines(_ text: String) -> String {
        escaped(text, keeps: ["\n", "\t"])
    }

    private static func escaped(_ text: String, keeps kept: Set<Unicode.Scalar>) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) && !kept.contains($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar), !kept.contains(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a terminal would obey a character rather than show it: C0 and C1 controls, DEL, and those that turn the order
    /// of what follows around.
    public static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: scalar.value < 0x80 ? "\\x\(hexadecimal(scalar, 2))" : "\\u\(hexadecimal(scalar, 4))"
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar, _ count: Int) -> String {
        let digits = String(scalar.value, radix: 16)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
