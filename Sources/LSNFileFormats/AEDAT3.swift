/// Recordings in the format AEDAT 3.1, as cAER wrote them; DVS128 Gesture has such.
///
/// A file is a text header, whose lines start with `#`, the first of them `#!AER-DAT3.1`, the last `#!END-HEADER`, and packets of
/// events, little-endian: 28 bytes (type and source, 16 bits each; an event's size, where in it the stamp stands, how often the
/// clock of 31 bits has wrapped, how many events fit, are there and are valid, 32 bits each), then the events. A polarity event is
/// 8 bytes: bit 0 says whether it is valid, bit 1 its polarity, bits 2 to 16 y, bits 17 to 31 x; then microseconds. Other events
/// (triggers, pictures, motion) are passed over, and so are those that are not valid. Source: the format's page at iniVation.
package enum AEDAT3 {
    /// What a file starts with.
    package static let signature = "#!AER-DAT3"
    private static let headerSize = 28
    private static let polarityType = 1
    /// A header of text is not longer.
    private static let textLimit = 1 << 20

    /// The polarity events of a recording, or those of a span of time; of packets outside nothing but the first and the last event is
    /// read.
    ///
    /// - Parameters:
    ///   - file: the whole file.
    ///   - span: microseconds of the sensor's clock; nil: all.
    /// - Throws: ``FileFormatError`` for other versions of AEDAT, and files that are damaged or cut short.
    package static func events(_ file: FileBytes, span: Range<Int>? = nil) throws(FileFormatError) -> EventStream {
        var events = EventStream(stride: 8)
        var place = try headerEnd(file)
        while place < file.count {
            let packet = try Packet(file, at: place)
            if packet.type == polarityType, packet.number > 0, try packet.meets(span, in: file) {
                try packet.append(to: &events, span: span, from: file)
            }
            place = packet.end
        }
        return events
    }

    /// A packet's header.
    private struct Packet {
        let type: Int
        let number: Int
        let overflow: Int
        let start: Int
        let end: Int

        init(_ file: FileBytes, at place: Int) throws(FileFormatError) {
            func failure(_ byte: Int, _ problem: String) -> FileFormatError {
                FileFormatError(
                    path: file.path,
                    byteOffset: place + byte,
                    problem: problem,
                    advice: "the file was cut short or damaged: copy or download it again"
                )
            }
            guard place + headerSize <= file.count else { throw failure(0, "ends within the header of a packet") }
            let header = try file.read(place..<place + headerSize)
            let numbers = LittleEndian.decode([UInt8](header[4...]), as: UInt32.self) { Int($0) }
            let (size, offset, capacity) = (numbers[0], numbers[1], numbers[3])
            type = Int(header[0]) | Int(header[1]) << 8
            overflow = numbers[2]
            number = numbers[4]
            start = place + headerSize
            guard number <= capacity else {
                throw failure(20, "the packet has \(number) events, and room for \(capacity)")
            }
            guard size >= 1, size <= (file.count - start) / max(capacity, 1) else {
                throw failure(16, "the packet has \(capacity) events of \(size) bytes, and the file ends before")
            }
            guard type != polarityType || (size == 8 && offset == 4) else {
                throw failure(
                    4,
                    "the packet's polarity events have \(size) bytes, the stamp at \(offset), and not 8 and 4"
                )
            }
            // Two thousand years, of which a few times as much can be counted.
            guard overflow < 1 << 25 else { throw failure(12, "the packet's clock has wrapped \(overflow) times") }
            end = start + size * capacity
        }

        /// Whether its events may lie in a span; those of a packet stand in order.
        func meets(_ span: Range<Int>?, in file: FileBytes) throws(FileFormatError) -> Bool {
            guard let span else { return true }
            let first = try time(of: 0, in: file)
            let last = try time(of: number - 1, in: file)
            return first < span.upperBound && last >= span.lowerBound
        }

        private func time(of event: Int, in file: FileBytes) throws(FileFormatError) -> Int {
            let place = start + 8 * event + 4
            let word = LittleEndian.decode(try file.read(place..<place + 4), as: UInt32.self) { Int($0) }[0]
            return overflow << 31 | word & 0x7FFF_FFFF
        }

        func append(
            to events: inout EventStream,
            span: Range<Int>?,
            from file: FileBytes
        ) throws(FileFormatError) {
            let words = LittleEndian.decode(try file.read(start..<start + 8 * number), as: UInt32.self) { $0 }
            var isRun = false
            for event in 0..<number {
                let (address, stamp) = (words[2 * event], words[2 * event + 1])
                let time = overflow << 31 | Int(stamp & 0x7FFF_FFFF)
                guard address & 1 == 1, span?.contains(time) ?? true else {
                    isRun = false
                    continue
                }
                if !isRun { events.beginRun(at: start + 8 * event + 4) }
                isRun = true
                events.append(
                    time: time,
                    column: UInt16(address >> 17),
                    row: UInt16(address >> 2 & 0x7FFF),
                    polarity: UInt8(address >> 1 & 1)
                )
            }
        }
    }

    /// Where the lines of text end.
    private static func headerEnd(_ file: FileBytes) throws(FileFormatError) -> Int {
        let text = try file.read(0..<min(textLimit, file.count))
        func failure(_ byte: Int, _ problem: String) -> FileFormatError {
            FileFormatError(path: file.path, byteOffset: byte, problem: problem, advice: "use AEDAT 3.1 files")
        }
        guard text.starts(with: signature.utf8) else { throw failure(0, "does not start with \(signature).1") }
        var start = 0
        while start < text.count, text[start] == UInt8(ascii: "#") {
            guard let newline = text[start...].firstIndex(of: UInt8(ascii: "\n")) else {
                throw failure(text.count, "ends within its header of text")
            }
            let line = String(decoding: text[start..<newline], as: UTF8.self).trimming("\r")
            if start == 0, line != signature + ".1" {
                let version = line.dropFirst("#!AER-DAT".utf8.count).prefix(12)
                throw failure(9, "is of AEDAT version \(PrintableText.name(String(version))), known are 2.0 and 3.1")
            }
            start = newline + 1
            if line == "#!END-HEADER" { return start }
        }
        throw failure(start, "has a header of text that does not end with #!END-HEADER")
    }
}

extension String {
    /// Without one character at its end.
    fileprivate func trimming(_ character: Character) -> String {
        last == character ? String(dropLast()) : self
    }
}
