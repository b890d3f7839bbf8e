import LSNTestSupport
import Testing

@testable import LSNFileFormats

/// A file with this text as its header.
func safetensors(_ header: String, data: Int = 0) -> [UInt8] {
    LittleEndian.encode([UInt64(header.utf8.count)]) + [UInt8](header.utf8) + [UInt8](repeating: 0, count: data)
}

@Suite("Safetensors")
struct SafetensorsTests {
    /// Written by Python's `safetensors`.
    static let fromPython =
        bytes(hex: "5001000000000000")
        + [UInt8](
            (#"{"__metadata__":{"model":"l\"s\\n","é":"\n😀"},"b":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},"#
                + #""a.weight":{"dtype":"F32","shape":[1,3],"data_offsets":[16,28]},"#
                + #""z":{"dtype":"F32","shape":[0,2],"data_offsets":[28,28]},"#
                + #""s":{"dtype":"U8","shape":[],"data_offsets":[28,29]},"#
                + #""m":{"dtype":"BOOL","shape":[1],"data_offsets":[29,30]}}  "#).utf8
        ) + bytes(hex: "0100000000000000feffffffffffffff0000c03f000000c00000803e0701")

    /// The same content.
    static func sample() -> Safetensors {
        var file = Safetensors()
        file.metadata = ["model": "l\"s\\n", "é": "\n😀"]
        file.append("b", Safetensors.Tensor(int64s: [1, -2], shape: [2]))
        file.append("a.weight", Safetensors.Tensor(floats: [1.5, -2, 0.25], shape: [1, 3]))
        file.append("z", Safetensors.Tensor(floats: [], shape: [0, 2]))
        file.append("s", Safetensors.Tensor(type: .uint8, shape: [], bytes: [7]))
        file.append("m", Safetensors.Tensor(type: .bool, shape: [1], bytes: [1]))
        return file
    }

    @Test("reads and writes, byte by byte, what Python's safetensors writes")
    func python() throws {
        let file = try Safetensors.parse(Self.fromPython, path: "f")
        #expect(file == Self.sample())
        #expect(file.names == ["b", "a.weight", "z", "s", "m"])
        #expect(file["missing"] == nil)
        #expect(Self.sample().serialized() == Self.fromPython)
    }

    @Test("reads what was written, but no device")
    func files() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/f.safetensors"
        try Self.sample().write(to: path)
        #expect(try Safetensors.read(path) == Self.sample())
        let error = #expect(throws: FileFormatError.self) { try Safetensors.read("/dev/zero") }
        #expect(error?.problem.hasPrefix("is a device") == true)
    }

    @Test("keeps the order of names, aligns every tensor to its element, and the data to 8 bytes")
    func alignment() throws {
        var file = Safetensors()
        file.append("byte", Safetensors.Tensor(type: .uint8, shape: [3], bytes: [1, 2, 3]))
        file.append("half", Safetensors.Tensor(type: .float16, shape: [1], bytes: [0, 0x3C]))
        file.append("float", Safetensors.Tensor(floats: [5], shape: [1]))
        file.append("long", Safetensors.Tensor(int64s: [6], shape: [1]))
        let written = file.serialized()
        let header = written[8..<written.count - 17]
        #expect(header.count % 8 == 0)
        let text = String(decoding: header, as: UTF8.self)
        for place in [#""long":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}"#, "[8,12]", "[12,14]", "[14,17]"] {
            #expect(text.contains(place))
        }
        let again = try Safetensors.parse(written, path: "f")
        #expect(again.names == ["byte", "half", "float", "long"])
        #expect(again == file)
    }

