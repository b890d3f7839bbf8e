/// The framing of an event file. A record is
///
///     length of the payload      8 bytes, little-endian
///     masked CRC-32C of these 8  4 bytes, little-endian
///     payload
///     masked CRC-32C of it       4 bytes, little-endian
///
/// and a file is records behind each other, nothing before, between or after them.
enum Records {
    private static let headerSize = 12
    private static let footerSize = 4

    /// The record of a payload.
    static func record(_ payload: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(payload.count))
        return length + littleEndian(CRC32C.masked(length)) + payload + littleEndian(CRC32C.masked(payload))
    }

    /// The payloads of a file in order, up to its end or to the first record that is cut off or damaged: what follows
    /// such a record cannot be found.
    static func payloads(_ file: [UInt8]) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        var rest = file[...]
        while rest.count >= headerSize + footerSize {
            let start = rest.startIndex
            let length = rest[start..<start + 8]
            guard number(rest[start + 8..<start + headerSize]) == UInt64(CRC32C.masked(length)),
                let count = Int(exactly: number(length)),
                count <= rest.count - headerSize - footerSize
            else { break }
            let end = start + headerSize + count
            let payload = rest[start + headerSize..<end]
            guard number(rest[end..<end + footerSize]) == UInt64(CRC32C.masked(payload)) else { break }
            payloads.append(Array(payload))
            rest = rest[(end + footerSize)...]
        }
        return payloads
    }

    private static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
