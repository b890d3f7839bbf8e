import Testing

@testable import LSNFileFormats

@Suite("NPZ archives")
struct NPZArchiveTests {
    private let entries = [
        NPZ.Entry(name: "x", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
        NPZ.Entry(name: "a/b é", shape: [], values: [7]),
    ]

    private func archive(_ bytes: [UInt8]) throws(FileFormatError) -> NPZArchive {
        try NPZArchive(FileBytes(bytes, path: "f"))
    }

    @Test("comes back as it was written, array by array, in parts")
    func roundTrip() throws {
        let archive = try archive(NPZ.serialize(entries, path: "f"))
        #expect(archive.names == ["x", "a/b é"])
        for entry in entries {
            let array = try #require(try archive.array(entry.name))
            #expect((array.shape, array.type, array.name) == (entry.shape, .float32, entry.name))
            #expect(try array.floats() == entry.values)
            try array.verify()
        }
        #expect(try archive.array("x")?.floats(2..<5) == [3, 4, 5])
        #expect(try archive.array("y") == nil)
    }

    @Test("may have a comment behind it, and sizes of 64 bits")
    func zip64() throws {
        var bytes = try NPZ.serialize([entries[0]], path: "f")
        bytes[bytes.count - 2] = 3
        #expect(try archive(bytes + [1, 2, 3]).array("x")?.floats() == entries[0].values)

        // The same with all that has 32 bits in the list in a field of 64.
        bytes = try NPZ.serialize([entries[0]], path: "f")
        let list = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        let size = LittleEndian.decode([UInt8](bytes[list + 20..<list + 24]), as: UInt32.self) { UInt64($0) }[0]
        for place in list + 20..<list + 28 { bytes[place] = 0xFF }
        bytes[list + 30] = 20
        let name = list + 46 + "x.npy".utf8.count
        bytes.insert(contentsOf: [1, 0, 16, 0] + LittleEndian.encode([size, size]), at: name)
        let end = bytes.count - 22
        let length = UInt64(end - list)
        let record: [UInt8] =
            [0x50, 0x4B, 6, 6] + [UInt8](repeating: 0, count: 28)
            + LittleEndian.encode([UInt64(1), length, UInt64(list)])
        let locator: [UInt8] =
            [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + LittleEndian.encode([UInt64(end)]) + [1, 0, 0, 0]
        for place in end + 10..<end + 20 { bytes[place] = 0xFF }
        bytes.insert(contentsOf: record + locator, at: end)
        #expect(try archive(bytes).array("x")?.floats() == entries[0].values)
    }

    @Test("that is damaged, encrypted or cut short is an error that names the byte")
    func damaged() throws {
        let sound = try NPZ.serialize(entries, path: "f")
        let list = try #require(sound.indices.first { sound[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        func complaint(_ change: (inout [UInt8]) -> Void) -> String {
            var bytes = sound
            change(&bytes)
            let error = #expect(throws: FileFormatError.self) {
                let found = try archive(bytes)
                for name in found.names { try found.array(name)?.verify() }
            }
            #expect(error?.byteOffset != nil)
            return error?.description ?? ""
        }
        #expect(complaint { $0 = [] }.contains("does not start as an .npz file does"))
        #expect(complaint { $0.removeLast(30) }.contains("ends without the list of its arrays"))
        #expect(complaint { $0[list + 8] |= 1 }.contains("x.npy is encrypted"))
        #expect(complaint { $0[list + 10] = 12 }.contains("compressed by method 12"))
        #expect(complaint { $0[list + 24] ^= 1 }.contains("list of its arrays is damaged"))
        #expect(complaint { $0[list - 2] ^= 1 }.contains("checksum differs"))
        #expect(
            complaint {
                $0[30] ^= 1; $0[0] = 0
            }.contains("does not start")
        )
    }
}
