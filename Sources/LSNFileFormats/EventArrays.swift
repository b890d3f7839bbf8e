/// Recordings as NumPy's arrays in an `.npz` file: `t`, `x`, `y` and `p`, as SpikingJelly writes them, or one structured array with
/// these fields, as Tonic has events.
package enum EventArrays {
    /// What the arrays, or the fields, are called.
    package static let names = ["t", "x", "y", "p"]

    /// Whether an archive holds a recording.
    ///
    /// - Throws: ``FileFormatError`` where its only array cannot be read, or is structured and lacks a field.
    package static func areIn(_ archive: NPZArchive) throws(FileFormatError) -> Bool {
        if names.allSatisfy(archive.names.contains) { return true }
        return try isStructured(archive)
    }

    /// The events of an archive: microseconds, columns, rows, and polarities of 0 and 1, or −1 and 1.
    ///
    /// - Parameters:
    ///   - file: the archive.
    ///   - limit: the most bytes that its arrays may have, expanded, in all.
    /// - Throws: ``FileFormatError`` where arrays are missing, of different lengths, damaged or too large, or hold what no sensor says.
    package static func events(_ file: FileBytes, limit: Int) throws(FileFormatError) -> EventStream {
        let archive = try NPZArchive(file, limit: limit)
        if names.allSatisfy(archive.names.contains) { return try events(separate(archive, limit: limit)) }
        if try isStructured(archive) { return try events(fields(archive)) }
        let found = archive.names.prefix(8).map { PrintableText.name($0) }.joined(separator: ", ")
        let missing = names.filter { !archive.names.contains($0) }.joined(separator: ", ")
        throw FileFormatError(
            path: file.path,
            byteOffset: 0,
            problem: "has the arrays \(found), and lacks \(missing)",
            advice: "save a recording with numpy.savez(file, t=…, x=…, y=…, p=…)"
        )
    }

    /// One number of every event.
    private struct Column {
        let name: String
        let type: ElementType
        /// From the first one on.
        let bytes: FileBytes
        /// Bytes from one to the next.
        let stride: Int
        /// Events.
        let count: Int

        /// Those of a part of the events.
        func values(_ events: Range<Int>) throws(FileFormatError) -> [Int64] {
            let stored = try bytes.read(events.lowerBound * stride..<(events.upperBound - 1) * stride + type.size)
            var content = stored
            if stride != type.size {
                content = []
                content.reserveCapacity(events.count * type.size)
                for place in Swift.stride(from: 0, to: stored.count, by: stride) {
                    content += stored[place..<place + type.size]
                }
            }
            guard let values = type.integers(content) else {
                throw FileFormatError(
                    path: bytes.path,
                    byteOffset: bytes.start,
                    problem: "\(name) has elements of type \(type.rawValue), and whole numbers are wanted",
                    advice: "save integers"
                )
            }
            return values
        }

        func error(_ event: Int, _ value: Int64, _ advice: String) -> FileFormatError {
            FileFormatError(
                path: bytes.path,
                byteOffset: bytes.start + event * stride,
                problem: "\(name) has \(value) for event \(event)",
                advice: advice
            )
        }
    }

    /// The four arrays. Their headers are compared before any of them is expanded.
    private static func separate(_ archive: NPZArchive, limit: Int) throws(FileFormatError) -> [Column] {
        var count: Int?
        var size = 0
        for name in names {
            guard let head = try archive.head(name) else { continue }
            let shape = try NPY.header(head.bytes, size: head.size).shape
            size += min(head.size, limit + 1)
            func failure(_ problem: String, _ advice: String) -> FileFormatError {
                FileFormatError(
                    path: head.bytes.path,
                    byteOffset: head.bytes.start,
                    problem: "\(name) \(problem)",
                    advice: advice
                )
            }
            guard shape.count == 1, shape[0] == count ?? shape[0] else {
                throw failure(
                    "has shape \(shape)\(count.map { ", and t has \($0) values" } ?? "")",
                    "save a value of each array for each event"
                )
            }
            guard size <= limit else {
                throw failure(
                    "has \(head.size) bytes, and the arrays of a recording have up to \(limit) in all",
                    "cut it into shorter recordings"
                )
            }
            count = shape[0]
        }
        var columns: [Column] = []
        for name in names {
            guard let array = try archive.array(name) else { continue }
            try array.verify()
            columns.append(
                Column(
                    name: name,
                    type: array.type,
                    bytes: array.elements,
                    stride: array.type.size,
                    count: array.count
                )
            )
        }
        return columns
    }

    /// Whether an archive's only array is structured; it has to have the fields then.
    private static func isStructured(_ archive: NPZArchive) throws(FileFormatError) -> Bool {
        guard archive.names.count == 1, let (bytes, size) = try archive.head(archive.names[0]),
            try NPY.isStructured(bytes)
        else { return false }
        let found = try NPY.structure(bytes, size: size).fields.map(\.name)
        guard let missing = names.first(where: { !found.contains($0) }) else { return true }
        throw FileFormatError(
            path: bytes.path,
            byteOffset: bytes.start,
            problem:
                "\(PrintableText.name(archive.names[0])) has the fields "
                + "\(found.prefix(8).map(NPY.shown).joined(separator: ", ")), and lacks \(missing)",
            advice: "save a recording with numpy.savez(file, t=…, x=…, y=…, p=…)"
        )
    }

    private static func fields(_ archive: NPZArchive) throws(FileFormatError) -> [Column] {
        let name = archive.names[0]
        guard let (bytes, checksum) = try archive.entryBytes(name) else { return [] }
        if let checksum { try NPZArchive.verify(bytes, checksum: checksum, name: name) }
        let (fields, size, count, start) = try NPY.structure(bytes, size: bytes.count)
        return names.compactMap { name in
            fields.first { $0.name == name }.map { field in
                Column(
                    name: name,
                    type: field.type,
                    // An array without events has no first one.
                    bytes: bytes.part(min(start + field.offset, bytes.count)..<bytes.count),
                    stride: size,
                    count: count
                )
            }
        }
    }

    private static func events(_ columns: [Column]) throws(FileFormatError) -> EventStream {
        let (t, x, y, p) = (columns[0], columns[1], columns[2], columns[3])
        var events = EventStream(stride: t.stride)
        events.reserve(t.count)
        events.beginRun(at: t.bytes.start)
        // In parts, since 64 bits for each number may be many times what the file has.
        for start in stride(from: 0, to: t.count, by: partSize) {
            let part = start..<min(start + partSize, t.count)
            let (times, xs) = (try t.values(part), try x.values(part))
            let (ys, polarities) = (try y.values(part), try p.values(part))
            for (place, event) in part.enumerated() {
                let (time, polarity) = (times[place], polarities[place])
                guard (-timeLimit...timeLimit).contains(time) else { throw t.error(event, time, "save microseconds") }
                guard let column = UInt16(exactly: xs[place]) else {
                    throw x.error(event, xs[place], "save columns from 0 on")
                }
                guard let row = UInt16(exactly: ys[place]) else {
                    throw y.error(event, ys[place], "save rows from 0 on")
                }
                guard (-1...1).contains(polarity) else { throw p.error(event, polarity, "save polarities as 0 and 1") }
                events.append(time: Int(time), column: column, row: row, polarity: polarity > 0 ? 1 : 0)
            }
        }
        return events
    }

    /// Events that are read at a time.
    private static let partSize = 1 << 16

    /// Microseconds that no clock reaches, so that a few times a difference can be counted: 2⁵⁶, two thousand years.
    private static let timeLimit: Int64 = 1 << 56
}
