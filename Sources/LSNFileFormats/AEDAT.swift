/// Recordings of an event camera in the format AEDAT 2.0, as DVS128 sensors and CIFAR10-DVS have them.
///
/// A file is a text header, whose lines start with `#`, the first of them `#!AER-DAT2.0`, and eight bytes an event: the
/// address and the time in microseconds, both big-endian. Bits 1 to 7 of an address are the sensor's x, bits 8 to 14 its
/// y, bit 0 the polarity; higher bits (an external trigger's) are not looked at up to bit 15 and must be 0 above it.
/// Source: the format's page at iniVation.
public struct AEDAT: Sendable, Equatable {
    /// A change of brightness at a pixel.
    public struct Event: Sendable, Equatable {
        /// As the sensor sent it, 16 bits.
        public var address: UInt16
        /// In microseconds.
        public var time: UInt32

        /// An event as a file stores it.
        public init(address: UInt16, time: UInt32) {
            self.address = address
            self.time = time
        }

        /// An event at the place of a picture that is the right way up.
        ///
        /// - Parameters:
        ///   - row: from the top, below ``AEDAT/extent``.
        ///   - column: from the left, below ``AEDAT/extent``.
        ///   - polarity: 0 or 1.
        ///   - time: in microseconds.
        public init(row: Int, column: Int, polarity: Int, time: UInt32) {
            let (x, y) = (AEDAT.extent - 1 - row, AEDAT.extent - 1 - column)
            self.init(address: UInt16(y << 8 | x << 1 | (1 - polarity)), time: time)
        }

        /// 127 − x of the sensor. Frameworks mirror CIFAR10-DVS so, which turns its pictures the right way up.
        public var row: Int { AEDAT.extent - 1 - Int(address & 0xFE) >> 1 }
        /// 127 − y of the sensor.
        public var column: Int { AEDAT.extent - 1 - Int(address & 0x7F00) >> 8 }
        /// 1 − the sensor's.
        public var polarity: Int { 1 - Int(address & 1) }
    }

    /// Rows and columns of the sensor.
    public static let extent = 128
    /// What a file must start with.
    package static let signature = "#!AER-DAT"

    /// Lines of the header without `#` and line ends, the version's left out.
    public var comments: [String]
    /// In the order of the file.
    public var events: [Event]

    /// A recording.
    public init(comments: [String], events: [Event]) {
        self.comments = comments
        self.events = events
    }

    /// The recording of a file that was read.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    /// - Throws: ``FileFormatError`` for other versions of AEDAT, other sensors, and files that were cut short.
    public static func parse(_ bytes: [UInt8], path: String) throws(FileFormatError) -> AEDAT {
        let (lines, start) = headerLines(bytes)
        try checkVersion(lines.first, bytes, path: path)
        let count = (bytes.count - start) / 8
        guard start + 8 * count == bytes.count else {
            throw FileFormatError(
                path: path,
                byteOffset: start + 8 * count,
                problem: "has \(bytes.count - start) bytes of events, which is no multiple of an event's 8",
                advice: "the file was cut short: copy or download it again"
            )
        }
        var events: [Event] = []
        events.reserveCapacity(count)
        for index in 0..<count {
            let (address, time) = words(bytes, at: start + 8 * index)
            guard address <= 0xFFFF else {
                throw FileFormatError(
                    path: path,
                    byteOffset: start + 8 * index,
                    problem: "event \(index) has the address 0x\(String(address, radix: 16)), those of a DVS128 have "
                        + "16 bits",
                    advice: "use recordings of a DVS128 sensor (a DAVIS has other addresses)"
                )
            }
            events.append(Event(address: UInt16(address), time: time))
        }
        return AEDAT(comments: lines.dropFirst().map { String($0.dropFirst()) }, events: events)
    }

    /// The bytes of a file.
    public func serialized() -> [UInt8] {
        var bytes = [UInt8]("\(Self.signature)2.0\r\n".utf8)
        for comment in comments {
            // A line end would end the header in the middle of a comment.
            let line = comment.split(whereSeparator: \.isNewline).joined(separator: " ")
            bytes += [UInt8]("#\(line)\r\n".utf8)
        }
        bytes.reserveCapacity(bytes.count + 8 * events.count)
        for event in events {
            for word in [UInt32(event.address), event.time] {
                for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
            }
        }
        return bytes
    }

    /// The lines at the start that begin with `#`, and where they end. An address cannot be mistaken for one: its first
    /// byte is 0.
    private static func headerLines(_ bytes: [UInt8]) -> (lines: [String], end: Int) {
        var lines: [String] = []
        var start = 0
        while start < bytes.count, bytes[start] == UInt8(ascii: "#") {
            guard let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
                return (lines + [String(decoding: bytes[start...], as: UTF8.self)], bytes.count)
            }
            let hasReturn = bytes[newline - 1] == UInt8(ascii: "\r")
            lines.append(String(decoding: bytes[start..<(hasReturn ? newline - 1 : newline)], as: UTF8.self))
            start = newline + 1
        }
        return (lines, start)
    }

    private static func checkVersion(_ line: String?, _ bytes: [UInt8], path: String) throws(FileFormatError) {
        guard let line, line.hasPrefix(signature) else {
            throw FileFormatError(
                path: path,
                byteOffset: 0,
                problem: bytes.isEmpty ? "is empty" : "does not start with \(signature)2.0 as AEDAT files do",
                advice: "use AEDAT 2.0 files, as CIFAR10-DVS has them"
            )
        }
        let version = line.dropFirst(signature.count).prefix(12)
        guard version == "2.0" else {
            throw FileFormatError(
                path: path,
                byteOffset: signature.utf8.count,
                problem:
                    "is of AEDAT version \(version.isEmpty ? "(none)" : PrintableText.name(String(version))), only 2.0 is read",
                advice: "convert it to AEDAT 2.0"
            )
        }
    }

    private static func words(_ bytes: [UInt8], at offset: Int) -> (address: UInt32, time: UInt32) {
        var value: UInt64 = 0
        for index in offset..<offset + 8 { value = value << 8 | UInt64(bytes[index]) }
        return (UInt32(value >> 32), UInt32(truncatingIfNeeded: value))
    }
}
