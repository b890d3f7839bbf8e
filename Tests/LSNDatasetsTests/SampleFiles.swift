import Foundation
import LSNFileFormats

@testable import LSNDatasets

/// Files as data sets have them.
enum SampleFiles {
    static func idx(_ extents: [Int], _ elements: [UInt8], type: UInt8 = 0x08) -> [UInt8] {
        let header = extents.flatMap { extent in (0..<4).map { UInt8(extent >> (24 - 8 * $0) & 0xFF) } }
        return [0, 0, type, UInt8(extents.count)] + header + elements
    }

    /// `count` images of 3×2 pixels whose bytes all differ.
    static func idxImages(_ count: Int, height: Int = 3, width: Int = 2) -> [UInt8] {
        idx([count, height, width], (0..<count * height * width).map { UInt8(truncatingIfNeeded: $0) })
    }

    static func idxLabels(_ count: Int) -> [UInt8] {
        idx([count], (0..<count).map { UInt8($0 % 10) })
    }

    /// The four files of MNIST: `train` and `test` images.
    static func mnist(train: Int, test: Int) -> [String: [UInt8]] {
        [
            "train-images-idx3-ubyte": idxImages(train), "train-labels-idx1-ubyte": idxLabels(train),
            "t10k-images-idx3-ubyte": idxImages(test), "t10k-labels-idx1-ubyte": idxLabels(test),
        ]
    }

    /// Records of CIFAR-10's binary version, with these labels and bytes that tell the records and the planes apart.
    static func cifar(_ labels: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, label) in labels.enumerated() {
            bytes.append(label)
            for place in 0..<3_072 { bytes.append(UInt8(truncatingIfNeeded: 7 * index + 50 * (place / 1_024) + place)) }
        }
        return bytes
    }

    /// A gzip file that holds `bytes` (fewer than 2¹⁶) as they are, in one stored block.
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        func little(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
        }
        let checksum = bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        let length = UInt32(bytes.count)
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(length, 2) + little(~length, 2) + bytes
            + little(~checksum, 4) + little(length, 4)
    }

    /// A zip archive that holds one file as it is.
    static func zip(_ name: String, _ bytes: [UInt8]) -> [UInt8] { zip([(name, bytes)]) }

    /// A zip archive that holds files as they are.
    ///
    /// - Parameter damaged: one of which the last byte is another than its checksum says.
    static func zip(_ files: [(name: String, bytes: [UInt8])], damaged: String? = nil) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
        var file: [UInt8] = []
        var list: [UInt8] = []
        for (name, bytes) in files {
            var common: [UInt8] = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]
            common += little(Int(Zlib.checksum(bytes)), 4)
            common += little(bytes.count, 4)
            common += little(bytes.count, 4)
            common += little(name.utf8.count, 2)
            common += [0, 0]
            list += [0x50, 0x4B, 1, 2, 20, 0]
            list += common
            list += [UInt8](repeating: 0, count: 10)
            list += little(file.count, 4)
            list += [UInt8](name.utf8)
            file += [0x50, 0x4B, 3, 4]
            file += common
            file += [UInt8](name.utf8)
            file += bytes
            if name == damaged { file[file.count - 1] ^= 1 }
        }
        var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
        end += little(files.count, 2)
        end += little(files.count, 2)
        end += little(list.count, 4)
        end += little(file.count, 4)
        end += [0, 0]
        return file + list + end
    }

    /// An `.npy` file of 40 events with fields x, t, y and p.
    static let structuredEvents: [UInt8] = {
        let types = "[('x', '<i2'), ('t', '<i4'), ('y', '|u1'), ('p', '|b1')]"
        let header = [UInt8]("{'descr': \(types), 'fortran_order': False, 'shape': (40,), }\n".utf8)
        var file: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(header.count), 0]
        file += header
        for event in UInt8(0)..<40 { file += [event, 0, 4 * event, 1, 0, 0, event % 30, event % 2] }
        return file
    }()

    /// A PNG file whose checksums were made to fit what stands there, as far as its chunks can be followed, so that damage
    /// reaches what lies behind them.
    static func checkedPNG(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        var place = 8
        while place + 12 <= result.count {
            let length = result[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= result.count - place - 12 else { break }
            let end = place + 8 + length
            let checksum = Zlib.checksum(Array(result[place + 4..<end]))
            for index in 0..<4 { result[end + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * index)) }
            place = end + 4
        }
        return result
    }

    /// Three images of 12×12 pixels, compressed by Python's gzip in a block with Huffman codes of its own.
    static let compressedImages: [UInt8] = {
        let text = """
            1f8b08000000000002032d5109b2c520080b9bd8aa78ffdbfed0f7a7833a18c952601a80aedda55cc652979d98704c415fab
            e2962961cec6bb21e81d8a1c781a327a61d37a8e2e1cae77232003ee1bbe0ab30eeacd6620923d2543c822137038b027890c
            9e520f4fb339921f87c1f6874305301fc1257ed859c1ae399142518212048b42843348f0d583158bc747fbc65b9550f3c519
            e4a25e72dc689c8ff19969e33e61591355c2d74c2abe38fa725bbec234520685b4cfa6615c6f87691d671b1a1d943bf3e37e
            69bb237ce94f7e63aab750fff1d12175a465d84acefcff2b97eae4784965d080349b583013fd03c9f48ad2c0010000
            """
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }()
}

/// Files that other programs wrote, and what they hold (Golden/make.py).
enum Golden {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static func path(_ name: String) -> String { folder.appending(path: name).path }

    static func bytes(_ name: String) throws -> [UInt8] { try FileSystem.read(path(name)) }

    /// An `.npy` file.
    static func array(_ name: String) throws -> NPY.Array { try NPY.parse(bytes(name), path: name) }
}

extension EventFrames {
    /// Square frames of a DVS128's recordings.
    init(timeSteps: Int, by: FramesBy, size: Int) {
        self.init(
            EventCutting(timeSteps: timeSteps, by: by, format: .aedat2),
            sensor: EventSize(height: 128, width: 128),
            height: size,
            width: size
        )
    }

    /// Counts of a DVS128's events.
    func integrate(_ events: [AEDAT.Event], path: String, firstByte: Int) throws(FileFormatError) -> [UInt16] {
        try integrate(AEDAT(comments: [], events: events).stream(firstByte: firstByte), path: path)
    }
}
