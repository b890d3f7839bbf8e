/// NumPy's file format for one array, versions 1.0 to 3.0.
///
/// The file is `\x93NUMPY`, two bytes of version, the length of a header, the header (a Python dictionary with `descr`,
/// `fortran_order` and `shape`), and the elements. Source: NEP 1 and `numpy.lib.format`.
public enum NPY {
    /// The values of a file, in row-major order.
    public struct Array: Sendable, Equatable {
        /// Extents, outermost first; empty for a single number.
        public var shape: [Int]
        /// As many as the shape has.
        public var values: [Float]
        /// What they are in the file.
        public var type: ElementType

        /// Gathers what belongs together.
        public init(shape: [Int], values: [Float], type: ElementType = .float32) {
            self.shape = shape
            self.values = values
            self.type = type
        }
    }

    private static let magic: [UInt8] = [0x93] + [UInt8]("NUMPY".utf8)
    /// The element types that are read, by NumPy's names.
    private static let types: [String: ElementType] = [
        "<f8": .float64, "<f4": .float32, "<f2": .float16, "<i8": .int64, "<i4": .int32, "<i2": .int16, "|i1": .int8,
        "<u8": .uint64, "<u4": .uint32, "<u2": .uint16, "|u1": .uint8, "|b1": .bool,
    ]

    /// The bytes of a file of 32-bit floats, version 1.0.
    ///
    /// - Parameters:
    ///   - floats: the values, row-major.
    ///   - shape: extents, outermost first, whose product is their number.
    public static func serialize(floats: [Float], shape: [Int]) -> [UInt8] {
        precondition(floats.count == shape.reduce(1, *), "\(floats.count) values for shape \(shape)")
        // Python writes a tuple of one as (3,).
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var header = [UInt8]("{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }".utf8)
        // The elements start at a multiple of 64; the header ends with a new line.
        let unpadded = magic.count + 4 + header.count + 1
        header += [UInt8](repeating: UInt8(ascii: " "), count: (64 - unpadded % 64) % 64) + [UInt8(ascii: "\n")]
        return magic + [1, 0] + LittleEndian.encode([UInt16(header.count)]) + header
            + LittleEndian.encode(floats.map(\.bitPattern))
    }

    /// The array of a file that was read.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    /// - Throws: ``FileFormatError`` where it is not such a file, is damaged or cut short, is in column-major order, or
    ///   has elements that are not little-endian numbers a float can hold.
    public static func parse(_ bytes: [UInt8], path: String) throws(FileFormatError) -> Array {
        let array = try StoredArray(FileBytes(bytes, path: path))
        return Array(shape: array.shape, values: try array.floats(), type: array.type)
    }

    /// What stands before the elements of an array.
    struct Header: Hashable, Sendable {
        let shape: [Int]
        let type: ElementType
        /// The byte at which the elements start.
        let end: Int
    }

