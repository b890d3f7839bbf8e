import LSNCTurboJPEG

/// JPEG pictures, decoded by TurboJPEG as most programs decode them: the accurate transform, smooth upsampling of
/// colour.
///
/// The orientation that a camera noted (EXIF) is not applied, as Pillow and the loaders of PyTorch do not apply it: a
/// picture has the rows and columns that the file stores. Colour profiles are not applied either.
public enum JPEG {
    /// How every file starts.
    static let signature: [UInt8] = [0xFF, 0xD8]

    /// Decodes a picture to red, green and blue.
    ///
    /// A grey picture gets three equal channels. CMYK and YCCK are taken to be stored inverted, as Adobe writes them
    /// and as Pillow reads them, and become r = k·c / 255 (so do green and blue) of the stored values.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    /// - Throws: ``FileFormatError`` where the file is no JPEG, is damaged or cut short, is of a kind that TurboJPEG does
    ///   not decode (samples of 12 bits, lossless and hierarchical coding), or is larger than ``Picture/pixelLimit``. Bytes that belong to nothing between segments are no error: old encoders left some.
    public static func decode(_ bytes: [UInt8], path: String) throws(FileFormatError) -> Picture {
        guard bytes.starts(with: signature) else {
            throw Picture.foreign(bytes, path: path, starts: "not with ff d8 as JPEG files do")
        }
        guard let decoder = Decoder() else {
            throw FileFormatError(path: path, problem: "cannot be decoded: TurboJPEG found no memory")
        }
        let header = try decoder.header(bytes, path: path)
        try Picture.requireSize(width: header.width, height: header.height, path: path)
        let isCMYK = header.colours == TJCS_CMYK.rawValue || header.colours == TJCS_YCCK.rawValue
        let pixels = try decoder.pixels(
            bytes,
            path: path,
            width: header.width,
            height: header.height,
            format: isCMYK ? TJPF_CMYK : TJPF_RGB
        )
        return Picture(
            width: header.width,
            height: header.height,
            pixels: isCMYK ? unifiedColours(pixels) : pixels
        )
    }

    /// Red, green and blue from stored, inverted CMYK; rounded as Pillow rounds.
    private static func unifiedColours(_ pixels: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: pixels.count / 4 * 3) { result, count in
            for pixel in 0..<pixels.count / 4 {
                let key = Int(pixels[4 * pixel + 3])
                for channel in 0..<3 {
                    let product = (255 - Int(pixels[4 * pixel + channel])) * key + 128
                    unsafe result[3 * pixel + channel] = UInt8(max(0, key - ((product >> 8) + product) >> 8))
                }
            }
            count = pixels.count / 4 * 3
        }
    }
}

/// One decompressor of TurboJPEG. Not for sharing: every decoding makes its own, which costs little.
@safe private struct Decoder: ~Copyable {
    private let handle: tjhandle

    init?() {
        guard let handle = unsafe tjInitDecompress() else { return nil }
        unsafe self.handle = unsafe handle
    }

    deinit {
        _ = unsafe tjDestroy(handle)
    }

    borrowing func header(
        _ bytes: [UInt8],
        path: String
    ) throws(FileFormatError) -> (width: Int, height: Int, colours: UInt32) {
        var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        _ = unsafe tjDecompressHeader3(
            handle,
            bytes,
            UInt(bytes.count),
            &width,
            &height,
            &subsampling,
            &colours
        )
        // An unusual subsampling makes the call fail with everything else known; decoding does not mind it.
        guard width > 0, height > 0, colours >= 0 else {
            throw failure(bytes, path, damage: "has no JPEG header that makes sense")
        }
        return (Int(width), Int(height), UInt32(bitPattern: colours))
    }

    borrowing func pixels(
        _ bytes: [UInt8],
        path: String,
        width: Int,
        height: Int,
        format: TJPF
    ) throws(FileFormatError) -> [UInt8] {
        let channels = format == TJPF_CMYK ? 4 : 3
        var failure: FileFormatError?
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: channels * width * height) { buffer, count in
            func decode(_ flags: Int32) -> Bool {
                let code = unsafe tjDecompress2(
                    handle,
                    bytes,
                    UInt(bytes.count),
                    buffer.baseAddress,
                    Int32(width),
                    0,
                    Int32(height),
                    format.rawValue,
                    flags | TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
                )
                return code == 0
            }
            func isSound() -> Bool {
                if decode(TJFLAG_STOPONWARNING) { return true }
                // These bytes are skipped, so the picture may be sound; the second time no other warning may be the last.
                guard reason.contains("extraneous bytes") else { return false }
                return decode(0) || reason.contains("extraneous bytes")
            }
            if !isSound() { failure = self.failure(bytes, path, damage: "is a damaged JPEG") }
            count = failure == nil ? channels * width * height : 0
        }
        if let failure { throw failure }
        return pixels
    }

    /// Why the last call failed: damage, in these words, or a kind of JPEG that is not decoded, which another copy would
    /// not mend.
    private borrowing func failure(_ bytes: [UInt8], _ path: String, damage: String) -> FileFormatError {
        let reason = reason
        let unsupported =
            reason.contains("arithmetic coding")
            ? "arithmetic coding"
            : reason.contains("scans") ? "more scans than an honest picture has" : JPEGFrame.unsupported(bytes)
        guard let unsupported else {
            return FileFormatError(
                path: path,
                problem: "\(damage) (\(reason))",
                advice: "copy or download it again, or remove it"
            )
        }
        return FileFormatError(
            path: path,
            problem: "is a JPEG of a kind that is not supported: \(unsupported) (\(reason))",
            advice: "convert it to a baseline or progressive JPEG of 8 bits a sample, or remove it"
        )
    }

    private borrowing func reasonText() -> String {
        unsafe tjGetErrorStr2(handle).map { unsafe String(cString: $0) } ?? "no reason given"
    }

    private var reason: String { reasonText() }
}
