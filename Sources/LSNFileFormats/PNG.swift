/// PNG pictures.
///
/// Source: the W3C's recommendation "Portable Network Graphics".
public enum PNG {
    /// The bytes of a file: 8-bit red, green and blue, one filter (none), compressed by zlib.
    ///
    /// - Parameters:
    ///   - rgb: bytes `[height][width][3]`.
    ///   - width: at least 1.
    ///   - height: at least 1.
    public static func serialize(rgb: [UInt8], width: Int, height: Int) -> [UInt8] {
        precondition(
            width >= 1 && height >= 1 && rgb.count == 3 * width * height,
            "\(rgb.count) bytes for \(height)×\(width) pixels"
        )
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (3 * width + 1))
        for row in 0..<height {
            rows.append(0)
            rows += rgb[3 * width * row..<3 * width * (row + 1)]
        }
        let header = bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]
        return signature
            + chunk("IHDR", header) + chunk("IDAT", Zlib.compress(rows)) + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = [UInt8](name.utf8) + content
        return bigEndian(content.count) + body + bigEndian(Int(Zlib.checksum(body)))
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
