/// How many columns of a terminal text takes.
enum DisplayWidth {
    /// The columns of text without control characters; escape sequences of styles (ESC [ … m) take none.
    static func of(_ text: String) -> Int {
        pieces(of: text).reduce(0) { $0 + $1.columns }
    }

    /// The beginning of a text that fits so many columns, with every style of the whole, so that none stays open.
    static func cut(_ text: String, to columns: Int) -> String {
        var room = max(columns, 0)
        var result = ""
        for piece in pieces(of: text) {
            // What does not fit closes the door for all that follows, or a narrow character would slip in behind it.
            if piece.columns > room { room = 0 }
            if piece.columns > 0, room == 0 { continue }
            room -= piece.columns
            result += piece.text
        }
        return result
    }

    /// The characters and the escape sequences of a text, in order.
    private static func pieces(of text: String) -> [(text: Substring, columns: Int)] {
        var pieces: [(Substring, Int)] = []
        var index = text.startIndex
        while index < text.endIndex {
            var end = text.index(after: index)
            let isStyle = text[index...].hasPrefix("\u{1B}[")
            if isStyle, let last = text[index...].firstIndex(of: "m") { end = text.index(after: last) }
            pieces.append((text[index..<end], isStyle ? 0 : columns(of: text[index])))
            index = end
        }
        return pieces
    }

    /// The East Asian Width of Unicode's annex 11: two columns for what is wide, none for what only changes its neighbours.
    private static func columns(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        let isEmoji = character.unicodeScalars.contains { $0.properties.isEmojiPresentation || $0 == "\u{FE0F}" }
        return isEmoji || wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1B000...0x1B2FF,
        0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
