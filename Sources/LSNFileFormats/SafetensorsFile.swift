/// A safetensors file that is open, and read tensor by tensor, so that its content need not be in memory.
///
/// What was opened is read to its end, whatever is put in its place meanwhile.
public final class SafetensorsFile: Sendable {
    /// Its free texts by name.
    public let metadata: [String: String]
    /// The tensors in the header's order.
    public let entries: [Safetensors.Entry]
    /// The file.
    public var path: String { file.path }

    private let file: InputFile
    private let places: [String: Range<Int>]

    /// Opens a file and reads its header.
    ///
    /// - Throws: ``FileFormatError`` where it cannot be read, or for anything that the format forbids, see ``Safetensors``.
    public init(_ path: String) throws(FileFormatError) {
        file = try InputFile(path)
        let prefix = try file.read(0..<min(SafetensorsHeader.prefix, file.size))
        let end = try SafetensorsHeader.end(prefix, size: file.size, path: path)
        let header = try SafetensorsHeader(try file.read(0..<end), size: file.size, path: path)
        metadata = header.metadata
        entries = header.places.map(\.entry)
        places = Dictionary(uniqueKeysWithValues: header.places.map { ($0.entry.name, $0.bytes) })
    }

    /// Some of a tensor's values, and where in the file they stand.
    public struct Piece: Sendable {
        /// The number of the first of them in the tensor.
        public let first: Int
        /// The values.
        public let values: [Float]
        /// Where the first of them starts.
        public let byteOffset: Int
        /// Bytes of each.
        public let elementSize: Int
    }

    /// Hands out a tensor's values in order, a piece of at most 2¹⁸ at a time. Floats of 64 bits are rounded to nearest,
    /// integers must be exact.
    ///
    /// - Parameters:
    ///   - entry: one of ``entries``.
    ///   - body: takes a piece.
    /// - Throws: ``FileFormatError`` with the byte that cannot be read, or where a value is an integer that a float cannot
    ///   hold; what `body` throws.
    public func forEachPiece(of entry: Safetensors.Entry, _ body: (Piece) throws -> Void) throws {
        let place = places[entry.name] ?? 0..<0
        let size = entry.type.size
        let length = Self.pieceCount * size
        for start in stride(from: place.lowerBound, to: place.upperBound, by: length) {
            let bytes = try file.read(start..<min(start + length, place.upperBound))
            guard let values = entry.type.floats(bytes) else {
                throw FileFormatError(
                    path: path,
                    byteOffset: start,
                    problem:
                        "tensor \(entry.name) of type \(entry.type.rawValue) does not hold values that a 32-bit float "
                        + "can hold",
                    advice: "use a file that this program wrote"
                )
            }
            try body(
                Piece(
                    first: (start - place.lowerBound) / size,
                    values: values,
                    byteOffset: start,
                    elementSize: size
                )
            )
        }
    }

    private static let pieceCount = 1 << 18

    /// All bytes of a tensor.
    func bytes(of entry: Safetensors.Entry) throws(FileFormatError) -> [UInt8] {
        try file.read(places[entry.name] ?? 0..<0)
    }
}
