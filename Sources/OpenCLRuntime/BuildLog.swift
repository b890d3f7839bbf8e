/// What a compiler said, in one form for all compilers.
enum BuildLog {
    /// Errors first, each as FILE:LINE:COLUMN: error: MESSAGE with the lines that belong to it; then the rest, in order.
    ///
    /// PoCL puts the severity before the place; most others write it this way already.
    static func normalized(_ log: String) -> String {
        var errors: [Substring] = []
        var others: [Substring] = []
        var isError = false
        var lines: [String] = []
        for line in log.split(separator: "\n", omittingEmptySubsequences: true) {
            lines.append(placeFirst(line))
        }
        for line in lines {
            if line.contains(": error: ") || line.contains(": fatal error: ") || line.hasPrefix("error: ") {
                isError = true
            } else if isStartOfBlock(line) {
                isError = false
            }
            if isError { errors.append(line[...]) } else { others.append(line[...]) }
        }
        return (errors + others).joined(separator: "\n")
    }

    /// Whether a line starts something new, rather than showing the source of the line before.
    private static func isStartOfBlock(_ line: String) -> Bool {
        guard let first = line.first, !first.isWhitespace else { return false }
        // A note explains the error before it.
        return !line.contains(": note: ")
    }

    /// "error: FILE:LINE:COLUMN: MESSAGE" as "FILE:LINE:COLUMN: error: MESSAGE"; other lines as they are.
    private static func placeFirst(_ line: Substring) -> String {
        for severity in ["error", "fatal error", "warning", "note"] where line.hasPrefix(severity + ": ") {
            let rest = line.dropFirst(severity.count + 2)
            guard let end = endOfPlace(rest) else { break }
            return "\(rest[..<end]): \(severity): \(rest[end...].drop { $0 == ":" || $0 == " " })"
        }
        return String(line)
    }

    /// Where FILE:LINE:COLUMN ends.
    private static func endOfPlace(_ text: Substring) -> Substring.Index? {
        var index = text.startIndex
        while let colon = text[index...].firstIndex(of: ":") {
            let line = text[text.index(after: colon)...].prefix(while: \.isNumber)
            let afterLine = text[line.endIndex...]
            if !line.isEmpty, afterLine.first == ":" {
                let column = afterLine.dropFirst().prefix(while: \.isNumber)
                if !column.isEmpty { return column.endIndex }
            }
            index = text.index(after: colon)
        }
        return nil
    }
}
