import LSNCTurboJPEG

/// A picture that a test makes and stores as JPEG.
public struct TestPicture: Sendable {
    /// How pixels are stored.
    public enum Colours: Sendable, CaseIterable {
        case red444, red420, grey, cmyk, progressive
    }

    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Bytes `[height][width][3]`, or four a pixel for CMYK.
    public let pixels: [UInt8]
    /// How they are stored.
    public let colours: Colours

    /// A picture of smooth ramps that depend on `seed`, which JPEG keeps well.
    public init(width: Int, height: Int, seed: Int = 0, colours: Colours = .red444) {
        self.width = width
        self.height = height
        self.colours = colours
        let channels = colours == .cmyk ? 4 : 3
        var pixels: [UInt8] = []
        for row in 0..<height {
            for column in 0..<width {
                for channel in 0..<channels {
                    let slope = 1 + (channel + seed) % 3
                    pixels.append(UInt8((slope * row + (3 - slope) * column + 40 * channel + 23 * seed) % 200 + 28))
                }
            }
        }
        self.pixels = pixels
    }

    /// A picture of one colour: three bytes, or four for CMYK.
    public init(width: Int, height: Int, colour: [UInt8], colours: Colours = .red444) {
        self.width = width
        self.height = height
        self.colours = colours
        pixels = (0..<width * height).flatMap { _ in colour }
    }

    /// A picture of these bytes, `[height][width][3]`.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == 3 * width * height, "\(pixels.count) bytes for \(height)×\(width) pixels")
        self.width = width
        self.height = height
        self.pixels = pixels
        colours = .red444
    }

    /// The bytes of a JPEG file of quality 95.
    public func jpeg() -> [UInt8] {
        guard let handle = unsafe tjInitCompress() else { return [] }
        defer { _ = unsafe tjDestroy(handle) }
        let sampling: TJSAMP =
            switch colours {
            case .red444, .cmyk, .progressive: TJSAMP_444
            case .red420: TJSAMP_420
            case .grey: TJSAMP_GRAY
            }
        let format = colours == .cmyk ? TJPF_CMYK : TJPF_RGB
        let flags = colours == .progressive ? TJFLAG_PROGRESSIVE : 0
        var buffer: UnsafeMutablePointer<UInt8>?
        var size: UInt = 0
        let code = unsafe tjCompress2(
            handle,
            pixels,
            Int32(width),
            0,
            Int32(height),
            format.rawValue,
            &buffer,
            &size,
            Int32(sampling.rawValue),
            95,
            flags
        )
        defer { unsafe tjFree(buffer) }
        guard code == 0, let buffer = unsafe buffer else { return [] }
        return unsafe [UInt8](UnsafeBufferPointer(start: buffer, count: Int(size)))
    }
}
