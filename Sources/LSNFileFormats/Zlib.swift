import LSNCZlib

/// What several formats need of zlib.
package enum Zlib {
    /// What stands around compressed data.
    enum Wrapper: Int32 {
        /// Nothing, as in zip archives (RFC 1951).
        case none = -15
        /// A gzip member's header and checksum (RFC 1952).
        case gzip = 31
    }

    /// CRC-32 of `bytes`, as gzip, zip and PNG have it; of several pieces, from what those before it have.
    package static func checksum(_ bytes: [UInt8], after previous: UInt32 = 0) -> UInt32 {
        UInt32(truncatingIfNeeded: unsafe crc32_z(UInt(previous), bytes, bytes.count))
    }

    /// Expands what starts at `start`; says where it ended, or where and why it failed.
    ///
    /// - Parameters:
    ///   - bytes: compressed data, and perhaps something behind them.
    ///   - start: where they begin.
    ///   - wrapper: what stands around them.
    ///   - output: gets what they expand to.
    ///   - limit: the most bytes in `output`.
    ///   - stopsAtLimit: whether more is left out, and no fault.
    static func inflate(
        _ bytes: [UInt8],
        from start: Int,
        wrapper: Wrapper,
        into output: inout [UInt8],
        limit: Int,
        stopsAtLimit: Bool = false
    ) -> (consumed: Int, problem: String?) {
        var stream = unsafe z_stream()
        let opened = unsafe inflateInit2_(
            &stream,
            wrapper.rawValue,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
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
                    let code = unsafe LSNCZlib.inflate(&stream, Z_NO_FLUSH)
                    return unsafe (code, Int(stream.avail_in), room.count - Int(stream.avail_out))
                }
            }
            position += feed - left
            guard output.count + made <= limit else {
                if stopsAtLimit {
                    output.append(contentsOf: chunk[..<(limit - output.count)])
                    return (position, nil)
                }
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

    /// `bytes` as a zlib stream (RFC 1950).
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let bound = Int(compressBound(UInt(bytes.count)))
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            var length = UInt(bound)
            // The room is enough by zlib's own word, and the level is valid: only memory can fail, and then in malloc.
            let code = unsafe compress2(buffer.baseAddress, &length, bytes, UInt(bytes.count), 6)
            precondition(code == Z_OK, "zlib refused to compress \(bytes.count) bytes (code \(code))")
            count = Int(length)
        }
    }
}
