/// The little JSON (RFC 8259) that file headers need.
///
/// Readers ask for what must come next, and every error names the byte at which something else was found. Unlike a
/// parser that builds a tree, nothing here recurses or grows with what a file claims, and a key that comes twice is seen.
struct JSONText {
    private let bytes: [UInt8]
    private let path: String
    private let end: Int
    /// Where the next byte is read, counted in the file.
    private(set) var position: Int

    /// Reads `range` of `bytes`.
    init(_ bytes: [UInt8], range: Range<Int>, path: String) {
        self.bytes = bytes
        self.path = path
        position = range.lowerBound
        end = range.upperBound
    }

    /// A string as JSON writes it.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// An error at the next byte, or at `offset`.
    func failure(_ problem: String, at offset: Int? = nil) -> FileFormatError {
        FileFormatError(
            path: path,
            byteOffset: offset ?? position,
            problem: problem,
            advice: "the file is damaged or of another format: copy or download it again"
        )
    }

    /// The next byte that is not white space, without taking it; nil at the end.
    mutating func peek() -> UInt8? {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return bytes[position]
            }
        }
        return nil
    }

    /// Takes `character` if it comes next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Takes `character`, which must come next.
    mutating func expect(_ character: Unicode.Scalar) throws(FileFormatError) {
        if !take(character) { throw failure("\(found()) where the header should have \"\(character)\"") }
    }

    /// The end, and nothing before it.
    mutating func expectEnd() throws(FileFormatError) {
        if peek() != nil { throw failure("\(found()) behind the end of the header") }
    }

    /// An object, member by member: `member` reads the value of the key that it is given.
    mutating func object(
        _ member: (inout JSONText, _ key: String, _ offset: Int) throws(FileFormatError) -> Void
    ) throws(FileFormatError) {
        try expect("{")
        if take("}") { return }
        var keys: Set<String> = []
        repeat {
            _ = peek()
            let offset = position
            let key = try string()
            guard keys.insert(key).inserted else { throw failure("the name \"\(key)\" comes twice", at: offset) }
            try expect(":")
            try member(&self, key, offset)
        } while take(",")
        try expect("}")
    }

    /// A list of integers of at least 0.
    mutating func integers() throws(FileFormatError) -> [Int] {
        try expect("[")
        if take("]") { return [] }
        var values: [Int] = []
        repeat { values.append(try integer()) } while take(",")
        try expect("]")
        return values
    }

    /// An integer of at least 0.
    mutating func integer() throws(FileFormatError) -> Int {
        _ = peek()
        let start = position
        var value = 0
        while position < end, case let digit = bytes[position], (0x30...0x39).contains(digit) {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(Int(digit - 0x30))
            if overflow || carry { throw failure("the number is too large", at: start) }
            value = sum
            position += 1
        }
        if position == start { throw failure("\(found()) where the header should have a whole number of at least 0") }
        if bytes[start] == 0x30 && position > start + 1 { throw failure("the number starts with 0", at: start) }
        if position < end, case let next = bytes[position], [0x2E, 0x45, 0x65].contains(next) {
            throw failure("the number is not a whole one", at: start)
        }
        return value
    }

    /// A string.
    mutating func string() throws(FileFormatError) -> String {
        try expect("\"")
        let start = position
        var text: [UInt8] = []
        while position < end {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("the text is not UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\\"):
                try text.append(contentsOf: escaped().utf8)
            case ..<0x20:
                throw failure("a control character stands in a text", at: position - 1)
            default:
                text.append(byte)
            }
        }
        throw failure("the text does not end", at: start)
    }

    /// What stands behind a backslash.
    private mutating func escaped() throws(FileFormatError) -> String {
        let start = position - 1
        guard position < end else { throw failure("the text does not end", at: start) }
        let byte = bytes[position]
        position += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return String(Unicode.Scalar(byte))
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u":
            var units = [try hexadecimal(start)]
            // Scalars beyond 16 bits are written as two escapes.
            if UTF16.isLeadSurrogate(units[0]), position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                units.append(try hexadecimal(start))
            }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw failure("an escape names half a character", at: start)
            }
            return text
        default:
            throw failure("an unknown escape", at: start)
        }
    }

    private mutating func hexadecimal(_ start: Int) throws(FileFormatError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard position < end, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw failure("an escape without four hexadecimal digits", at: start)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    /// Words for the next byte.
    private func found() -> String {
        guard position < end else { return "the end" }
        let byte = bytes[position]
        let isPrintable = (0x21...0x7E).contains(byte)
        return isPrintable ? "\"\(Unicode.Scalar(byte))\"" : "byte 0x\(String(byte, radix: 16))"
    }
}
