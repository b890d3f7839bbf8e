extension Safetensors {
    /// The content of a file that was read.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    /// - Throws: ``FileFormatError`` for anything that the format forbids: a header that is no JSON or has a name twice,
    ///   unknown types, shapes that do not fit their bytes, bytes of two tensors that overlap, bytes of none, and a file
    ///   that is shorter or longer than its header says.
    package static func parse(_ bytes: [UInt8], path: String) throws(FileFormatError) -> Safetensors {
        let header = try SafetensorsHeader(bytes, size: bytes.count, path: path)
        var file = Safetensors()
        file.metadata = header.metadata
        for place in header.places {
            let entry = place.entry
            file.append(entry.name, Tensor(type: entry.type, shape: entry.shape, bytes: [UInt8](bytes[place.bytes])))
        }
        return file
    }
}

/// What the header of a safetensors file says, all of it checked.
struct SafetensorsHeader {
    /// A tensor, and where its bytes lie.
    struct Place {
        var entry: Safetensors.Entry
        /// In the file, once it is known that they fill it.
        var bytes: Range<Int>
        /// Where in the file the header says so.
        var offset: Int
    }

    /// Bytes from which on it is known how long the header is, and that it is one.
    static let prefix = 9

    /// Free texts by name.
    private(set) var metadata: [String: String] = [:]
    /// The tensors in the header's order.
    private(set) var places: [Place] = []

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - bytes: the file's first, up to ``end(_:size:path:)``; more do no harm.
    ///   - size: bytes of the file.
    ///   - path: its name, for errors.
    /// - Throws: ``FileFormatError``, see `Safetensors.parse`.
    init(_ bytes: [UInt8], size: Int, path: String) throws(FileFormatError) {
        let base = try Self.end(bytes, size: size, path: path)
        var text = JSONText(bytes, range: 8..<base, path: path)
        var (metadata, places): ([String: String], [Place]) = ([:], [])
        try text.object { (text: inout JSONText, name: String, offset: Int) throws(FileFormatError) in
            if name == Safetensors.metadataKey {
                try text.object { (text: inout JSONText, key: String, _: Int) throws(FileFormatError) in
                    metadata[key] = try text.string()
                }
            } else {
                places.append(try Self.place(&text, name: name, offset: offset))
            }
        }
        try text.expectEnd()
        try Self.check(places, size: size - base, base: base, path: path)
        self.metadata = metadata
        self.places = places.map { place in
            Place(
                entry: place.entry,
                bytes: base + place.bytes.lowerBound..<base + place.bytes.upperBound,
                offset: place.offset
            )
        }
    }

    /// Where the header ends and the tensors' bytes start, by a file's first bytes: ``prefix``, or all where there are fewer.
    static func end(_ bytes: [UInt8], size: Int, path: String) throws(FileFormatError) -> Int {
        func failure(_ offset: Int, _ problem: String, _ advice: String) -> FileFormatError {
            FileFormatError(path: path, byteOffset: offset, problem: problem, advice: advice)
        }
        guard bytes.count >= 8 else {
            throw failure(
                0,
                "has \(size) bytes, a safetensors file starts with 8 that give its header's length",
                "copy or download the file again"
            )
        }
        let length = LittleEndian.decode([UInt8](bytes[..<8]), as: UInt64.self) { $0 }[0]
        guard length <= UInt64(Safetensors.headerLimit) else {
            throw failure(
                0,
                "the first 8 bytes give a header of \(length) bytes, the format allows \(Safetensors.headerLimit)",
                "make sure that this is a safetensors file"
            )
        }
        guard Int(length) <= size - 8 else {
            throw failure(
                size,
                "ends within its header of \(length) bytes",
                "the file was cut short: copy or download it again"
            )
        }
        guard length >= 2, bytes[8] == UInt8(ascii: "{") else {
            throw failure(8, "the header does not start with \"{\"", "make sure that this is a safetensors file")
        }
        return 8 + Int(length)
    }

    /// Reads `{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}`, its members in any order.
    private static func place(
        _ text: inout JSONText,
        name: String,
        offset: Int
    ) throws(FileFormatError) -> Place {
        var type: ElementType?
        var shape: [Int]?
        var offsets: [Int]?
        try text.object { (text: inout JSONText, key: String, keyOffset: Int) throws(FileFormatError) in
            switch key {
            case "dtype":
                let typeName = try text.string()
                type = ElementType(rawValue: typeName)
                if type == nil {
                    let known = ElementType.allCases.map(\.rawValue).joined(separator: " ")
                    throw text.failure("tensor \(name) has type \"\(typeName)\", known are \(known)", at: keyOffset)
                }
            case "shape": shape = try text.integers()
            case "data_offsets": offsets = try text.integers()
            default: throw text.failure("tensor \(name) has an unknown property \"\(key)\"", at: keyOffset)
            }
        }
        guard let type, let shape, let offsets else {
            throw text.failure("tensor \(name) lacks one of dtype, shape and data_offsets", at: offset)
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw text.failure("tensor \(name) has data_offsets \(offsets), not a start and an end", at: offset)
        }
        var size = type.size
        for extent in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            if overflow { throw text.failure("tensor \(name) has a shape beyond any memory", at: offset) }
            size = product
        }
        guard size == offsets[1] - offsets[0] else {
            throw text.failure(
                "tensor \(name) of shape \(shape) and type \(type.rawValue) takes \(size) bytes, "
                    + "its data_offsets \(offsets) span \(offsets[1] - offsets[0])",
                at: offset
            )
        }
        return Place(
            entry: Safetensors.Entry(name: name, type: type, shape: shape),
            bytes: offsets[0]..<offsets[1],
            offset: offset
        )
    }

    /// Makes sure that the tensors fill the `size` bytes behind the header, each byte once.
    private static func check(
        _ places: [Place],
        size: Int,
        base: Int,
        path: String
    ) throws(FileFormatError) {
        let again = "the file is damaged: copy or download it again"
        var end = 0
        let inOrder = places.sorted {
            ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
        }
        for place in inOrder {
            guard place.bytes.lowerBound == end else {
                let relation = place.bytes.lowerBound < end ? "overlaps the one before it" : "leaves a gap before it"
                throw FileFormatError(
                    path: path,
                    byteOffset: place.offset,
                    problem: "tensor \(place.entry.name) starts at \(place.bytes.lowerBound) of the data where \(end) "
                        + "is next: it \(relation)",
                    advice: again
                )
            }
            end = place.bytes.upperBound
        }
        guard end == size else {
            let (sum, isTooLarge) = base.addingReportingOverflow(end)
            throw FileFormatError(
                path: path,
                byteOffset: isTooLarge ? base : min(sum, base + size),
                problem: "has \(size) bytes of tensors, its header describes \(end)",
                advice: end > size ? "the file was cut short: copy or download it again" : again
            )
        }
    }
}