    /// The header of a file, whose elements take the rest of it.
    ///
    /// - Parameters:
    ///   - file: all of it, or only its first bytes.
    ///   - size: how many bytes it has; nil: those of `file`.
    static func header(_ file: FileBytes, size fileSize: Int? = nil) throws(FileFormatError) -> Header {
        let path = file.path
        let range = try headerRange(file)
        let bytes = try file.read(0..<range.upperBound)
        var text = PythonText(bytes, range: range, path: path, start: file.start)
        let header = try text.arrayHeader()
        guard let type = types[header.type] else {
            let known = types.keys.sorted().joined(separator: " ")
            throw text.failure(
                "has elements of type \"\(shown(header.type))\", known are \(known)",
                at: range.lowerBound
            )
        }
        guard !header.isColumnMajor else {
            throw text.failure("is in column-major order: save numpy.ascontiguousarray(array)", at: range.lowerBound)
        }
        var size = type.size
        for extent in header.shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            if overflow { throw text.failure("has a shape beyond any memory", at: range.lowerBound) }
            size = product
        }
        let stored = (fileSize ?? file.count) - range.upperBound
        guard size == stored else {
            throw FileFormatError(
                path: path,
                byteOffset: file.start + min(file.count, range.upperBound + min(size, stored)),
                problem: "has \(stored) bytes of elements, shape \(header.shape) of \(header.type) takes \(size)",
                advice: stored < size ? "the file was cut short: write or copy it again" : "write or copy it again"
            )
        }
        return Header(shape: header.shape, type: type, end: range.upperBound)
    }

    /// A field of a structured array.
    struct Field: Hashable, Sendable {
        let name: String
        let type: ElementType
        /// Its first byte in an item.
        let offset: Int
    }

    /// What a structured array of one axis holds: its fields, an item's bytes, how many items there are, and where they start.
    ///
    /// - Parameters:
    ///   - file: all of it, or only its first bytes.
    ///   - fileSize: how many bytes it has.
    /// - Throws: ``FileFormatError`` as ``parse(_:path:)``, and for arrays of several axes.
    static func structure(
        _ file: FileBytes,
        size fileSize: Int
    ) throws(FileFormatError) -> (fields: [Field], itemSize: Int, count: Int, start: Int) {
        let range = try headerRange(file)
        var text = PythonText(try file.read(0..<range.upperBound), range: range, path: file.path, start: file.start)
        let header = try text.structuredHeader()
        var fields: [Field] = []
        var size = 0
        for (name, descr) in header.type {
            guard let type = types[descr] else {
                throw text.failure("has a field \(shown(name)) of type \"\(shown(descr))\"", at: range.lowerBound)
            }
            fields.append(Field(name: name, type: type, offset: size))
            size += type.size
        }
        let stored = fileSize - range.upperBound
        guard header.shape.count == 1, size > 0, stored % size == 0, header.shape[0] == stored / size else {
            throw text.failure(
                "has shape \(header.shape) of items of \(size) bytes, and \(stored) bytes of them",
                at: range.lowerBound
            )
        }
        return (fields, size, header.shape[0], range.upperBound)
    }

    /// Whether a file holds a structured array.
    ///
    /// - Parameter file: its first bytes.
    /// - Throws: ``FileFormatError`` where its header is damaged.
    static func isStructured(_ file: FileBytes) throws(FileFormatError) -> Bool {
        let range = try headerRange(file)
        var text = PythonText(try file.read(0..<range.upperBound), range: range, path: file.path, start: file.start)
        return try text.isStructured()
    }

    /// A text of a file's header as an error shows it.
    static func shown(_ text: String) -> String { PrintableText.name(String(text.prefix(40))) }

    /// Where the header's text lies.
    private static func headerRange(_ file: FileBytes) throws(FileFormatError) -> Range<Int> {
        func failure(_ offset: Int, _ problem: String) -> FileFormatError {
            FileFormatError(
                path: file.path,
                byteOffset: file.start + offset,
                problem: problem,
                advice: "write it with numpy.save"
            )
        }
        let bytes = try file.read(0..<min(12, file.count))
        guard bytes.starts(with: magic) else { throw failure(0, "does not start as an .npy file does") }
        guard bytes.count >= 12 else { throw failure(bytes.count, "ends within its first 12 bytes") }
        guard (1...3).contains(bytes[6]) else {
            throw failure(6, "is of version \(bytes[6]).\(bytes[7]), known are 1.0, 2.0 and 3.0")
        }
        let start = bytes[6] == 1 ? 10 : 12
        let length =
            bytes[6] == 1
            ? Int(LittleEndian.decode([UInt8](bytes[8..<10]), as: UInt16.self) { $0 }[0])
            : Int(LittleEndian.decode([UInt8](bytes[8..<12]), as: UInt32.self) { $0 }[0])
        guard length <= file.count - start else {
            throw failure(file.count, "ends within its header of \(length) bytes")
        }
        return start..<start + length
    }
}
