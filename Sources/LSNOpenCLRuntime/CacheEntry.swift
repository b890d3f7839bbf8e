import LSNHostSystem

/// What a compiled program is filed under: everything that it depends on.
struct CacheKey: Sendable, Hashable {
    /// 32 bytes.
    let digest: [UInt8]

    init(digest: [UInt8]) {
        self.digest = digest
    }

    /// Of a program that the options and the fingerprint of the device complete.
    init(source: String, options: [String], driverFingerprint: String) {
        var message: [UInt8] = []
        // Each part goes with its length, so that no two lists of parts give the same bytes.
        for part in [driverFingerprint, source] + options {
            CacheEntry.append(UInt64(part.utf8.count), to: &message)
            message += part.utf8
        }
        digest = SHA256.digest(message)
    }

    /// The name of its file.
    var fileName: String {
        let digits = Array("0123456789abcdef")
        var name = ""
        for byte in digest {
            name.append(digits[Int(byte >> 4)])
            name.append(digits[Int(byte & 15)])
        }
        return name + CacheEntry.fileSuffix
    }

    /// Whether a file of this name is an entry, or what a killed process left of one.
    static func isFileName(_ name: String) -> Bool {
        let digest = name.prefix { $0.isHexDigit && !$0.isUppercase }
        guard digest.count == 64 else { return AtomicFile.isTemporary(name) }
        let rest = name.dropFirst(64)
        // Earlier versions named the halves of entries after them.
        return rest == CacheEntry.fileSuffix || rest.hasPrefix(CacheEntry.fileSuffix + ".") && rest.hasSuffix(".tmp")
    }
}

/// The file of a compiled program: magic, version, key, length, checksum, then the program as the driver gave it.
///
/// | bytes | content |
/// |---|---|
/// | 0–7 | "LSNPROG", zero |
/// | 8–15 | version of this layout, 1; numbers are little-endian |
/// | 16–47 | key |
/// | 48–55 | length of the program |
/// | 56–87 | SHA-256 of the program |
/// | 88… | program |
enum CacheEntry {
    static let fileSuffix = ".bin"
    static let headerBytes = 88

    private static let magic = Array("LSNPROG\0".utf8)
    private static let version: UInt64 = 1

    /// The content of the file.
    static func serialize(_ program: [UInt8], key: CacheKey) -> [UInt8] {
        var bytes = magic
        append(version, to: &bytes)
        bytes += key.digest
        append(UInt64(program.count), to: &bytes)
        bytes += SHA256.digest(program)
        bytes += program
        return bytes
    }

    /// The program in a file; `nil` unless the file is whole, of this layout, and filed under this key.
    static func parse(_ bytes: [UInt8], key: CacheKey) -> [UInt8]? {
        guard bytes.count > headerBytes else { return nil }
        var start = magic
        append(version, to: &start)
        start += key.digest
        append(UInt64(bytes.count - headerBytes), to: &start)
        guard bytes.starts(with: start) else { return nil }
        let program = Array(bytes[headerBytes...])
        guard Array(bytes[start.count..<headerBytes]) == SHA256.digest(program) else { return nil }
        return program
    }

    fileprivate static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