    @Test("comes back from a file, also when it is empty", arguments: [sample(), Safetensors()])
    func roundTrip(file: Safetensors) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/file.safetensors"
        try file.write(to: path)
        #expect(try Safetensors.read(path) == file)
    }

    @Test("keeps names and texts of any characters")
    func characters() throws {
        var file = Safetensors()
        let text = String(String.UnicodeScalarView((0..<0x300).compactMap { Unicode.Scalar($0 as Int) })) + "😀\u{FFFF}"
        file.metadata[text] = text
        file.append(text, Safetensors.Tensor(floats: [1], shape: []))
        #expect(try Safetensors.parse(file.serialized(), path: "f") == file)
    }

    @Test("reads JSON as others write it: escapes, spaces, members in any order")
    func otherJSON() throws {
        let header = """
            { "\\u0061\\/\\ud83d\\ude00\\b\\f" :\t{ "shape" : [ 1 , 2 ] ,
              "data_offsets" : [ 0 , 2 ] , "dtype" : "U8" } , "__metadata__" : { } }
            """
        let file = try Safetensors.parse(safetensors(header, data: 2), path: "f")
        #expect(file.names == ["a/😀\u{8}\u{C}"])
        #expect(file["a/😀\u{8}\u{C}"]?.shape == [1, 2])
    }

    @Test(
        "gives the values of every type as floats",
        arguments: [
            (.float64, "000000100000f03f 010000100000f03f 000000000000f07f", [1, 1 + 0x1p-23, .infinity]),
            (.float32, "0000c03f 000080ff", [1.5, -.infinity]),
            (.float16, "003e 0100 00fc", [1.5, 0x1p-24, -.infinity]),
            (.brainFloat16, "c03f 00c0", [1.5, -2]),
            (.int64, "ffffffffffffffff 0000000100000000", [-1, 16_777_216]),
            (.int32, "feffffff", [-2]), (.int16, "00800100", [-32_768, 1]), (.int8, "80 7f", [-128, 127]),
            (.uint64, "0000000000000040", [0x1p62]), (.uint32, "000000ff", [4_278_190_080]),
            (.uint16, "ffff", [65_535]), (.uint8, "00 ff", [0, 255]), (.bool, "00 01", [0, 1]),
        ] as [(ElementType, String, [Float])]
    )
    func floats(type: ElementType, hex: String, expected: [Float]) throws {
        let tensor = Safetensors.Tensor(type: type, shape: [expected.count], bytes: bytes(hex: hex))
        #expect(tensor.count == expected.count)
        #expect(try tensor.floats(named: "t", path: "f") == expected)
    }

    @Test("refuses values that the wanted type cannot hold")
    func conversions() throws {
        let large = Safetensors.Tensor(int64s: [16_777_217, .min, .max], shape: [3])
        #expect(try large.int64s(named: "t", path: "f") == [16_777_217, .min, .max])
        let error = #expect(throws: FileFormatError.self) { try large.floats(named: "steps", path: "f") }
        #expect(error?.problem.contains("tensor steps of type I64") == true)
        let beyond = Safetensors.Tensor(type: .uint64, shape: [1], bytes: [UInt8](repeating: 255, count: 8))
        #expect(throws: FileFormatError.self) { try beyond.int64s(named: "t", path: "f") }
        let real = Safetensors.Tensor(floats: [1], shape: [1])
        #expect(throws: FileFormatError.self) { try real.int64s(named: "t", path: "f") }
        #expect(throws: FileFormatError.self) { try real.words(named: "t", path: "f") }
        let words = Safetensors.Tensor(words: [0xDEAD_BEEF], shape: [1])
        #expect(try words.words(named: "t", path: "f") == [0xDEAD_BEEF])
        #expect(words.bytes == [0xEF, 0xBE, 0xAD, 0xDE])
    }
}

@Suite("Safetensors that are damaged")
struct DamagedSafetensorsTests {
    private static func tensor(_ name: String, _ start: Int, _ end: Int) -> String {
        "\"\(name)\":{\"dtype\":\"U8\",\"shape\":[\(end - start)],\"data_offsets\":[\(start),\(end)]}"
    }

    private static func one(_ dtype: String, _ shape: String, _ offsets: String, data: Int = 4) -> [UInt8] {
        safetensors("{\"t\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}}", data: data)
    }

    static let lengths: [([UInt8], Int, String)] = [
        ([], 0, "has 0 bytes"),
        ([1, 0, 0, 0, 0, 0, 0], 0, "has 7 bytes"),
        ([UInt8](repeating: 255, count: 16), 0, "18446744073709551615 bytes, the format allows 100000000"),
        (LittleEndian.encode([UInt64(100_000_001)]), 0, "the format allows"),
        (LittleEndian.encode([UInt64(100_000_000)]) + [0x7B], 9, "ends within its header of 100000000 bytes"),
        (LittleEndian.encode([UInt64(0)]), 8, "does not start with"),
        (safetensors(" {}"), 8, "does not start with"),
        (safetensors("{\(tensor("a", 0, 4))}", data: 3), 64, "has 3 bytes of tensors, its header describes 4"),
        (safetensors("{\(tensor("a", 0, 4))}", data: 5), 65, "has 5 bytes of tensors"),
        (safetensors("{}", data: 1), 10, "has 1 bytes of tensors"),
        (one("\"U8\"", "[9223372036854775807]", "[0,9223372036854775807]"), 97, "its header describes 9223372036854"),
    ]

