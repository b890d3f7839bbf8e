/// The checksum of event files: CRC-32C (Castagnoli), as in RFC 3720, B.4.
enum CRC32C {
    /// The remainder of every byte: bits are processed lowest first, so the polynomial 0x1EDC6F41 stands reversed.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { remainder, _ in
            remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0x82F6_3B78
        }
    }

    /// The checksum of `bytes`; 0xE3069283 for the nine digits `123456789`.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32.max) { remainder, byte in
            remainder >> 8 ^ table[Int((remainder ^ UInt32(byte)) & 0xFF)]
        }
    }

    /// The checksum as a record holds it: turned right by 15 bits, plus a constant. A checksum over bytes that contain
    /// their own checksum would be a constant; the mask prevents it.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let checksum = checksum(bytes)
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }
}
