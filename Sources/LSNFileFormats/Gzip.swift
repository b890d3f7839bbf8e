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
            let member = Zlib.inflate(bytes, from: consumed, wrapper: .gzip, into: &output, limit: limit)
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
}
