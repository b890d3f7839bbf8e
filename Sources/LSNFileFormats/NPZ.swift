/// Several arrays in one file, as `numpy.load` reads them: a zip archive of `.npy` files, not compressed.
///
/// Source: `numpy.savez`, and PKWARE's APPNOTE for the archive.
public enum NPZ {
    /// One array.
    public struct Entry: Sendable {
        /// The key; `numpy.load` leaves the `.npy` of the file away.
        public var name: String
        /// Extents, outermost first.
        public var shape: [Int]
        /// As many as the shape has, row-major.
        public var values: [Float]

        /// Gathers what belongs together.
        public init(name: String, shape: [Int], values: [Float]) {
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// The bytes of a file; the same entries give the same bytes.
    ///
    /// - Parameters:
    ///   - entries: with names that differ.
    ///   - path: of the file, for errors.
    /// - Throws: ``FileFormatError`` beyond 4 GiB or 65,535 arrays, which the plain zip format does not hold.
    public static func serialize(_ entries: [Entry], path: String) throws(FileFormatError) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let content = NPY.serialize(floats: entry.values, shape: entry.shape)
            let name = [UInt8]("\(entry.name).npy".utf8)
            let (offset, size) = (file.count, content.count)
            guard offset + size < UInt32.max, name.count <= UInt16.max, entries.count <= UInt16.max else {
                throw FileFormatError(
                    path: path,
                    problem: "would have more than 4 GiB or more than 65,535 arrays, which npz files cannot hold",
                    advice: "use --format safetensors"
                )
            }
            // Version 2.0, names in UTF-8, stored, 1 January 1980.
            let common =
                LittleEndian.encode([UInt16(20), 1 << 11, 0, 0, 0x21])
                + LittleEndian.encode([Zlib.checksum(content), UInt32(size), UInt32(size)])
                + LittleEndian.encode([UInt16(name.count), 0])
            file += [0x50, 0x4B, 3, 4] + common + name + content
            directory += [0x50, 0x4B, 1, 2, 20, 0] + common
            directory += LittleEndian.encode([UInt16(0), 0, 0]) + LittleEndian.encode([UInt32(0), UInt32(offset)])
            directory += name
        }
        let count = UInt16(entries.count)
        let end =
            [0x50, 0x4B, 5, 6] + LittleEndian.encode([UInt16(0), 0, count, count])
            + LittleEndian.encode([UInt32(directory.count), UInt32(file.count)]) + [0, 0]
        return file + directory + end
    }
}
