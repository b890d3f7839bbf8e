/// Recordings of an ATIS sensor as N-MNIST and N-Caltech101 have them: 40 bits an event.
///
/// A byte x, a byte y, a bit of polarity, and 23 bits of microseconds, the highest first. An event of y = 240 is none: it adds 2¹³ µs to
/// all that follow. Source: the data sets' page.
package enum NMNIST {
    private static let eventSize = 5
    private static let overflowRow = 240
    private static let overflowTime = 1 << 13

    /// The events of a file.
    ///
    /// - Throws: ``FileFormatError`` where it was cut short.
    package static func events(_ file: FileBytes) throws(FileFormatError) -> EventStream {
        guard file.count % eventSize == 0 else {
            throw FileFormatError(
                path: file.path,
                byteOffset: file.count / eventSize * eventSize,
                problem: "has \(file.count) bytes, which is no multiple of an event's \(eventSize)",
                advice: "the file was cut short, or is none of N-MNIST's format: copy or download it again"
            )
        }
        let bytes = try file.readAll()
        var events = EventStream(stride: eventSize)
        events.reserve(bytes.count / eventSize)
        events.beginRun(at: 2)
        var added = 0
        for place in stride(from: 0, to: bytes.count, by: eventSize) {
            let (x, y, high) = (bytes[place], bytes[place + 1], Int(bytes[place + 2]))
            guard y != overflowRow else {
                added += overflowTime
                events.beginRun(at: place + eventSize + 2)
                continue
            }
            let stamp = (high & 127) << 16 | Int(bytes[place + 3]) << 8 | Int(bytes[place + 4])
            events.append(time: stamp + added, column: UInt16(x), row: UInt16(y), polarity: UInt8(high >> 7))
        }
        return events
    }
}
