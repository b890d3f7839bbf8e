/// An array of NumPy's format whose elements are read in parts.
package struct StoredArray: Sendable {
    /// Its name in an archive, or its file's without the ending; for errors.
    package let name: String
    /// Extents, outermost first; empty for a single number.
    package let shape: [Int]
    /// What the elements are.
    package let type: ElementType
    /// The checksum that an archive has of the whole entry; nil: none that was not compared.
    private let checksum: UInt32?
    private let entry: FileBytes
    /// The elements as they are stored.
    let elements: FileBytes

    /// The array of an `.npy` file, or of an archive's entry.
    ///
    /// - Parameters:
    ///   - bytes: all of it.
    ///   - name: its name.
    ///   - checksum: CRC-32 of `bytes`, where that is known and was not compared.
    /// - Throws: ``FileFormatError`` as ``NPY/parse(_:path:)``, but for what elements hold.
    package init(_ bytes: FileBytes, name: String = "", checksum: UInt32? = nil) throws(FileFormatError) {
        let header = try NPY.header(bytes)
        self.name = name
        self.checksum = checksum
        shape = header.shape
        type = header.type
        entry = bytes
        elements = bytes.part(header.end..<bytes.count)
    }

    /// The file.
    package var path: String { elements.path }
    /// Elements.
    package var count: Int { elements.count / type.size }
    /// Elements of one item of the outermost axis; of a single number 1.
    package var itemCount: Int { shape.first.map { $0 == 0 ? 0 : count / $0 } ?? 1 }

    /// Elements as they are stored, little-endian.
    ///
    /// - Parameter range: below ``count``.
    /// - Throws: ``FileFormatError`` where the file cannot be read.
    package func bytes(_ range: Range<Int>) throws(FileFormatError) -> [UInt8] {
        try elements.read(range.lowerBound * type.size..<range.upperBound * type.size)
    }

    /// Elements as floats, those of 64 bits rounded to nearest.
    ///
    /// - Parameter range: below ``count``; nil: all.
    /// - Throws: ``FileFormatError`` where the file cannot be read, or holds integers that a float cannot.
    package func floats(_ range: Range<Int>? = nil) throws(FileFormatError) -> [Float] {
        let range = range ?? 0..<count
        guard let values = type.floats(try bytes(range)) else {
            throw error("has integers that a 32-bit float cannot hold", at: range.lowerBound)
        }
        return values
    }

    /// All elements as integers.
    ///
    /// - Throws: ``FileFormatError`` where the file cannot be read, or holds others.
    package func integers() throws(FileFormatError) -> [Int64] {
        guard let values = type.integers(try bytes(0..<count)) else {
            throw error("has elements of type \(type.rawValue), and whole numbers are wanted", advice: "save integers")
        }
        return values
    }

    /// Compares the archive's checksum, if there is one, and reads all of the array for it.
    ///
    /// - Throws: ``FileFormatError`` where it differs, or the file cannot be read.
    package func verify() throws(FileFormatError) {
        guard let checksum else { return }
        try NPZArchive.verify(entry, checksum: checksum, name: name)
    }

    /// An error about this array.
    ///
    /// - Parameters:
    ///   - problem: what was found.
    ///   - place: the element it is about; nil: the array as a whole, whose first byte is named.
    ///   - advice: what to do.
    package func error(_ problem: String, at place: Int? = nil, advice: String? = nil) -> FileFormatError {
        FileFormatError(
            path: path,
            byteOffset: place.map { elements.start + $0 * type.size } ?? entry.start,
            problem: name.isEmpty ? problem : "\(name) \(problem)",
            advice: advice ?? "write it with numpy.save or numpy.savez"
        )
    }
}
