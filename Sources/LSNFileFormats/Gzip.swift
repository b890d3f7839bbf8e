import LSNCZlib

/// Files compressed by gzip (RFC 1952), through zlib.
package enum Gzip {
    /// No honest file of this project expands to more: 1 GiB.
    package static let expandedLimit = 1 << 30

    /// Whether `bytes` starts as a gzip file does.
    package static func isCompressed(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
    }

    /// What was compressed: one gzip member or several, one after the other.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - path: its name, for errors.
    ///   - limit: the most bytes to expand to, so that a small malicious file cannot fill the memory.
    /// - Throws: ``FileFormatError`` where the file is no gzip file, is damaged (its checksum is compared), cut short,
    ///   has something else behind its end, or expands beyond `limit`.
    package static func decompress(
        _ bytes: [UInt8],
        path: String,
        limit: Int = expandedLimit
    ) throws(FileFormatError) -> [UInt8] {
        guard isCompressed(bytes) else {
            throw FileFormatError(
                path: path,
                byteOffset: 0,
                problem: "is not a gzip file: it does not start with 1f 8b",
                advice: "download it again, or take off .gz if it is not compressed"
            )
        }
        var output: [UInt8] = []
        var consumed = 0
        repeat {
            let member = inflateMember(bytes, from: consumed, into: &output, limit: limit)
            if let problem = member.problem {
                throw FileFormatError(
                    path: path,
                    byteOffset: member.consumed,
                    problem: problem,
                    advice: "download the file again"
                )
            }
            consumed = member.consumed
        } while consumed < bytes.count
        return output
    }

    /// Expands the member that starts at `start`; says where it ended, or where and why it failed.
    private static func inflateMember(
        _ bytes: [UInt8],
        from start: Int,
        into output: inout [UInt8],
        limit: Int
    ) -> (consumed: Int, problem: String?) {
        var stream = unsafe z_stream()
        // 15 bits is the largest window, 16 more ask for a gzip header and checksum.
        let opened = unsafe inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard opened == Z_OK else { return (start, "cannot be expanded: zlib could not start (code \(opened))") }
        defer { _ = unsafe inflateEnd(&stream) }

        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        var position = start
        while true {
            // zlib's counters have 32 bits: a large file is fed in pieces.
            let feed = min(bytes.count - position, 1 << 30)
            let (code, left, made) = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe chunk.withUnsafeMutableBufferPointer { room in
                    // zlib declares its input mutable and does not write to it.
                    unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: position))
                    unsafe stream.avail_in = UInt32(feed)
                    unsafe stream.next_out = room.baseAddress
                    unsafe stream.avail_out = UInt32(room.count)
                    let code = unsafe inflate(&stream, Z_NO_FLUSH)
                    return unsafe (code, Int(stream.avail_in), room.count - Int(stream.avail_out))
                }
            }
            position += feed - left
            guard output.count + made <= limit else {
                return (position, "expands to more than \(limit) bytes")
            }
            output.append(contentsOf: chunk[..<made])
            switch code {
            case Z_STREAM_END:
                return (position, nil)
            case Z_OK where made > 0 || feed > left:
                continue
            case Z_OK, Z_BUF_ERROR:
                return (position, "ends in the middle of its compressed data")
            case Z_MEM_ERROR:
                return (position, "cannot be expanded: not enough memory")
            default:
                let reason = unsafe stream.msg.map { unsafe String(cString: $0) } ?? "zlib code \(code)"
                return (position, "holds damaged compressed data (\(reason))")
            }
        }
    }
}
