/// Bytes of a file, or of a part of one, that are read when they are wanted.
package struct FileBytes: Sendable {
    private enum Source: Sendable {
        case file(InputFile)
        case memory([UInt8])
    }

    /// The file, for errors.
    package let path: String
    /// How many there are.
    package let count: Int
    /// Where they start in the file; of what was expanded, in what it expands to.
    package let start: Int
    private let source: Source

    /// All of a file.
    package init(_ file: InputFile) {
        (path, count, start, source) = (file.path, file.size, 0, .file(file))
    }

    /// Bytes that are in memory.
    package init(_ bytes: [UInt8], path: String) {
        (self.path, count, start, source) = (path, bytes.count, 0, .memory(bytes))
    }

    private init(_ other: FileBytes, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= other.count, "bytes \(range) of \(other.count)")
        (path, count, start, source) = (other.path, range.count, other.start + range.lowerBound, other.source)
    }

    /// A part of them, which lies within.
    package func part(_ range: Range<Int>) -> FileBytes { FileBytes(self, range) }

    /// A range of them, which lies within.
    ///
    /// - Throws: ``FileFormatError`` as ``InputFile/read(_:)`` does.
    package func read(_ range: Range<Int>) throws(FileFormatError) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes \(range) of \(count)")
        let place = start + range.lowerBound..<start + range.upperBound
        return switch source {
        case .file(let file): try file.read(place)
        case .memory(let bytes): [UInt8](bytes[place])
        }
    }

    /// All of them.
    ///
    /// - Throws: ``FileFormatError`` as ``InputFile/read(_:)`` does.
    package func readAll() throws(FileFormatError) -> [UInt8] { try read(0..<count) }
}
