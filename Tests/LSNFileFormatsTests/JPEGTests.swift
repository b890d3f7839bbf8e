import LSNFileFormats
import LSNTestPictures
import Testing

@Suite("JPEG")
struct JPEGTests {
    @Test(
        "comes back nearly as it was stored",
        arguments: [TestPicture.Colours.red444, .red420, .progressive],
        [[16, 16], [1, 1], [37, 5], [200, 131]]
    )
    func roundTrip(colours: TestPicture.Colours, extents: [Int]) throws {
        let original = TestPicture(width: extents[0], height: extents[1], colours: colours)
        let picture = try JPEG.decode(original.jpeg(), path: "f.jpg")
        #expect((picture.width, picture.height) == (original.width, original.height))
        let differences = zip(picture.pixels, original.pixels).map { abs(Int($0) - Int($1)) }
        let mean = Double(differences.reduce(0, +)) / Double(differences.count)
        // Ramps wrap, and colours at a quarter of the resolution blur there.
        #expect(mean < (colours == .red420 ? 25 : 8), "\(mean)")
    }

    @Test(
        "of one colour keeps it, whatever the encoding",
        arguments: [TestPicture.Colours.red444, .red420, .progressive]
    )
    func colour(colours: TestPicture.Colours) throws {
        let original = TestPicture(width: 20, height: 9, colour: [200, 30, 90], colours: colours)
        let picture = try JPEG.decode(original.jpeg(), path: "f.jpg")
        for pixel in 0..<180 {
            for (channel, value) in [200, 30, 90].enumerated() {
                #expect(abs(Int(picture.pixels[3 * pixel + channel]) - value) <= 2)
            }
        }
    }

    @Test("without colour has three equal channels")
    func grey() throws {
        let picture = try JPEG.decode(TestPicture(width: 33, height: 20, colours: .grey).jpeg(), path: "f.jpg")
        #expect(picture.pixels.count == 3 * 33 * 20)
        #expect((0..<660).allSatisfy { Set(picture.pixels[3 * $0..<3 * $0 + 3]).count == 1 })
        #expect(Set(picture.pixels).count > 50)
    }

    @Test(
        "of cyan, magenta, yellow and key is r = c·k / 255 of the stored values",
        arguments: [
            ([255, 255, 255, 255], [255, 255, 255]), ([255, 255, 255, 0], [0, 0, 0]),
            ([0, 255, 255, 255], [0, 255, 255]), ([128, 64, 200, 100], [50, 25, 78]),
        ] as [([UInt8], [Int])]
    )
    func unified(stored: [UInt8], expected: [Int]) throws {
        let original = TestPicture(width: 8, height: 8, colour: stored, colours: .cmyk)
        let picture = try JPEG.decode(original.jpeg(), path: "f.jpg")
        for channel in 0..<3 {
            #expect(abs(Int(picture.pixels[channel]) - expected[channel]) <= 2)
        }
    }

    @Test("that is something else is an error that says what")
    func foreign() {
        let cases: [([UInt8], String)] = [
            ([], "is empty"), ([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10], "is a PNG file"),
            ([UInt8]("GIF89a".utf8), "is a GIF file"), ([UInt8]("RIFF".utf8), "is a RIFF file"),
            ([1, 2, 3], "starts not with ff d8"), ([0xFF, 0xD8], "has no JPEG header"),
            ([0xFF, 0xD8, 0xFF, 0xD9], "has no JPEG header"),
        ]
        for (bytes, expected) in cases {
            let error = #expect(throws: FileFormatError.self) { try JPEG.decode(bytes, path: "f.jpg") }
            #expect(error?.description.hasPrefix("f.jpg") == true)
            #expect(error?.problem.contains(expected) == true, "\(error?.problem ?? "")")
        }
    }

    @Test("that is cut short is an error at every length")
    func truncated() throws {
        let bytes = TestPicture(width: 40, height: 40).jpeg()
        #expect(bytes.count > 500)
        for length in stride(from: 0, to: bytes.count - 2, by: 7) {
            #expect(throws: FileFormatError.self, "\(length)") { try JPEG.decode([UInt8](bytes[..<length]), path: "f") }
        }
    }

    @Test("with bytes that belong to nothing before its end is read, as old encoders left some")
    func extraneous() throws {
        let bytes = TestPicture(width: 40, height: 40).jpeg()
        let sound = try JPEG.decode(bytes, path: "f")
        let padded = [UInt8](bytes.dropLast(2)) + [0, 1, 2, 3] + [0xFF, 0xD9]
        #expect(try JPEG.decode(padded, path: "f") == sound)
        #expect(try JPEG.decode(bytes + [9, 9, 9], path: "f") == sound)
    }

    @Test("of a kind that is not decoded is no damage, and another copy is no advice")
    func unsupported() throws {
        let bytes = TestPicture(width: 16, height: 16).jpeg()
        let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        let cases: [(Int, [UInt8], String)] = [
            (4, [12], "samples of 12 bits"), (4, [16], "samples of 16 bits"), (1, [0xC3], "lossless coding"),
            (1, [0xCB], "lossless coding"), (1, [0xC5], "hierarchical coding"), (1, [0xCE], "hierarchical coding"),
            (1, [0xF7], "JPEG-LS"), (5, [0, 0], "a height that stands behind the picture (DNL)"),
            (9, [2], "2 components"),
        ]
        for (offset, patch, expected) in cases {
            var changed = bytes
            changed.replaceSubrange(frame + offset..<frame + offset + patch.count, with: patch)
            let error = #expect(throws: FileFormatError.self) { try JPEG.decode(changed, path: "f.jpg") }
            #expect(
                error?.problem.hasPrefix("is a JPEG of a kind that is not supported: \(expected) (") == true,
                "\(error?.description ?? "")"
            )
            #expect(error?.advice?.hasPrefix("convert it to a baseline or progressive JPEG of 8 bits a sample") == true)
        }
        // A precision that no JPEG has is damage, and so is a file of a sound kind that is cut short.
        var strange = bytes
        strange[frame + 4] = 77
        for damaged in [strange, [UInt8](bytes.prefix(bytes.count / 2))] {
            let error = #expect(throws: FileFormatError.self) { try JPEG.decode(damaged, path: "f.jpg") }
            #expect(error?.advice == "copy or download it again, or remove it", "\(error?.description ?? "")")
        }
    }

    @Test("that claims to be enormous is refused before memory is asked for")
    func enormous() throws {
        var bytes = TestPicture(width: 16, height: 16).jpeg()
        let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        let error = #expect(throws: FileFormatError.self) { try JPEG.decode(bytes, path: "f") }
        #expect(error?.problem.contains("has 65500×65500 pixels") == true)
    }
}
