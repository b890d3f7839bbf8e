/// What a compiler said, in one form for all compilers.
enum BuildLog {
    /// Errors first, each as FILE:LINE:COLUMN: error: MESSAGE with the lines that belong to it; then the rest, in order.
    ///
    /// PoCL puts the severity before the place; most others write it this way already. A compiler that does not heed
    /// `#line` counts the lines of the whole text, under a name that it made up: `places` has them by that number.
    static func normalized(_ log: String, places: [ResolvedSource.Place?]) -> String {
        var errors: [Substring] = []
        var others: [Substring] = []
        var isError = false
        var lines: [String] = []
        for line in log.split(separator: "\n", omittingEmptySubsequences: true) {
            lines.append(inOwnFile(placeFirst(line), places))
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

    /// "<source>:LINE:COLUMN: …" with the file and line that people edit; other lines as they are.
    private static func inOwnFile(_ line: String, _ places: [ResolvedSource.Place?]) -> String {
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].contains("/"), !parts[0].hasSuffix(".h"),
            parts[2].first?.isNumber == true,
            let number = Int(parts[1]), places.indices.contains(number - 1),
            let place = places[number - 1],
            // A tree without an origin may have a file of just that name: then the number is its own.
            !places.contains(where: { $0?.file == String(parts[0]) })
        else { return line }
        return "\(place.file):\(place.line):\(parts[2])"
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
