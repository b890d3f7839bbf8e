import LSNFileFormats
import Testing

@testable import LSNDatasets

@Suite("IDX files")
struct IDXTests {
    @Test("are read, compressed or not", arguments: [false, true])
    func read(isCompressed: Bool) throws {
        func file(_ bytes: [UInt8]) -> [UInt8] { isCompressed ? SampleFiles.gzip(bytes) : bytes }
        let images = try IDX.images(file(SampleFiles.idxImages(2)), path: "f")
        #expect(images.count == 2 && images.height == 3 && images.width == 2)
        #expect(images.pixels == [UInt8](0..<12))
        #expect(try IDX.labels(file(SampleFiles.idxLabels(12)), path: "f", classes: 10) == [UInt8](0..<10) + [0, 1])
    }

    @Test("are read as Python compressed them")
    func python() throws {
        let images = try IDX.images(SampleFiles.compressedImages, path: "f")
        #expect(images.count == 3 && images.height == 12 && images.width == 12)
        #expect(images.pixels.reduce(0) { $0 + Int($1) } == 1_458)
    }

    @Test(
        "that are damaged are errors that name the byte and the reason",
        arguments: [
            ([], 0, "ends within the header, which takes 16 bytes"),
            ([UInt8](SampleFiles.idxImages(1)[..<15]), 15, "ends within the header"),
            ([1] + SampleFiles.idxImages(1)[1...], 0, "two zero bytes"),
            (SampleFiles.idx([1, 3, 2], [UInt8](repeating: 0, count: 24), type: 0x0D), 2, "type 0xd"),
            (SampleFiles.idxLabels(12), 3, "has 1 dimensions, a file of images has 3"),
            (SampleFiles.idx([1, 1, 1, 1], [0]), 3, "has 4 dimensions"),
            (SampleFiles.idx([0, 28, 28], []), 4, "an extent is 0"),
            (SampleFiles.idx([1, 28, 0], []), 12, "an extent is 0"),
            (SampleFiles.idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [0]), 8, "beyond any memory"),
            (SampleFiles.idx([60_000, 28, 28], [1, 2, 3]), 19, "60000×28×28 images take 47040000 bytes, 3 are there"),
            (SampleFiles.idxImages(2) + [0], 28, "take 12 bytes, 13 are there"),
        ] as [([UInt8], Int, String)]
    )
    func damaged(file: [UInt8], offset: Int, reason: String) {
        for (bytes, path) in [(file, "f"), (SampleFiles.gzip(file), "f (expanded)")] {
            let error = #expect(throws: FileFormatError.self) { try IDX.images(bytes, path: "f") }
            #expect(error?.path == path)
            #expect(error?.byteOffset == offset)
            #expect(error?.description.contains(reason) == true)
        }
    }

    @Test("with labels that no class has are errors")
    func labels() {
        let file = SampleFiles.idx([4], [0, 9, 10, 11])
        let error = #expect(throws: FileFormatError.self) { try IDX.labels(file, path: "f", classes: 10) }
        #expect(error?.byteOffset == 10)
        #expect(error?.problem == "label 2 is 10, labels run from 0 to 9")
        let images = #expect(throws: FileFormatError.self) {
            try IDX.labels(SampleFiles.idxImages(1), path: "f", classes: 10)
        }
        #expect(images?.description.contains("not swapped") == true)
    }
}
