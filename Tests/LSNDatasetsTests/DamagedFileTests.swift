import LSNFileFormats
import LSNTensors
import LSNTestPictures
import Testing

@testable import LSNDatasets

/// The file formats that this program reads, each with a sound file and what must hold of whatever is read.
///
/// All of them stand here, also those of FileFormats, so that they share the mutations.
enum DamagedFormat: CaseIterable {
    case idxImages, idxLabels, compressedIDX, storedIDX, cifar, safetensors, npy, aedat, jpeg, progressiveJPEG, png,
        checkedPNG, npz, compressedNPZ, cifar100, aedat3, nmnist, eventArrays, structuredEvents

    func sound() throws -> [UInt8] {
        switch self {
        case .idxImages: return SampleFiles.idxImages(5)
        case .idxLabels: return SampleFiles.idxLabels(20)
        case .compressedIDX: return SampleFiles.compressedImages
        case .storedIDX: return SampleFiles.gzip(SampleFiles.idxImages(5))
        case .cifar: return SampleFiles.cifar([3, 1])
        case .safetensors:
            var file = Safetensors()
            file.metadata = ["model": "lsn19", "note": "\"\\\n\u{1}é😀"]
            file.append("head.fc.weight", Safetensors.Tensor(floats: [1, 2, 3, 4, 5, 6], shape: [2, 3]))
            file.append("step", Safetensors.Tensor(int64s: [7], shape: []))
            file.append("none", Safetensors.Tensor(type: .bool, shape: [0, 5], bytes: []))
            return file.serialized()
        case .aedat:
            let events = (0..<200).map { AEDAT.Event(address: UInt16($0 * 163 % 0x8000), time: UInt32($0 * 50)) }
            return AEDAT(comments: [" a recording"], events: events).serialized()
        case .jpeg: return TestPicture(width: 20, height: 13, colours: .red420).jpeg()
        case .progressiveJPEG: return TestPicture(width: 20, height: 13, colours: .progressive).jpeg()
        case .png, .checkedPNG:
            let picture = TestPicture(width: 20, height: 13)
            return PNG.serialize(rgb: picture.pixels, width: 20, height: 13)
        case .npy: return NPY.serialize(floats: [1, 2, 3, 4, 5, 6], shape: [3, 2])
        case .npz:
            let entries = [
                NPZ.Entry(name: "x", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
                NPZ.Entry(name: "y", shape: [2], values: [0, 1]),
            ]
            return try NPZ.serialize(entries, path: "f")
        case .compressedNPZ: return try Golden.bytes("events-compressed.npz")
        case .cifar100: return SampleFiles.cifar([3]).prefix(1) + SampleFiles.cifar([90])
        case .aedat3: return try Golden.bytes("overflow.aedat")
        case .nmnist: return try Golden.bytes("nmnist.bin")
        case .eventArrays: return try Golden.bytes("events.npz")
        case .structuredEvents: return SampleFiles.zip("events.npy", SampleFiles.structuredEvents)
        }
    }

    /// Reads the file; false where the result contradicts itself.
    func isConsistent(_ bytes: [UInt8]) throws(FileFormatError) -> Bool {
        switch self {
        case .idxImages, .compressedIDX, .storedIDX:
            let images = try IDX.images(bytes, path: "f")
            return images.count >= 1 && images.pixels.count == images.count * images.height * images.width
        case .idxLabels:
            let labels = try IDX.labels(bytes, path: "f", classes: 10)
            return !labels.isEmpty && labels.allSatisfy { $0 < 10 }
        case .cifar:
            var pixels: [UInt8] = []
            var labels: [UInt8] = []
            try CIFARBinary.ten.append(bytes, path: "f", pixels: &pixels, labels: &labels)
            return pixels.count == 3_072 * labels.count && !labels.isEmpty && labels.allSatisfy { $0 < 10 }
        case .safetensors:
            let file = try Safetensors.parse(bytes, path: "f")
            let again = try Safetensors.parse(file.serialized(), path: "f")
            return again == file
                && file.names.allSatisfy { name in
                    file[name].map { $0.bytes.count == $0.shape.reduce($0.type.size, *) } ?? false
                }
        case .aedat:
            let recording = try AEDAT.parse(bytes, path: "f")
            let frames = EventFrames(timeSteps: 3, by: recording.comments.count % 2 == 0 ? .number : .time, size: 128)
            guard !recording.events.isEmpty else { return true }
            let counts = try frames.integrate(
                recording.events,
                path: "f",
                firstByte: bytes.count - 8 * recording.events.count
            )
            return counts.reduce(0) { $0 + Int($1) } == recording.events.count
        case .jpeg, .progressiveJPEG:
            let picture = try JPEG.decode(bytes, path: "f")
            return picture.width >= 1 && picture.pixels.count == 3 * picture.width * picture.height
        case .png, .checkedPNG:
            let picture = try PNG.decode(self == .png ? bytes : SampleFiles.checkedPNG(bytes), path: "f")
            return picture.width >= 1 && picture.pixels.count == 3 * picture.width * picture.height
        case .npy:
            let array = try NPY.parse(bytes, path: "f")
            return array.values.count == array.shape.reduce(1, *)
        case .cifar100:
            var pixels: [UInt8] = []
            var labels: [UInt8] = []
            try CIFAR100.records(isCoarse: false).append(bytes, path: "f", pixels: &pixels, labels: &labels)
            return pixels.count == 3_072 * labels.count && !labels.isEmpty && labels.allSatisfy { $0 < 100 }
        case .aedat3: return try isConsistent(bytes, .aedat3, EventSize(height: 128, width: 128))
        case .nmnist: return try isConsistent(bytes, .nmnist, EventSize(height: 34, width: 34))
        case .eventArrays, .structuredEvents: return try isConsistent(bytes, .npz, EventSize(height: 30, width: 40))
        case .npz, .compressedNPZ:
            let archive = try NPZArchive(FileBytes(bytes, path: "f"))
            for name in archive.names {
                guard let array = try archive.array(name) else { return false }
                try array.verify()
                let size = try array.bytes(0..<array.count).count
                guard size == array.shape.reduce(array.type.size, *) else { return false }
            }
            return true
        }
    }
}

extension DamagedFormat {
    /// A recording's events are all counted, or refused.
    private func isConsistent(
        _ bytes: [UInt8],
        _ format: EventFormat,
        _ sensor: EventSize
    ) throws(FileFormatError) -> Bool {
        let events = try format.events(FileBytes(bytes, path: "f"), span: nil)
        guard events.count > 0 else { return true }
        guard [events.rows.count, events.columns.count, events.polarities.count].allSatisfy({ $0 == events.count }),
            events.polarities.allSatisfy({ $0 < 2 })
        else { return false }
        let cutting = EventCutting(timeSteps: 3, by: bytes.count % 2 == 0 ? .number : .time, format: format)
        let frames = EventFrames(cutting, sensor: sensor, height: sensor.height, width: sensor.width)
        let counts = try frames.integrate(events, path: "f")
        let (first, last) = (events.times[0], events.times[events.count - 1])
        // Of a span nothing is lost either.
        guard first < last else { return true }
        let part = try format.events(FileBytes(bytes, path: "f"), span: first..<last)
        return counts.reduce(0) { $0 + Int($1) } == events.count && part.count <= events.count
    }
}

/// Damages files, the same way every time.
struct Mutations {
    var random: Philox

