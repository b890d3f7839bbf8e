import Testing

@testable import LSNFileFormats

@Suite("NPY")
struct NPYTests {
    /// A file with this text as its header.
    static func file(_ header: String, version: UInt8 = 1, elements: [UInt8] = []) -> [UInt8] {
        let text = [UInt8](header.utf8)
        let length = version == 1 ? [UInt8(text.count & 255), UInt8(text.count >> 8)] : [UInt8(text.count), 0, 0, 0]
        return [0x93] + [UInt8]("NUMPY".utf8) + [version, 0] + length + text + elements
    }

    @Test("is written as numpy.save writes it")
    func serialize() {
        let saved = bytes(
            hex: """
                934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c202773
                68617065273a2028312c2033292c207d20202020202020202020202020202020202020202020202020202020202020202020202020
                2020202020202020202020202020202020202020200a0000c03f000000c00000803e
                """
        )
        #expect(NPY.serialize(floats: [1.5, -2, 0.25], shape: [1, 3]) == saved)
    }

    @Test("comes back as it was written", arguments: [[], [0], [7], [2, 3], [1, 1, 4, 2], [3, 0, 2]])
    func roundTrip(shape: [Int]) throws {
        let values = (0..<shape.reduce(1, *)).map { Float($0) / 3 }
        let file = NPY.serialize(floats: values, shape: shape)
        #expect((file.count - 4 * values.count) % 64 == 0)
        #expect(try NPY.parse(file, path: "f") == NPY.Array(shape: shape, values: values))
    }

    @Test("is read in version 2.0, with doubles and one extent, as NumPy writes it")
    func versionTwo() throws {
        let saved = bytes(
            hex: """
                934e554d50590200740000007b276465736372273a20273c6638272c2027666f727472616e5f6f72646572273a2046616c73
                652c20277368617065273a2028322c292c207d20202020202020202020202020202020202020202020202020202020202020
                2020202020202020202020202020202020202020202020202020200a00000000000008400000000000001040
                """
        )
        #expect(try NPY.parse(saved, path: "f") == NPY.Array(shape: [2], values: [3, 4], type: .float64))
    }

    @Test("is read with other numbers, quotes and spaces")
    func otherHeaders() throws {
        let file = Self.file(#"{"shape":(2,),"descr":"<i2","fortran_order":False}"#, elements: [1, 0, 0xFE, 0xFF])
        #expect(try NPY.parse(file, path: "f") == NPY.Array(shape: [2], values: [1, -2], type: .int16))
        let single = Self.file("{'descr': '|u1', 'fortran_order': False, 'shape': ()}\n", version: 3, elements: [9])
        #expect(try NPY.parse(single, path: "f") == NPY.Array(shape: [], values: [9], type: .uint8))
    }

    static let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"

    @Test(
        "that is damaged is an error that names the byte and the reason",
        arguments: [
            ([], 0, "does not start as"),
            (bytes(hex: "934e554d50590100"), 8, "first 12 bytes"),
            (file(good, version: 4), 6, "version 4.0"),
            (file(good, elements: [0, 0, 0, 0, 0, 0, 0]), 74, "has 7 bytes of elements, shape [2] of <f4 takes 8"),
            (file(good, elements: [UInt8](repeating: 0, count: 9)), 75, "has 9 bytes"),
            ([UInt8](file(good)[..<40]), 40, "ends within its header of 57 bytes"),
            (file("{'descr': '>f4', 'fortran_order': False, 'shape': (0,), }"), 10, "type \">f4\""),
            (file("{'descr': '\u{1B}[2J', 'fortran_order': False, 'shape': (0,), }"), 10, "type \"\\x1b[2J\""),
            (file("{'\u{1B}[2J': 0}"), 11, "the key '\\x1b[2J' is"),
            (file("{'descr': '<f4', 'fortran_order': True, 'shape': (0,), }"), 10, "column-major"),
            (file("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (0,), }"), 44, "True or False"),
            (file("{'descr': '<f4', 'shape': (0,), }"), 10, "lacks one of"),
            (file("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (0,)}"), 27, "comes twice"),
            (file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (0,)}"), 20, "text in quotes"),
            (file("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), 61, "whole number"),
            (file("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}"), 63, "\")\""),
            (
                file("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999999, 99)}"), 10,
                "beyond any memory"
            ),
            (file("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,)}"), 61, "18 digits"),
            (file("{'descr': '<f4', 'fortran_order': False, 'shape': (0,)} x"), 66, "behind the end"),
            (file("{'descr': '<f4"), 20, "does not end"),
            (
                file(
                    "{'descr': '<i8', 'fortran_order': False, 'shape': ()}",
                    elements: [1, 0, 0, 1, 0, 0, 0, 0]
                ), 63, "cannot hold"
            ),
        ] as [([UInt8], Int, String)]
    )
    func damaged(file: [UInt8], offset: Int, reason: String) {
        let error = #expect(throws: FileFormatError.self) { try NPY.parse(file, path: "logits.npy") }
        #expect(error?.path == "logits.npy")
        #expect(error?.byteOffset == offset)
        #expect(error?.description.contains(reason) == true)
    }
}
