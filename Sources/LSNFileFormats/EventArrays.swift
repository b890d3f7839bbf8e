/// Recordings as NumPy's arrays `t`, `x`, `y` and `p` in an `.npz` file, as SpikingJelly writes them.
package enum EventArrays {
    /// What the arrays are called.
    package static let names = ["t", "x", "y", "p"]

    /// Whether an archive holds a recording.
    package static func areIn(_ archive: NPZArchive) -> Bool { names.allSatisfy(archive.names.contains) }

    /// The events of an archive: microseconds, columns, rows, and polarities of 0 and 1, or −1 and 1.
    ///
    /// - Throws: ``FileFormatError`` where arrays are missing, of different lengths, or hold what no sensor says.
    package static func events(_ file: FileBytes) throws(FileFormatError) -> EventStream {
        let archive = try NPZArchive(file)
        var arrays: [StoredArray] = []
        var values: [[Int64]] = []
        for name in names {
            guard let array = try archive.array(name) else {
                throw FileFormatError(
                    path: file.path,
                    byteOffset: 0,
                    problem:
                        "has the arrays \(archive.names.prefix(8).map { PrintableText.name($0) }.joined(separator: ", ")), "
                        + "and lacks \(name)",
                    advice: "save a recording with numpy.savez(file, t=…, x=…, y=…, p=…)"
                )
            }
            try array.verify()
            guard array.shape.count == 1, array.count == arrays.first?.count ?? array.count else {
                throw array.error(
                    "has shape \(array.shape)\(arrays.first.map { ", and t \($0.shape)" } ?? "")",
                    advice: "save a value of each array for each event"
                )
            }
            values.append(try array.integers())
            arrays.append(array)
        }
        var events = EventStream(stride: arrays[0].type.size)
        events.reserve(values[0].count)
        events.beginRun(at: arrays[0].firstByte)
        for event in values[0].indices {
            let (t, p) = (values[0][event], values[3][event])
            guard (-timeLimit...timeLimit).contains(t) else {
                throw arrays[0].error("has \(t) for event \(event)", at: event, advice: "save microseconds")
            }
            guard let column = UInt16(exactly: values[1][event]) else {
                throw arrays[1].error(
                    "has \(values[1][event]) for event \(event)",
                    at: event,
                    advice: "save columns from 0 on"
                )
            }
            guard let row = UInt16(exactly: values[2][event]) else {
                throw arrays[2].error(
                    "has \(values[2][event]) for event \(event)",
                    at: event,
                    advice: "save rows from 0 on"
                )
            }
            guard (-1...1).contains(p) else {
                throw arrays[3].error("has \(p) for event \(event)", at: event, advice: "save polarities as 0 and 1")
            }
            events.append(time: Int(t), column: column, row: row, polarity: p > 0 ? 1 : 0)
        }
        return events
    }

    /// Microseconds that no clock reaches, so that a few times a difference can be counted: 2⁵⁶, two thousand years.
    private static let timeLimit: Int64 = 1 << 56
}