    init(_ index: Int) {
        random = Philox(seed: 0, purpose: .conformance, index: index)
    }

    /// `bytes` after one to four changes of one to eight bytes, most of them near the start, where headers are.
    mutating func apply(to bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0...random.integer(below: 4) where !result.isEmpty {
            let reach = random.integer(below: 2) == 0 ? result.count : min(result.count, 96)
            let start = random.integer(below: reach)
            let end = min(start + 1 + random.integer(below: 8), result.count)
            let filler: UInt8 = [0, 0xFF, 0x7F, 0x80][random.integer(below: 4)]
            switch random.integer(below: 8) {
            case 0: result[start] ^= 1 << UInt8(random.integer(below: 8))
            case 1: result[start] = UInt8(random.integer(below: 256))
            // Another digit or sign: numbers in text stay numbers.
            case 2: result[start] = UInt8(ascii: "+") + UInt8(random.integer(below: 15))
            case 3: for place in start..<end { result[place] = filler }
            case 4: result.removeSubrange(start..<end)
            case 5: result.insert(contentsOf: result[start..<end], at: start)
            case 6: result.removeSubrange(start...)
            default: result.insert(contentsOf: [UInt8](repeating: filler, count: end - start), at: start)
            }
        }
        return result
    }
}

@Suite("Damaged files")
struct DamagedFileTests {
    // The limit is there for endless loops; the test takes a second or two.
    @Test("end in an error or in a sound value", .timeLimit(.minutes(10)), arguments: DamagedFormat.allCases)
    func mutations(format: DamagedFormat) throws {
        let sound = try format.sound()
        #expect(try format.isConsistent(sound))
        let count = 10_000
        var errors: [String: Int] = [:]
        for index in 0..<count {
            var mutations = Mutations(index)
            let damaged = mutations.apply(to: sound)
            do throws(FileFormatError) {
                #expect(try format.isConsistent(damaged), "mutation \(index)")
            } catch {
                // The place lies in the file, or in what a compressed one expands to. TurboJPEG names none.
                let size = error.path == "f" ? damaged.count : Int.max
                let isNamed = format != .jpeg && format != .progressiveJPEG
                #expect((0...size).contains(error.byteOffset ?? (isNamed ? -1 : 0)), "mutation \(index): \(error)")
                errors[error.problem, default: 0] += 1
            }
        }
        // The mutations reached far into the parser: many were refused, for many reasons.
        #expect(errors.values.reduce(0, +) > count / 4)
        #expect(errors.count >= 5)
    }
}
