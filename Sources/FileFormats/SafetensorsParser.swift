extension Safetensors {
    /// What the header says of a tensor, and where in the file it says so.
    private struct Entry {
        var name: String
        var type: ElementType
        var shape: [Int]
        var range: Range<Int>
        var offset: Int
    }

    /// The content of a file that was read.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    /// - Throws: ``FileFormatError`` for anything that the format forbids: a header that is no JSON or has a name twice,
    ///   unknown types, shapes that do not fit their bytes, bytes of two tensors that overlap, bytes of none, and a file
    ///   that is shorter or longer than its header says.
    public static func parse(_ bytes: [UInt8], path: String) throws(FileFormatError) -> Safetensors {
        let base = try headerEnd(bytes, path: path)
        var text = JSONText(bytes, range: 8..<base, path: path)
        var file = Safetensors()
        var entries: [Entry] = []
        try text.object { (text: inout JSONText, name: String, offset: Int) throws(FileFormatError) in
            if name == metadataKey {
                try text.object { (text: inout JSONText, key: String, _: Int) throws(FileFormatError) in
                    file.metadata[key] = try text.string()
                }
            } else {
                entries.append(try entry(&text, name: name, offset: offset))
            }
        }
        try text.expectEnd()
        try checkPlaces(entries, size: bytes.count - base, base: base, path: path)
        for entry in entries {
            let content = bytes[base + entry.range.lowerBound..<base + entry.range.upperBound]
            file.append(entry.name, Tensor(type: entry.type, shape: entry.shape, bytes: [UInt8](content)))
        }
        return file
    }

    /// Where the header ends and the tensors' bytes start.
    private static func headerEnd(_ bytes: [UInt8], path: String) throws(FileFormatError) -> Int {
        func failure(_ offset: Int, _ problem: String, _ advice: String) -> FileFormatError {
            FileFormatError(path: path, byteOffset: offset, problem: problem, advice: advice)
        }
        guard bytes.count >= 8 else {
            throw failure(
                0,
                "has \(bytes.count) bytes, a safetensors file starts with 8 that give its header's length",
                "copy or download the file again"
            )
        }
        let length = LittleEndian.decode([UInt8](bytes[..<8]), as: UInt64.self) { $0 }[0]
        guard length <= UInt64(headerLimit) else {
            throw failure(
                0,
                "the first 8 bytes give a header of \(length) bytes, the format allows \(headerLimit)",
                "make sure that this is a safetensors file"
            )
        }
        guard Int(length) <= bytes.count - 8 else {
            throw failure(
                bytes.count,
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
    private static func entry(
        _ text: inout JSONText,
        name: String,
        offset: Int
    ) throws(FileFormatError) -> Entry {
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
        return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1], offset: offset)
    }

    /// Makes sure that the tensors fill the `size` bytes behind the header, each byte once.
    private static func checkPlaces(
        _ entries: [Entry],
        size: Int,
        base: Int,
        path: String
    ) throws(FileFormatError) {
        let again = "the file is damaged: copy or download it again"
        var end = 0
        let inOrder = entries.sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        for entry in inOrder {
            guard entry.range.lowerBound == end else {
                let relation = entry.range.lowerBound < end ? "overlaps the one before it" : "leaves a gap before it"
                throw FileFormatError(
                    path: path,
                    byteOffset: entry.offset,
                    problem: "tensor \(entry.name) starts at \(entry.range.lowerBound) of the data where \(end) "
                        + "is next: it \(relation)",
                    advice: again
                )
            }
            end = entry.range.upperBound
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
