import LSNCPNG

extension PNG {
    /// How every file starts.
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Columns or rows, at most: what libpng takes unless it is told otherwise.
    public static let extentLimit = 1_000_000

    /// Decodes a picture of any kind to red, green and blue, by libpng.
    ///
    /// A grey picture gets three equal channels; grey levels of less than 8 bits are spread over 0 to 255. Of 16 bits the
    /// higher byte counts. Alpha and `tRNS` are left out, so that a transparent pixel has the colour that stands there, as
    /// Pillow's `convert("RGB")` leaves it. Gamma and colour profiles are not applied, as Pillow and PyTorch's loaders do not
    /// apply them. Of an animated picture the still one is read.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    /// - Throws: ``FileFormatError`` with the byte to which the file was read, where it is no PNG, is damaged or cut short, or is
    ///   larger than ``Picture/pixelLimit`` or ``extentLimit``, which is found before memory is taken for the pixels.
    public static func decode(_ bytes: [UInt8], path: String) throws(FileFormatError) -> Picture {
        guard bytes.starts(with: signature) else {
            throw Picture.foreign(bytes, path: path, starts: "not with 89 50 4e 47 as PNG files do")
        }
        try requireExtents(bytes, path: path)
        var failure: FileFormatError?
        let picture = unsafe bytes.withUnsafeBufferPointer { buffer -> Picture? in
            var file = unsafe lsn_png()
            unsafe file.bytes = buffer.baseAddress
            unsafe file.count = buffer.count
            guard unsafe lsn_png_read_size(&file) == 0 else {
                failure = unsafe self.failure(file, path)
                return nil
            }
            let (width, height) = unsafe (Int(file.width), Int(file.height))
            do throws(FileFormatError) {
                try Picture.requireSize(width: width, height: height, path: path, byteOffset: 16)
            } catch {
                failure = error
                return nil
            }
            let count = 3 * width * height
            let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
                if unsafe lsn_png_read_pixels(&file, target.baseAddress) == 0 {
                    initialized = count
                } else {
                    failure = unsafe self.failure(file, path)
                }
            }
            return failure == nil ? Picture(width: width, height: height, pixels: pixels) : nil
        }
        guard let picture else { throw failure ?? FileFormatError(path: path, problem: "cannot be decoded") }
        return picture
    }

    /// Sizes that libpng refuses, from where the header must stand.
    private static func requireExtents(_ bytes: [UInt8], path: String) throws(FileFormatError) {
        guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { return }
        let extents = [16, 20].map { start in bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard extents.contains(where: { $0 > extentLimit }) else { return }
        throw FileFormatError(
            path: path,
            byteOffset: 16,
            problem: "has \(extents[0])×\(extents[1]) pixels, at most \(extentLimit) columns and rows are read",
            advice: "scale the picture down, or remove it"
        )
    }

    private static func failure(_ file: lsn_png, _ path: String) -> FileFormatError {
        let reason = unsafe withUnsafeBytes(of: file.reason) { text in
            unsafe String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        return FileFormatError(
            path: path,
            byteOffset: unsafe file.place,
            problem: "is a damaged PNG (\(reason))",
            advice: "copy or download it again, or remove it"
        )
    }
}
