import Foundation
import LSNFileFormats
import LSNReferenceBackend
import LSNTensors
import LSNTestPictures
import LSNTestSupport
import Testing

@testable import LSNDatasets

@Suite("Single files")
struct InputFormatTests {
    private let backend = Backend(ReferenceBackend())

    private func digits(size: Int = 28) throws -> InputFormat {
        try InputFormat(DataRequest(name: .digits), channels: 1, height: size, width: size)
    }

    private func values(_ samples: [InputSample], _ format: InputFormat) throws -> [Float] {
        try backend.values(format.tensor(samples, on: backend).input)
    }

    @Test("lose their colours as Pillow's do")
    func grey() {
        let colours: [[UInt8]] = [
            [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [12, 200, 77], [1, 1, 1], [250, 3, 129],
            [17, 18, 19],
        ]
        let picture = Picture(width: 8, height: 1, pixels: colours.flatMap(\.self))
        #expect(picture.grey() == [76, 150, 29, 255, 130, 1, 91, 18])
    }

    @Test(
        "that are arrays may lack the axis of one channel and have one of samples; bytes are normalised, floats are not"
    )
    func arrays() throws {
        let format = try digits()
        let folder = try TemporaryFolder()
        func file(_ descr: String, _ shape: String, _ bytes: [UInt8]) throws -> String {
            let header = [UInt8]("{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(shape)), }\n".utf8)
            let start: [UInt8] = [0x93] + [UInt8]("NUMPY".utf8) + [1, 0, UInt8(header.count), 0]
            try folder.write(start + header + bytes, to: "x.npy")
            return folder.path + "/x.npy"
        }
        let pixels = (0..<2 * 784).map { UInt8($0 % 251) }
        for shape in ["2, 28, 28", "2, 1, 28, 28"] {
            let samples = try format.read(file("|u1", shape, pixels))
            #expect(samples.count == 2 && samples.allSatisfy { $0.form == .pictures })
            let expected = pixels.map { (Float($0) / 255 - 0.1307) / 0.3081 }
            #expect(zip(try values(samples, format), expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        for shape in ["28, 28", "1, 28, 28", "1, 1, 28, 28"] {
            let floats = (0..<784).map { Float($0) / 8 }
            let path = try file(
                "<f4",
                shape,
                floats.flatMap { float in (0..<4).map { UInt8(float.bitPattern >> (8 * $0) & 255) } }
            )
            let samples = try format.read(path)
            #expect(samples.count == 1 && samples[0].form == nil)
            #expect(try values(samples, format) == floats)
        }
        let cases: [(String, String, [UInt8], String)] = [
            (
                "|u1", "2, 14, 28", [UInt8](repeating: 0, count: 784),
                "has shape [2, 14, 28], and the network takes pictures of 1×28×28"
            ),
            ("|i1", "28, 28", [UInt8](repeating: 0, count: 784), "has elements of type I8"),
            ("<f2", "28, 28", [UInt8](repeating: 0x7E, count: 1568), "element 0 is nan"),
        ]
        for (type, shape, bytes, problem) in cases {
            let path = try file(type, shape, bytes)
            let error = #expect(throws: FileFormatError.self) { try format.read(path) }
            #expect(error?.problem.hasPrefix(problem) == true, "\(error?.description ?? "")")
        }
    }

    @Test("that are archives have to fit their checksums")
    func checksums() throws {
        let folder = try TemporaryFolder()
        let files = [("x.npy", NPY.serialize(floats: [Float](repeating: 1, count: 784), shape: [28, 28]))]
        for damaged in [nil, "x.npy"] {
            try folder.write(SampleFiles.zip(files, damaged: damaged), to: "x.npz")
            guard damaged != nil else {
                #expect(try digits().read(folder.file("x.npz")).count == 1)
                continue
            }
            let error = #expect(throws: FileFormatError.self) { try digits().read(folder.file("x.npz")) }
            #expect(error?.problem.contains("its checksum differs") == true, "\(error as Any)")
        }
    }

    @Test("of networks that were trained on arrays are normalised as these were, whatever their type")
    func trainedOnArrays() throws {
        let folder = try TemporaryFolder()
        func format(_ text: String) throws -> InputFormat {
            var request = DataRequest(name: .arrays)
            request.normalization = .constants(mean: [2], deviation: [4])
            request.timeSteps = 3
            return try InputFormat(request, channels: 1, height: 2, width: 2, arrays: ArrayFormat(text))
        }
        let floats: [Float] = [2, 6, 10, 0]
        try folder.write(NPY.serialize(floats: floats, shape: [2, 2]), to: "x.npy")
        try folder.write(
            NPZ.serialize([NPZ.Entry(name: "a", shape: [1, 2, 2], values: floats)], path: "x"),
            to: "x.npz"
        )
        let sequence = floats + floats + floats
        try folder.write(NPY.serialize(floats: sequence, shape: [3, 1, 2, 2]), to: "sequence.npy")
        let picture = PNG.serialize(rgb: [UInt8](repeating: 255, count: 12), width: 2, height: 2)
        try folder.write(picture, to: "x.png")
        let (bytes, numbers) = (try format("bytes"), try format("numbers"))
        for name in ["x.npy", "x.npz"] {
            let path = folder.file(name)
            #expect(try values(numbers.read(path), numbers) == [0, 1, 2, -0.5])
            // Of bytes, floats are what goes into the network.
            #expect(try values(bytes.read(path), bytes) == floats)
        }
        #expect(try values(bytes.read(folder.file("x.png")), bytes) == [-0.25, -0.25, -0.25, -0.25])
        #expect(throws: FileFormatError.self) { try numbers.read(folder.file("x.png")) }
        let sequences = try format("number sequences")
        let (input, isStatic) = try sequences.tensor(sequences.read(folder.file("sequence.npy")), on: backend)
        #expect(!isStatic && input.shape.images == 3)
        #expect(try backend.values(input) == [0, 1, 2, -0.5, 0, 1, 2, -0.5, 0, 1, 2, -0.5])
        #expect(throws: FileFormatError.self) { try sequences.read(folder.file("x.npy")) }
        for text in ["bytes", "numbers", "byte sequences", "number sequences"] {
            #expect(ArrayFormat(text)?.description == text)
        }
        #expect(ArrayFormat("pictures") == nil)
    }

    @Test("of another size have their shorter side resized and their middle cut out")
    func otherSizes() throws {
        let format = try digits(size: 14)
        let folder = try TemporaryFolder()
        let wide = Picture(
            width: 60,
            height: 20,
            pixels: (0..<1200).flatMap { pixel -> [UInt8] in
                let level: UInt8 = 20..<40 ~= pixel % 60 ? 200 : 0
                return [level, level, level]
            }
        )
        try folder.write(PNG.serialize(rgb: wide.pixels, width: 60, height: 20), to: "x.png")
        let sample = try format.read(folder.path + "/x.png")
        #expect(sample[0].form == .crops)
        let levels = try values(sample, format).map { ($0 * 0.3081 + 0.1307) * 255 }
        // The middle third is bright, its borders aside.
        #expect(levels.count == 196)
        #expect((0..<14).allSatisfy { row in levels[14 * row + 2..<14 * row + 12].allSatisfy { abs($0 - 200) < 1e-2 } })
    }

    @Test(
        "in folders come in natural order, those of a folder before those of the folders in it; links upwards are passed over"
    )
    func folders() throws {
        let folder = try TemporaryFolder()
        for name in ["b10.png", "b9.JPG", "a/1.npy", "a/deep/er/2.aedat", ".hidden.png", "notes.txt"] {
            try folder.write("", to: name)
        }
        try FileManager.default.createSymbolicLink(atPath: folder.file("a/up"), withDestinationPath: "..")
        let names = try InputFiles.find(folder.path).map { String($0.dropFirst(folder.path.count + 1)) }
        #expect(names == ["b9.JPG", "b10.png", "a/1.npy", "a/deep/er/2.aedat"])
        #expect(try InputFiles.find(folder.path + "/none") == [folder.path + "/none"])
    }
}
