import Foundation
import LSNTestPictures
import Testing

@testable import LSNFileFormats

/// Reading PNG files, against what Pillow reads of them (PNGs/make.py).
@Suite("PNG files")
struct PNGDecoderTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "PNGs")

    static func file(_ name: String) throws -> [UInt8] {
        try FileSystem.read(folder.appending(path: "\(name).png").path)
    }

    @Test("of every kind are read as Pillow reads them")
    func golden() throws {
        let expected = try NPY.parse(
            FileSystem.read(Self.folder.appending(path: "pixels.npy").path),
            path: "pixels.npy"
        )
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".png") }.map { String($0.dropLast(4)) }.sorted()
        #expect(names.count == 34 && expected.shape == [34, 11, 13, 3])
        let size = 11 * 13 * 3
        for (index, name) in names.enumerated() {
            let picture = try Picture.decode(Self.file(name), path: name)
            #expect((picture.height, picture.width) == (11, 13))
            let pixels = expected.values[index * size..<(index + 1) * size].map { UInt8($0) }
            #expect(picture.pixels == pixels, "\(name)")
        }
    }

    @Test("that are written here come back", arguments: [[1, 1], [37, 5], [200, 131]])
    func roundTrip(extents: [Int]) throws {
        let original = TestPicture(width: extents[0], height: extents[1])
        let file = PNG.serialize(rgb: original.pixels, width: original.width, height: original.height)
        let picture = try PNG.decode(file, path: "f.png")
        #expect((picture.width, picture.height) == (original.width, original.height))
        #expect(picture.pixels == original.pixels)
    }

    @Test("and JPEG files are told apart by their bytes")
    func kinds() throws {
        let jpeg = TestPicture(width: 9, height: 8).jpeg()
        #expect(try Picture.decode(jpeg, path: "f.png") == JPEG.decode(jpeg, path: "f.png"))
        let cases: [([UInt8], String)] = [
            ([], "is empty"), ([UInt8]("GIF89a".utf8), "is a GIF file"), ([0x49, 0x49, 0x2A, 0, 8], "is a TIFF file"),
            ([1, 2, 3], "starts neither as JPEG (ff d8) nor as PNG files do"),
        ]
        for (bytes, expected) in cases {
            let error = #expect(throws: FileFormatError.self) { try Picture.decode(bytes, path: "f.png") }
            #expect(error?.problem.hasPrefix(expected) == true, "\(error?.problem ?? "")")
            #expect(error?.advice == "convert it to JPEG or PNG, or remove it")
        }
        let error = #expect(throws: FileFormatError.self) { try PNG.decode(jpeg, path: "f.png") }
        #expect(error?.problem == "is a JPEG file")
    }

    @Test("that are cut short are errors at every length", arguments: ["rgb-8", "palette-4-interlaced"])
    func truncated(name: String) throws {
        let bytes = try Self.file(name)
        for length in 0..<bytes.count {
            let error = #expect(throws: FileFormatError.self, "\(length)") {
                try Picture.decode([UInt8](bytes[..<length]), path: "f")
            }
            #expect(error?.byteOffset.map { 0...length ~= $0 } ?? (length == 0))
        }
        #expect(try PNG.decode(bytes + [9, 9, 9], path: "f") == PNG.decode(bytes, path: "f"))
    }

    @Test("with a checksum that is wrong, also of a comment, and with a colour that the palette lacks are errors")
    func damaged() throws {
        var bytes = try Self.file("rgb-8-notes")
        let comment = try #require(bytes.firstRange(of: [UInt8]("Comment".utf8)))
        bytes[comment.lowerBound] = UInt8(ascii: "K")
        let error = #expect(throws: FileFormatError.self) { try PNG.decode(bytes, path: "f") }
        #expect(
            error?.description.contains("is a damaged PNG (tEXt: CRC error)") == true,
            "\(error?.description ?? "")"
        )

        var poor = try Self.file("palette-8")
        let palette = try #require(poor.firstRange(of: [UInt8]("PLTE".utf8))).lowerBound
        poor.replaceSubrange(palette - 4..<palette + 8 + 768, with: PNGChunks.chunk("PLTE", [1, 2, 3, 4, 5, 6]))
        let lacking = #expect(throws: FileFormatError.self) { try PNG.decode(poor, path: "f") }
        #expect(lacking?.problem.contains("and the palette has 2") == true, "\(lacking?.description ?? "")")
    }

    @Test(
        "that claim to be enormous are refused before memory is asked for",
        arguments: [(60_000, 60_000), (2_000_000, 1)]
    )
    func enormous(width: UInt32, height: UInt32) throws {
        let extents = [width, height].flatMap { extent in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: extent >> $0) }
        }
        let bytes = PNG.signature + PNGChunks.chunk("IHDR", extents + [16, 6, 0, 0, 0]) + PNGChunks.chunk("IDAT", [0])
        let error = #expect(throws: FileFormatError.self) { try PNG.decode(bytes, path: "f") }
        #expect(
            error?.problem.hasPrefix("has \(width)×\(height) pixels, at most") == true,
            "\(error?.description ?? "")"
        )
    }
}

/// PNG files by their chunks.
enum PNGChunks {
    /// A chunk with its length and its checksum.
    static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = [UInt8](name.utf8) + content
        return word(content.count) + body + word(Int(Zlib.checksum(body)))
    }

    private static func word(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
}
