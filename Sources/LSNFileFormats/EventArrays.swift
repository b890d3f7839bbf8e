/// Recordings as NumPy's arrays in an `.npz` file: `t`, `x`, `y` and `p`, as SpikingJelly writes them, or one structured array with
/// these fields, as Tonic has events.
package enum EventArrays {
    /// What the arrays, or the fields, are called.
    package static let names = ["t", "x", "y", "p"]

    /// Whether an archive holds a recording.
    package static func areIn(_ archive: NPZArchive) -> Bool {
        names.allSatisfy(archive.names.contains) || structured(in: archive) != nil
    }

    /// The events of an archive: microseconds, columns, rows, and polarities of 0 and 1, or −1 and 1.
    ///
    /// - Throws: ``FileFormatError`` where arrays are missing, of different lengths, or hold what no sensor says.
    package static func events(_ file: FileBytes) throws(FileFormatError) -> EventStream {
        let archive = try NPZArchive(file)
        let columns: [Column]
        if names.allSatisfy(archive.names.contains) {
            columns = try separate(archive)
        } else if let found = structured(in: archive) {
            columns = try fields(found, path: file.path)
        } else {
            let found = archive.names.prefix(8).map { PrintableText.name($0) }.joined(separator: ", ")
            let missing = names.filter { !archive.names.contains($0) }.joined(separator: ", ")
            throw FileFormatError(
                path: file.path,
                byteOffset: 0,
                problem: "has the arrays \(found), and lacks \(missing)",
                advice: "save a recording with numpy.savez(file, t=…, x=…, y=…, p=…)"
            )
        }
        return try events(columns)
    }

    /// One number of every event.
    private struct Column {
        let name: String
        let path: String
        let values: [Int64]
        /// The byte of the first one, and bytes from one to the next.
        let start: Int
        let stride: Int

        func error(_ event: Int, _ advice: String) -> FileFormatError {
            FileFormatError(
                path: path,
                byteOffset: start + event * stride,
                problem: "\(name) has \(values[event]) for event \(event)",
                advice: advice
            )
        }
    }

    private static func separate(_ archive: NPZArchive) throws(FileFormatError) -> [Column] {
        var columns: [Column] = []
        for name in names {
            guard let array = try archive.array(name) else { continue }
            try array.verify()
            guard array.shape.count == 1, array.count == columns.first?.values.count ?? array.count else {
                throw array.error(
                    "has shape \(array.shape)\(columns.first.map { ", and t has \($0.values.count) values" } ?? "")",
                    advice: "save a value of each array for each event"
                )
            }
            columns.append(
                Column(
                    name: name,
                    path: array.path,
                    values: try array.integers(),
                    start: array.firstByte,
                    stride: array.type.size
                )
            )
        }
        return columns
    }

    /// An archive's only array, where it is structured and has the fields.
    private static func structured(in archive: NPZArchive) -> FileBytes? {
        guard archive.names.count == 1, let entry = try? archive.entryBytes(archive.names[0]),
            let structure = try? NPY.structure(entry.bytes)
        else { return nil }
        let found = Set(structure.fields.map(\.name))
        return names.allSatisfy(found.contains) ? entry.bytes : nil
    }

    private static func fields(_ bytes: FileBytes, path: String) throws(FileFormatError) -> [Column] {
        let (fields, size, count, start) = try NPY.structure(bytes)
        let items = try bytes.read(start..<bytes.count)
        var columns: [Column] = []
        for name in names {
            guard let field = fields.first(where: { $0.name == name }) else { continue }
            var content: [UInt8] = []
            content.reserveCapacity(count * field.type.size)
            for item in 0..<count {
                let place = item * size + field.offset
                content += items[place..<place + field.type.size]
            }
            guard let values = field.type.integers(content) else {
                throw FileFormatError(
                    path: bytes.path,
                    byteOffset: bytes.start,
                    problem:
                        "the field \(name) has elements of type \(field.type.rawValue), and whole numbers are wanted",
                    advice: "save integers"
                )
            }
            columns.append(
                Column(
                    name: name,
                    path: bytes.path,
                    values: values,
                    start: bytes.start + start + field.offset,
                    stride: size
                )
            )
        }
        return columns
    }

    private static func events(_ columns: [Column]) throws(FileFormatError) -> EventStream {
        let (t, x, y, p) = (columns[0], columns[1], columns[2], columns[3])
        var events = EventStream(stride: t.stride)
        events.reserve(t.values.count)
        events.beginRun(at: t.start)
        for event in t.values.indices {
            let time = t.values[event]
            guard (-timeLimit...timeLimit).contains(time) else { throw t.error(event, "save microseconds") }
            guard let column = UInt16(exactly: x.values[event]) else { throw x.error(event, "save columns from 0 on") }
            guard let row = UInt16(exactly: y.values[event]) else { throw y.error(event, "save rows from 0 on") }
            guard (-1...1).contains(p.values[event]) else { throw p.error(event, "save polarities as 0 and 1") }
            events.append(time: Int(time), column: column, row: row, polarity: p.values[event] > 0 ? 1 : 0)
        }
        return events
    }

    /// Microseconds that no clock reaches, so that a few times a difference can be counted: 2⁵⁶, two thousand years.
    private static let timeLimit: Int64 = 1 << 56
}