    static let places: [([UInt8], Int, String)] = [
        (safetensors("{\(tensor("a", 0, 4)),\(tensor("b", 2, 6))}", data: 6), 61, "overlaps the one before"),
        (safetensors("{\(tensor("a", 0, 4)),\(tensor("b", 0, 4))}", data: 4), 61, "overlaps the one before"),
        (safetensors("{\(tensor("a", 0, 4)),\(tensor("b", 6, 8))}", data: 8), 61, "leaves a gap"),
        (safetensors("{\(tensor("a", 1, 4))}", data: 4), 9, "leaves a gap"),
        (safetensors("{\(tensor("a", 0, 4)),\(tensor("a", 4, 8))}", data: 8), 61, "\"a\" comes twice"),
        (safetensors(#"{"__metadata__":{"k":"1","k":"2"}}"#), 33, "\"k\" comes twice"),
        (safetensors(#"{"__metadata__":{},"__metadata__":{}}"#), 27, "comes twice"),
    ]

    static let tensors: [([UInt8], Int, String)] = [
        (one("\"F8\"", "[4]", "[0,4]"), 14, "has type \"F8\", known are F64 F32"),
        (one("\"F32\"", "[2]", "[0,4]"), 9, "of shape [2] and type F32 takes 8 bytes, its data_offsets [0, 4] span 4"),
        (one("\"F32\"", "[4294967296,4294967296]", "[0,4]"), 9, "beyond any memory"),
        (one("\"F32\"", "[1]", "[4,0]"), 9, "not a start and an end"),
        (one("\"F32\"", "[1]", "[0]"), 9, "not a start and an end"),
        (one("\"F32\"", "[1]", "[0,4,8]"), 9, "not a start and an end"),
        (one("\"F32\"", "[-1]", "[0,4]"), 37, "\"-\" where the header should have a whole number"),
        (one("\"F32\"", "[1.0]", "[0,4]"), 37, "not a whole one"),
        (one("\"F32\"", "[1e0]", "[0,4]"), 37, "not a whole one"),
        (one("\"F32\"", "[01]", "[0,4]"), 37, "starts with 0"),
        (one("\"F32\"", "[9223372036854775808]", "[0,4]"), 37, "too large"),
        (one("\"F32\"", "[99999999999999999999]", "[0,4]"), 37, "too large"),
        (one("\"F32\"", "[1,]", "[0,4]"), 39, "whole number"),
        (one("\"F32\"", "[1", "[0,4]"), 39, "\"\"\" where the header should have a whole number"),
        (one("\"F32\"", "null", "[0,4]"), 36, "\"n\" where the header should have \"[\""),
        (one("4", "[1]", "[0,4]"), 22, "\"4\" where the header should have"),
        (safetensors(#"{"t":{"dtype":"F32","shape":[0]}}"#), 9, "lacks one of"),
        (safetensors(#"{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}"#), 60, "unknown property \"x\""),
        (safetensors(#"{"t":3}"#), 13, "\"3\" where the header should have \"{\""),
        (safetensors(#"{"__metadata__":{"epoch":3}}"#), 33, "\"3\" where the header should have"),
    ]

    static let texts: [([UInt8], Int, String)] = [
        (safetensors("{}{}"), 10, "\"{\" behind the end"),
        (safetensors("{}\0"), 10, "byte 0x0 behind the end"),
        (safetensors("{x"), 9, "\"x\" where the header should have"),
        (safetensors(#"{"a"#), 10, "does not end"),
        (safetensors(#"{"a\"#), 11, "does not end"),
        (safetensors(#"{"a\x":1}"#), 11, "unknown escape"),
        (safetensors(#"{"\u12"#), 10, "four hexadecimal digits"),
        (safetensors(#"{"\u12g4":1}"#), 10, "four hexadecimal digits"),
        (safetensors(#"{"\ud83d":1}"#), 10, "half a character"),
        (safetensors(#"{"\ude00":1}"#), 10, "half a character"),
        (safetensors(#"{"\ud83d\u0041":1}"#), 10, "half a character"),
        (safetensors("{\"a\nb\":1}"), 11, "control character"),
        (LittleEndian.encode([UInt64(8)]) + [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x7B, 0x7D, 0x7D], 10, "not UTF-8"),
        (safetensors("{" + String(repeating: "[", count: 100_000)), 9, "where the header should have"),
        (safetensors(#"{"t":"# + String(repeating: "{\"t\":", count: 50_000)), 14, "unknown property"),
    ]

    @Test("are errors that name the byte and the reason", arguments: lengths + places + tensors + texts)
    func damaged(file: [UInt8], offset: Int, reason: String) {
        let error = #expect(throws: FileFormatError.self) { try Safetensors.parse(file, path: "f.safetensors") }
        #expect(error?.path == "f.safetensors")
        #expect(error?.byteOffset == offset)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test("are the same errors where they are read tensor by tensor", arguments: lengths + places + tensors + texts)
    func damagedFile(file: [UInt8], offset: Int, reason: String) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/f.safetensors"
        try FileSystem.writeAtomically(file, to: path)
        let error = #expect(throws: FileFormatError.self) { try SafetensorsFile(path) }
        #expect(error?.path == path)
        #expect(error?.byteOffset == offset)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test("are seen wherever they were cut")
    func truncation() {
        for length in 0..<SafetensorsTests.fromPython.count {
            #expect(throws: FileFormatError.self) {
                try Safetensors.parse([UInt8](SafetensorsTests.fromPython[..<length]), path: "f")
            }
        }
    }
}
