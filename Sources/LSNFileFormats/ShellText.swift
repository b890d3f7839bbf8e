/// Words of a command line, as a shell reads them: what the program prints to be copied says what it means.
package enum ShellText {
    /// A word, in quotes where a shell would split or change it. Control characters are written as in bash, zsh and ksh:
    /// `$'a\x1bb'`.
    package static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy(isPlain) && text.utf8.first != UInt8(ascii: "=")
        if isPlain, !text.isEmpty { return text }
        if text.unicodeScalars.contains(where: PrintableText.isControl) { return escaped(text) }
        return "'" + text.replacing("'", with: "'\\''") + "'"
    }

    /// A path as an option's value: one that begins with a hyphen would be taken for an option.
    package static func path(_ text: String) -> String {
        word(text.hasPrefix("-") ? "./" + text : text)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "@", "%", "+", "=", ":", ",", ".", "/", "-": true
        default: false
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = "$'"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where PrintableText.isControl(scalar):
                for byte in String(scalar).utf8 {
                    result += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }
}
