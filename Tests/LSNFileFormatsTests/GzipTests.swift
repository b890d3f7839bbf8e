import Testing

@testable import LSNFileFormats

@Suite("Gzip")
struct GzipTests {
    /// Eleven bytes, compressed by Python's gzip.
    static let small = bytes(hex: "1f8b08000000000002036360e060646060606667e00400a512d3720b000000")
    static let smallContent: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9]
    /// 100,000 zeros in 132 bytes.
    static let zeros = bytes(
        hex: """
            1f8b0800000000000203edc13101000000c2a0f54f6d0d0fa000000000000000000000000000000000000000000000000000
            0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
            0000000000000000000000000000000000000000008057037d9511d4a0860100
            """
    )

    @Test("expands what Python compressed")
    func expand() throws {
        #expect(try Gzip.decompress(Self.small, path: "f") == Self.smallContent)
        #expect(try Gzip.decompress(Self.zeros, path: "f") == [UInt8](repeating: 0, count: 100_000))
    }

    @Test("expands one member behind another")
    func members() throws {
        let twice = try Gzip.decompress(Self.small + Self.small, path: "f")
        #expect(twice == Self.smallContent + Self.smallContent)
    }

    @Test("stops at the limit")
    func limit() throws {
        #expect(try Gzip.decompress(Self.zeros, path: "f", limit: 100_000).count == 100_000)
        let error = #expect(throws: FileFormatError.self) {
            try Gzip.decompress(Self.zeros, path: "f", limit: 99_999)
        }
        #expect(error?.problem == "expands to more than 99999 bytes")
        #expect(throws: FileFormatError.self) { try Gzip.decompress(Self.small + Self.small, path: "f", limit: 21) }
    }

    @Test("sees every place where a file can be cut")
    func truncation() {
        for length in 0..<Self.small.count {
            let error = #expect(throws: FileFormatError.self) {
                try Gzip.decompress([UInt8](Self.small[..<length]), path: "f")
            }
            #expect((error?.byteOffset ?? .max) <= length)
        }
    }

    @Test("sees damage by the checksum, and what stands behind the end")
    func damage() {
        var wrongChecksum = Self.small
        wrongChecksum[Self.small.count - 8] ^= 1
        var wrongLength = Self.small
        wrongLength[Self.small.count - 1] ^= 1
        for (file, offset) in [(wrongChecksum, 27), (wrongLength, 31), (Self.small + [0, 0], 31), ([1, 2, 3], 0)] {
            let error = #expect(throws: FileFormatError.self) { try Gzip.decompress(file, path: "f") }
            #expect(abs((error?.byteOffset ?? .max) - offset) <= 4)
        }
    }
}
