/// The little Python that the header of an .npy file is written in: `{'descr': '<f4', 'fortran_order': False,
/// 'shape': (2, 3), }`.
struct PythonText {
    private let bytes: [UInt8]
    private let path: String
    private let start: Int
    private let end: Int
    private var position: Int

    /// Reads `range` of `bytes`, which start at byte `start` of the file.
    init(_ bytes: [UInt8], range: Range<Int>, path: String, start: Int = 0) {
        self.bytes = bytes
        self.path = path
        self.start = start
        position = range.lowerBound
        end = range.upperBound
    }

    /// What the header of an array of numbers says.
    mutating func arrayHeader() throws(FileFormatError) -> (type: String, isColumnMajor: Bool, shape: [Int]) {
        try header { (text: inout PythonText) throws(FileFormatError) in try text.string() }
    }

    /// What the header of a structured array says.
    mutating func structuredHeader() throws(FileFormatError) -> (
        type: [(name: String, type: String)], isColumnMajor: Bool, shape: [Int]
    ) {
        try header { (text: inout PythonText) throws(FileFormatError) in try text.fields() }
    }

    /// Whether a header is a structured array's.
    mutating func isStructured() throws(FileFormatError) -> Bool {
        try header { (text: inout PythonText) throws(FileFormatError) in
            text.skipSpace()
            guard text.position < text.end, text.bytes[text.position] == UInt8(ascii: "[") else {
                _ = try text.string()
                return false
            }
            _ = try text.fields()
            return true
        }.type
    }

    /// - Parameter readType: reads what stands behind `descr`.
    private mutating func header<Kind>(
        _ readType: (inout PythonText) throws(FileFormatError) -> Kind
    ) throws(FileFormatError) -> (type: Kind, isColumnMajor: Bool, shape: [Int]) {
        var type: Kind?
        var isColumnMajor: Bool?
        var shape: [Int]?
        let start = position
        try expect("{")
        while !take("}") {
            let offset = position
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where type == nil: type = try readType(&self)
            case "fortran_order" where isColumnMajor == nil: isColumnMajor = try truth()
            case "shape" where shape == nil: shape = try tuple()
            default: throw failure("the key '\(NPY.shown(key))' is unknown or comes twice", at: offset)
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard position == end else { throw failure("something stands behind the end of the header") }
        guard let type, let isColumnMajor, let shape else {
            throw failure("the header lacks one of 'descr', 'fortran_order' and 'shape'", at: start)
        }
        return (type, isColumnMajor, shape)
    }

    /// An error at the next byte, or at `offset`.
    func failure(_ problem: String, at offset: Int? = nil) -> FileFormatError {
        FileFormatError(
            path: path,
            byteOffset: self.start + (offset ?? position),
            problem: problem,
            advice: "write an array of plain numbers with numpy.save"
        )
    }

    private mutating func skipSpace() {
        while position < end, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\n") {
            position += 1
        }
    }

    private mutating func take(_ word: StaticString) -> Bool {
        skipSpace()
        let text = [UInt8](word.description.utf8)
        guard bytes[position..<end].starts(with: text) else { return false }
        position += text.count
        return true
    }

    private mutating func expect(_ word: StaticString) throws(FileFormatError) {
        if !take(word) { throw failure("the header should have \"\(word)\" here") }
    }

    private mutating func string() throws(FileFormatError) -> String {
        skipSpace()
        let start = position
        let quote: UInt8 = position < end ? bytes[position] : 0
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw failure("the header should have a text in quotes here")
        }
        guard let close = bytes[start + 1..<end].firstIndex(of: quote),
            let text = String(validating: bytes[start + 1..<close], as: UTF8.self)
        else {
            throw failure("a text that does not end, or is not UTF-8")
        }
        position = close + 1
        return text
    }

    /// `[('x', '<i2'), ('y', '<i2')]`.
    private mutating func fields() throws(FileFormatError) -> [(name: String, type: String)] {
        var fields: [(name: String, type: String)] = []
        try expect("[")
        while !take("]") {
            try expect("(")
            let name = try string()
            try expect(",")
            fields.append((name, try string()))
            try expect(")")
            if !take(",") {
                try expect("]")
                break
            }
        }
        return fields
    }

    private mutating func truth() throws(FileFormatError) -> Bool {
        if take("True") { return true }
        if take("False") { return false }
        throw failure("the header should have True or False here")
    }

    private mutating func tuple() throws(FileFormatError) -> [Int] {
        var values: [Int] = []
        try expect("(")
        while !take(")") {
            values.append(try integer())
            if !take(",") {
                try expect(")")
                break
            }
        }
        return values
    }

    private mutating func integer() throws(FileFormatError) -> Int {
        skipSpace()
        let digits = bytes[position..<end].prefix { (0x30...0x39).contains($0) }
        // Up to 18 digits always fit 63 bits, and no array is longer.
        guard (1...18).contains(digits.count) else {
            throw failure("the header should have a whole number of at most 18 digits here")
        }
        position += digits.count
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
