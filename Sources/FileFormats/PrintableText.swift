/// Names of files as one line of text: a name may hold anything but a slash, line ends and the terminal's own codes
/// among it.
public enum PrintableText {
    /// `text` with every control character, and the two separators of lines and of paragraphs, written as an escape:
    /// `\t`, `\n`, `\r`, `\x1b` or `\u2028`. All else stays as it is, so that this is for people.
    public static func escaping(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? escape($0) : String($0) }.joined()
    }

    /// ``escaping(_:)`` with a backslash written as two, so that a program can take it back: ``unescaped(_:)``.
    public static func field(_ text: String) -> String {
        escaping(text.utf8.contains(UInt8(ascii: "\\")) ? text.replacing("\\", with: "\\\\") : text)
    }

    /// What ``field(_:)`` made its argument of; nil for a text that it does not make.
    public static func unescaped(_ field: Substring) -> String? {
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
    public static func escaping(bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let scalar = Unicode.Scalar(byte)
            return byte < 0x80 && !isControl(scalar) ? String(scalar) : "\\x\(hexadecimal(UInt32(byte), digits: 2))"
        }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
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
