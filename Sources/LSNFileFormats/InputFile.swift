import Glibc

/// A regular file that is open, and read in parts, whatever is put in its place meanwhile.
///
/// It is not mapped: a file that shrinks under a mapping ends the process.
package final class InputFile: Sendable {
    /// Bytes to read at a time of what may be large: 1 MiB.
    package static let pieceSize = 1 << 20

    /// The file.
    package let path: String
    /// Its bytes when it was opened.
    package let size: Int
    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: ``FileFormatError`` as `FileSystem.read` does.
    package init(_ path: String) throws(FileFormatError) {
        self.path = path
        (descriptor, size) = try FileSystem.open(path)
    }

    deinit {
        _ = close(descriptor)
    }

    /// A range of its bytes, which lies within ``size``.
    ///
    /// - Throws: ``FileFormatError`` with the byte that cannot be read, or at which the file ends meanwhile.
    package func read(_ range: Range<Int>) throws(FileFormatError) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "bytes \(range) of \(size)")
        var bytes = [UInt8](repeating: 0, count: range.count)
        var filled = 0
        while filled < bytes.count {
            let offset = range.lowerBound + filled
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileSystem.failure(path, "cannot be read", errno, byteOffset: offset)
            }
            guard count > 0 else {
                throw FileFormatError(
                    path: path,
                    byteOffset: offset,
                    problem: "ends here, and had \(size) bytes when it was opened: it was cut short meanwhile",
                    advice: "let nothing write to it, and copy or download it again"
                )
            }
            filled += count
        }
        return bytes
    }
}
