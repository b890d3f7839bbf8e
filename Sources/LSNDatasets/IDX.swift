import LSNFileFormats

/// The format of MNIST's files: two zero bytes, the type of the elements, the number of dimensions, every extent as a
/// big-endian 32-bit number, and the elements. Source: the page of the MNIST database.
enum IDX {
    /// Pictures of unsigned bytes, from a file of three dimensions.
    ///
    /// - Parameters:
    ///   - bytes: the whole file, compressed by gzip or not.
    ///   - path: its name, for errors.
    static func images(
        _ bytes: [UInt8],
        path: String
    ) throws(FileFormatError) -> (count: Int, height: Int, width: Int, pixels: [UInt8]) {
        let (extents, elements) = try parse(bytes, path: path, dimensions: 3, content: "images")
        return (extents[0], extents[1], extents[2], elements)
    }

    /// Labels below `classes`, from a file of one dimension.
    ///
    /// - Parameters:
    ///   - bytes: the whole file, compressed by gzip or not.
    ///   - path: its name, for errors.
    ///   - classes: one more than the largest label.
    static func labels(_ bytes: [UInt8], path: String, classes: Int) throws(FileFormatError) -> [UInt8] {
        let labels = try parse(bytes, path: path, dimensions: 1, content: "labels").elements
        if let index = labels.firstIndex(where: { $0 >= classes }) {
            throw FileFormatError(
                path: path,
                byteOffset: 8 + index,
                problem: "label \(index) is \(labels[index]), labels run from 0 to \(classes - 1)",
                advice: "use the files of MNIST, or relabel these"
            )
        }
        return labels
    }

    private static func parse(
        _ file: [UInt8],
        path: String,
        dimensions: Int,
        content: String
    ) throws(FileFormatError) -> (extents: [Int], elements: [UInt8]) {
        // The offsets of errors count bytes of what was compressed.
        let isCompressed = Gzip.isCompressed(file)
        let bytes = isCompressed ? try Gzip.decompress(file, path: path) : file
        func failure(_ offset: Int, _ problem: String, _ advice: String) -> FileFormatError {
            let place = isCompressed ? "\(path) (expanded)" : path
            return FileFormatError(path: place, byteOffset: offset, problem: problem, advice: advice)
        }

        let headerSize = 4 + 4 * dimensions
        guard bytes.count >= headerSize else {
            throw failure(
                bytes.count,
                "ends within the header, which takes \(headerSize) bytes in a file of \(content)",
                "the file was cut short: download it again"
            )
        }
        guard bytes[0] == 0, bytes[1] == 0 else {
            throw failure(0, "does not start with two zero bytes as IDX files do", "make sure that this is an IDX file")
        }
        guard bytes[2] == 0x08 else {
            let type = String(bytes[2], radix: 16)
            throw failure(2, "elements are of type 0x\(type), not unsigned bytes (0x8)", "use the files of MNIST")
        }
        guard bytes[3] == dimensions else {
            throw failure(
                3,
                "has \(bytes[3]) dimensions, a file of \(content) has \(dimensions)",
                "make sure that images and labels are not swapped"
            )
        }
        var extents: [Int] = []
        // Up to three extents of 32 bits do not fit 63.
        var size = 1
        for dimension in 0..<dimensions {
            let offset = 4 + 4 * dimension
            let extent = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard extent > 0, !overflow else {
                throw failure(
                    offset,
                    extent == 0 ? "an extent is 0: there are no \(content)" : "the extents are beyond any memory",
                    "download the file again"
                )
            }
            size = product
            extents.append(extent)
        }
        let stored = bytes.count - headerSize
        guard stored == size else {
            let extentText = extents.map(String.init).joined(separator: "×")
            throw failure(
                headerSize + min(stored, size),
                "\(extentText) \(content) take \(size) bytes, \(stored) are there",
                stored < size ? "the file was cut short: download it again" : "download the file again"
            )
        }
        return (extents, [UInt8](bytes[headerSize...]))
    }
}
