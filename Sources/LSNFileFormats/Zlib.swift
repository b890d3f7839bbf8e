import LSNCZlib

/// What several formats need of zlib.
package enum Zlib {
    /// CRC-32 of `bytes`, as gzip, zip and PNG have it.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: unsafe crc32_z(0, bytes, bytes.count))
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
