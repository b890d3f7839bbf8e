/// A decoded picture.
public struct Picture: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Bytes `[height][width][3]`: red, green, blue.
    public let pixels: [UInt8]

    /// Larger pictures are refused, so that a small malicious file cannot fill the memory: 2²⁷ pixels.
    public static let pixelLimit = 1 << 27

    /// A picture of `height` · `width` · 3 bytes.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == 3 * width * height, "\(pixels.count) bytes for \(height)×\(width) pixels")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Decodes a JPEG or a PNG file, whichever it is, whatever its name says.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    /// - Throws: ``FileFormatError`` where it is neither, and as ``JPEG/decode(_:path:)`` and ``PNG/decode(_:path:)`` do.
    public static func decode(_ bytes: [UInt8], path: String) throws(FileFormatError) -> Picture {
        if bytes.starts(with: JPEG.signature) { return try JPEG.decode(bytes, path: path) }
        if bytes.starts(with: PNG.signature) { return try PNG.decode(bytes, path: path) }
        throw foreign(bytes, path: path, starts: "neither as JPEG (ff d8) nor as PNG files do (89 50 4e 47)")
    }

    /// Refuses what would not fit in memory, before anything is decoded.
    ///
    /// - Parameters:
    ///   - width: columns.
    ///   - height: rows.
    ///   - path: the file's name.
    ///   - byteOffset: where the file says so, if that is known.
    static func requireSize(
        width: Int,
        height: Int,
        path: String,
        byteOffset: Int? = nil
    ) throws(FileFormatError) {
        guard width <= pixelLimit / max(height, 1) else {
            throw FileFormatError(
                path: path,
                byteOffset: byteOffset,
                problem: "has \(width)×\(height) pixels, at most \(pixelLimit) are read",
                advice: "scale the picture down, or remove it"
            )
        }
    }

    /// What to say of bytes that no decoder here takes.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name.
    ///   - starts: how it starts, in words.
    package static func foreign(_ bytes: [UInt8], path: String, starts: String) -> FileFormatError {
        let known: [(start: [UInt8], name: String)] = [
            (PNG.signature, "a PNG file"), (JPEG.signature, "a JPEG file"), ([0x47, 0x49, 0x46, 0x38], "a GIF file"),
            ([0x52, 0x49, 0x46, 0x46], "a RIFF file (WebP)"), ([0x42, 0x4D], "a BMP file"),
            ([0x49, 0x49, 0x2A, 0], "a TIFF file"), ([0x4D, 0x4D, 0, 0x2A], "a TIFF file"),
        ]
        let found = known.first { bytes.starts(with: $0.start) }?.name
        return FileFormatError(
            path: path,
            byteOffset: 0,
            problem: bytes.isEmpty ? "is empty" : found.map { "is \($0)" } ?? "starts \(starts)",
            advice: "convert it to JPEG or PNG, or remove it"
        )
    }
}
