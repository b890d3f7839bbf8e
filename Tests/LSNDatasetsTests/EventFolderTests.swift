import Foundation
import LSNFileFormats
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNDatasets

/// A recording of `count` events that depend on `seed`.
private func recording(_ count: Int, seed: Int) -> AEDAT {
    var random = Philox(seed: UInt64(seed), purpose: .conformance)
    var time: UInt32 = 1_000
    let events = (0..<count).map { _ in
        time += UInt32(random.integer(below: 300))
        return AEDAT.Event(address: UInt16(random.integer(below: 0x8000)), time: time)
    }
    return AEDAT(comments: [], events: events)
}

/// Recordings of three classes, `perClass` each.
private func recordings(perClass: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (label, name) in ["x", "y", "z"].enumerated() {
        for index in 0..<perClass {
            let events = recording(500 + 37 * index, seed: 100 * label + index)
            try folder.add(events.serialized(), at: "\(name)/\(name)_\(index).aedat")
        }
    }
    return folder
}

/// Counts of a recording, straight from FIELD's words: the bytes, the masks, one frame after the other.
private func independentCount(_ file: [UInt8], timeSteps: Int, byTime: Bool, size: Int) -> [Float] {
    var start = 0
    while file[start] == 0x23 { start = (file[start...].firstIndex(of: 10) ?? file.count) + 1 }
    let words = stride(from: start, to: file.count, by: 4).map { file[$0..<$0 + 4].reduce(0) { $0 << 8 | Int($1) } }
    let total = words.count / 2
    var frames = [Float](repeating: 0, count: timeSteps * 2 * size * size)
    let pixels = (0..<size).map { $0 * 128 / size }
    let interval = (words[2 * total - 1] - words[1]) / timeSteps
    for step in 0..<timeSteps {
        for event in 0..<total {
            let isInside: Bool
            if byTime {
                let left = words[1] + step * interval
                let time = words[2 * event + 1]
                isInside = time >= left && (step == timeSteps - 1 || time < left + interval)
            } else {
                let first = step * (total / timeSteps)
                isInside = event >= first && (step == timeSteps - 1 || event < first + total / timeSteps)
            }
            guard isInside else { continue }
            let address = words[2 * event]
            let (x, y) = ((address & 0xFE) >> 1, (address & 0x7F00) >> 8)
            let polarity = 1 - (address & 1)
            for (row, pixel) in pixels.enumerated() where pixel == 127 - x {
                for (column, other) in pixels.enumerated() where other == 127 - y {
                    frames[((step * 2 + polarity) * size + row) * size + column] += 1
                }
            }
        }
    }
    return frames
}

@Suite("Frames of events")
struct EventFrameTests {
    @Test(
        "count what an independent count counts",
        arguments: [(4, FramesBy.number, 48), (7, .time, 48), (3, .time, 128), (10, .number, 200), (600, .number, 5)]
    )
    func counts(timeSteps: Int, by: FramesBy, size: Int) throws {
        let file = recording(555, seed: 3).serialized()
        let frames = EventFrames(timeSteps: timeSteps, by: by, size: size)
        let counts = try frames.integrate(AEDAT.parse(file, path: "f").events, path: "f", firstByte: 0).map {
            Float($0)
        }
        #expect(counts.contains { $0 > 0 })
        #expect(counts == independentCount(file, timeSteps: timeSteps, byTime: by == .time, size: size))
    }

    @Test("lose no event of any recording, in order of time or not")
    func total() throws {
        let odd: [[UInt32]] = [[5], [5, 5, 5], [9, 3, 7], [0, .max], [.max, 0, 4]]
        for times in odd {
            let events = times.map { AEDAT.Event(address: 0, time: $0) }
            let frames = EventFrames(timeSteps: 4, by: .number, size: 128)
            let counts = try frames.integrate(events, path: "f", firstByte: 0)
            #expect(counts.reduce(0) { $0 + Int($1) } == times.count)
        }
    }

    @Test("are refused where there are none, or too many at one pixel")
    func refused() {
        let frames = EventFrames(timeSteps: 2, by: .number, size: 48)
        #expect(throws: FileFormatError.self) { try frames.integrate([], path: "f", firstByte: 0) }
        let event = AEDAT.Event(row: 0, column: 0, polarity: 1, time: 1)
        let error = #expect(throws: FileFormatError.self) {
            try frames.integrate([AEDAT.Event](repeating: event, count: 140_000), path: "f", firstByte: 0)
        }
        #expect(error?.problem.contains("has 70000 events at one pixel") == true)
    }
}

@Suite("Folders of recordings")
struct EventFolderTests {
    private func load(
        _ folder: TemporaryFolder,
        cache: String,
        bad: Int = 0,
        by: FramesBy = .number
    ) throws -> EventFolder {
        try EventFolder(
            folder.path,
            split: nil,
            cutting: EventCutting(timeSteps: 3, by: by, format: .aedat2),
            imageSize: .square(48),
            maxBadFiles: bad,
            cacheFolder: cache
        )
    }

    private func frames(_ data: EventFolder) throws -> [Float] {
        let provider = data.evaluationBatches(batchSize: 2)
        let preparer = BatchPreparer(backend: Backend(ReferenceBackend()), data: data)
        var values: [Float] = []
        for index in 0..<provider.batchCount {
            values += try preparer.backend.values(try preparer.prepare(try provider.evaluationBatch(index: index)))
        }
        return values
    }

    @Test("give the device T frames a recording, time outermost")
    func batches() throws {
        let folder = try recordings(perClass: 10)
        let cache = try TemporaryFolder()
        let data = try load(folder, cache: cache.path)
        #expect(data.splitName == "first-900" && data.trainCount == 27 && data.testCount == 3)
        #expect((data.channels, data.height, data.timeSteps, data.form) == (2, 48, 3, .frames))
        let batch = try data.evaluationBatches(batchSize: 3).evaluationBatch(index: 0)
        let preparer = BatchPreparer(backend: Backend(ReferenceBackend()), data: data)
        #expect(!preparer.isStatic)
        let tensor = try preparer.prepare(batch)
        #expect(tensor.shape == ImageShape(images: 9, height: 48, width: 48, channels: 2))
        let values = try preparer.backend.values(tensor)
        let frame = 2 * 48 * 48
        for (sample, name) in ["x", "y", "z"].enumerated() {
            let file = try FileSystem.read("\(folder.path)/\(name)/\(name)_9.aedat")
            let expected = independentCount(file, timeSteps: 3, byTime: false, size: 48)
            for step in 0..<3 {
                let start = (3 * step + sample) * frame
                #expect(Array(values[start..<start + frame]) == Array(expected[step * frame..<(step + 1) * frame]))
            }
        }
    }

    @Test("are counted once, and again where a recording or the cache's file has changed")
    func cache() throws {
        let folder = try recordings(perClass: 4)
        let cache = try TemporaryFolder()
        let data = try load(folder, cache: cache.path)
        let calls = Mutex(0)
        try data.prepare { _, total in
            #expect(total == 12)
            calls.withLock { $0 += 1 }
        }
        #expect(calls.withLock { $0 } == 13)
        let names = try FileManager.default.contentsOfDirectory(atPath: data.cacheFolder).sorted()
        #expect(names.count == 12)
        let expected = try frames(data)

        // What a process that was killed leaves: a temporary file; and damage of every kind.
        try Data([1, 2]).write(to: URL(filePath: "\(data.cacheFolder)/.lsn-x.tmp"))
        for (index, name) in names.enumerated() {
            let path = "\(data.cacheFolder)/\(name)"
            var bytes = try FileSystem.read(path)
            switch index % 4 {
            case 0: bytes[bytes.count / 2] ^= 1
            case 1: bytes.removeLast(5)
            case 2: bytes = []
            default: bytes[20] ^= 1
            }
            try FileSystem.writeAtomically(bytes, to: path)
        }
        #expect(try frames(try load(folder, cache: cache.path)) == expected)

        // Another recording under the same name is another cache entry.
        try folder.add(recording(900, seed: 77).serialized(), at: "x/x_3.aedat")
        #expect(try frames(try load(folder, cache: cache.path)) != expected)
        #expect(try load(folder, cache: cache.path, by: .time).cacheFolder != data.cacheFolder)
        #expect(
            try load(folder, cache: cache.path).fingerprint()
                != load(folder, cache: cache.path, by: .time).fingerprint()
        )
    }

    @Test("are counted when they are wanted where counting was stopped")
    func stopped() throws {
        let folder = try recordings(perClass: 4)
        let (cache, other) = (try TemporaryFolder(), try TemporaryFolder())
        let data = try load(folder, cache: cache.path)
        try data.prepare(progress: { _, _ in }, shouldStop: { true })
        #expect(try FileManager.default.contentsOfDirectory(atPath: data.cacheFolder).isEmpty)
        #expect(try frames(data) == frames(try load(folder, cache: other.path)))
    }

    @Test("that are damaged are named, and borne up to the limit")
    func damaged() throws {
        let folder = try recordings(perClass: 4)
        let cache = try TemporaryFolder()
        try folder.add([UInt8]("#!AER-DAT3.1\r\n".utf8), at: "y/y_1.aedat")
        try folder.add([UInt8](recording(10, seed: 1).serialized().dropLast(3)), at: "z/z_3.aedat")
        let data = try load(folder, cache: cache.path, bad: 2)
        try data.prepare { _, _ in }
        #expect(Set(data.badFiles.map(\.path)) == ["y/y_1.aedat", "z/z_3.aedat"])
        #expect(data.check { _, _ in }.count == 2)
        let strict = try load(folder, cache: cache.path, bad: 1)
        let error = #expect(throws: DatasetError.self) { try strict.prepare { _, _ in } }
        #expect(error?.description.contains("is of AEDAT version 3.1") == true)
    }

    @Test("whose cache cannot be written say so; while training they are counted anew instead")
    func fullDisk() async throws {
        // In a process of its own: the limit holds for all that a process writes.
        await #expect(processExitsWith: .success) {
            let folder = try recordings(perClass: 3)
            let cache = try TemporaryFolder()
            let data = try EventFolder(
                folder.path,
                split: nil,
                cutting: EventCutting(timeSteps: 3, by: .number, format: .aedat2),
                imageSize: .square(48),
                maxBadFiles: 0,
                cacheFolder: cache.path
            )
            _ = signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4_096, rlim_max: 4_096)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let error = #expect(throws: DatasetError.self) { try data.prepare { _, _ in } }
            #expect(error?.description.contains("the cache of frames cannot be written") == true)
            #expect(error?.description.contains("File too large") == true)
            #expect(error?.description.contains("--cache DIR") == true)
            #expect(data.badFiles.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: data.cacheFolder).isEmpty)
            let batch = try data.evaluationBatches(batchSize: 3).evaluationBatch(index: 0)
            #expect(batch.pixelWords.contains { $0 != 0 })
        }
    }

    @Test("of AEDAT 2.0 are kept in files that earlier versions know, others in files of their own")
    func cacheLayout() throws {
        let folder = try recordings(perClass: 2)
        let cache = try TemporaryFolder()
        func header(_ data: EventFolder) throws -> [UInt8] {
            try data.prepare { _, _ in }
            let names = try FileManager.default.contentsOfDirectory(atPath: data.cacheFolder)
            #expect(names.count == 6)
            return try [UInt8](FileSystem.read("\(data.cacheFolder)/\(names[0])").prefix(24))
        }
        let first = try load(folder, cache: cache.path)
        #expect(first.cacheFolder.hasSuffix("-number-3-48"))
        // T, height, by number, and the length of x/x_0.aedat.
        let numbers: [UInt8] = [3, 0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0]
        #expect(try header(first) == [UInt8]("LSNFRAM2".utf8) + numbers)
        let other = try EventFolder(
            folder.path,
            name: .events,
            split: nil,
            cutting: EventCutting(timeSteps: 3, by: .time, duration: 9_000),
            imageSize: .square(48),
            maxBadFiles: 0,
            cacheFolder: cache.path
        )
        #expect(other.cacheFolder.hasSuffix("-time-3-48x48-auto-128x128-9000"))
        #expect(try header(other).starts(with: "LSNFRAM3".utf8))
        #expect(try first.fingerprint() != other.fingerprint())
    }

    @Test("of any format have the sensor of the first that is recognised, and without one are errors")
    func sensors() throws {
        let cache = try TemporaryFolder()
        func load(_ files: [String: [UInt8]]) throws -> EventFolder {
            let folder = try TemporaryFolder()
            for (name, bytes) in files { try folder.write(bytes, to: name) }
            return try EventFolder(
                folder.path,
                name: .events,
                split: .all,
                cutting: EventCutting(timeSteps: 3),
                imageSize: .native,
                maxBadFiles: 4,
                cacheFolder: cache.path
            )
        }
        let foreign = [UInt8]("hello".utf8)
        var files = ["x/1.aedat": foreign, "y/1.aedat": foreign]
        var error = #expect(throws: DatasetError.self) { try load(files) }
        #expect(
            error?.description.contains("no file of") == true && error?.description.contains("--event-size") == true
        )
        files["x/2.bin"] = try Golden.bytes("nmnist.bin")
        let data = try load(files)
        #expect((data.height, data.width) == (34, 34))
        files["x/0.npz"] = try Golden.bytes("events.npz")
        error = #expect(throws: DatasetError.self) { try load(files) }
        #expect(error?.description.contains("do not say how large the sensor is") == true)
    }

    @Test("whose cache has no place are errors")
    func noCache() throws {
        let folder = try recordings(perClass: 2)
        try folder.add([], at: "file")
        let error = #expect(throws: DatasetError.self) { try load(folder, cache: "\(folder.path)/file") }
        #expect(error?.description.contains("the cache of frames: ") == true)
    }
}

@Suite("The simulated sensor")
struct EventSensorTests {
    /// A bright square on black.
    private let picture = GreyPicture(
        height: 20,
        width: 20,
        values: (0..<400).map { (6..<14).contains($0 / 20) && (6..<14).contains($0 % 20) ? 1 : 0 }
    )

    @Test("records events of both polarities in order of time, the same every time")
    func recording() throws {
        let sensor = EventSensor()
        let recording = sensor.record(picture, seed: 4, sample: 2, comments: ["x"])
        #expect(recording == sensor.record(picture, seed: 4, sample: 2, comments: ["x"]))
        #expect(recording != sensor.record(picture, seed: 4, sample: 3, comments: ["x"]))
        #expect(recording != sensor.record(picture, seed: 5, sample: 2, comments: ["x"]))
        #expect(recording.events.count > 5_000)
        #expect(zip(recording.events, recording.events.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(recording.events.allSatisfy { $0.time <= 300_000 })
        let positive = recording.events.count { $0.polarity == 1 }
        // A closed path takes every pixel back to where it was.
        #expect(abs(2 * positive - recording.events.count) < recording.events.count / 20)
        #expect(try AEDAT.parse(recording.serialized(), path: "f") == recording)
    }

    @Test("sees the picture where it is, the right way up")
    func place() {
        var sensor = EventSensor()
        sensor.milliseconds = 100
        // Only the upper left corner is bright.
        let corner = GreyPicture(height: 8, width: 8, values: (0..<64).map { $0 / 8 < 3 && $0 % 8 < 3 ? 1 : 0.5 })
        let events = sensor.record(corner, seed: 0, sample: 0, comments: []).events
        let rows = events.map { Double($0.row) }.reduce(0, +) / Double(events.count)
        let columns = events.map { Double($0.column) }.reduce(0, +) / Double(events.count)
        #expect(rows < 64 && columns < 64)
    }

    @Test("sends fewer events at a higher threshold, and none of a grey wall")
    func threshold() {
        var sensor = EventSensor()
        sensor.milliseconds = 60
        let counts = [0.1, 0.3, 0.9].map { threshold in
            sensor.threshold = Float(threshold)
            return sensor.record(picture, seed: 0, sample: 0, comments: []).events.count
        }
        #expect(counts[0] > 2 * counts[1] && counts[1] > 2 * counts[2] && counts[2] > 0)
        let wall = GreyPicture(height: 4, width: 4, values: [Float](repeating: 0.5, count: 16))
        #expect(sensor.record(wall, seed: 0, sample: 0, comments: []).events.isEmpty)
    }

    @Test("weighs colours as the eye does")
    func grey() {
        let split = ImageSplit(pixels: [255, 0, 0, 255, 0, 255], labels: [0], bytesPerImage: 6)
        let picture = GreyPicture(split, index: 0, channels: 3, height: 1, width: 2)
        #expect(abs(picture.values[0] - 0.299) < 1e-6 && abs(picture.values[1] - 0.701) < 1e-6)
    }
}

@Suite("Contact sheets")
struct ContactSheetTests {
    @Test("show pictures with their normalisation undone")
    func pictures() throws {
        let split = ImageSplit(pixels: [10, 200, 30, 40], labels: [1], bytesPerImage: 4)
        let data = ImageDataset(name: .digits, height: 2, width: 2, train: split, test: split, source: "here")
        let preparer = BatchPreparer(backend: Backend(ReferenceBackend()), data: data)
        let batch = try data.evaluationBatches(batchSize: 1).evaluationBatch(index: 0)
        let sheet = ContactSheet(try preparer.backend.values(try preparer.prepare(batch)), of: data, count: 1)
        // Magnified to 96 pixels, with a frame of 4.
        #expect(sheet.width == 104 && sheet.height == 104)
        func pixel(_ row: Int, _ column: Int) -> [UInt8] {
            Array(sheet.pixels[3 * (row * 104 + column)..<3 * (row * 104 + column) + 3])
        }
        #expect(pixel(5, 5) == [10, 10, 10] && pixel(5, 60) == [200, 200, 200])
        #expect(pixel(60, 5) == [30, 30, 30] && pixel(99, 99) == [40, 40, 40])
        #expect(pixel(0, 0) == [32, 32, 32] && pixel(103, 103) == [32, 32, 32])
        #expect(sheet.png().starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }
}

@Suite("Requests")
struct DataLoaderTests {
    @Test("that a data set cannot fulfil are errors that say why")
    func errors() throws {
        func complaint(_ change: (inout DataRequest) -> Void, _ name: DatasetName = .digits) -> String {
            var request = DataRequest(name: name)
            change(&request)
            let error = #expect(throws: DatasetError.self) { try DataLoader.load(request) }
            return error?.description ?? ""
        }
        #expect(complaint { $0.imageSize = .square(32) }.contains("by whole factors only. Use native, 14, 7"))
        #expect(complaint { $0.imageSize = .square(13) }.contains("--image-size 13"))
        #expect(complaint { $0.split = .first }.contains("comes divided"))
        #expect(complaint { $0.framesBy = .time }.contains("--frames-by is for recordings"))
        #expect(complaint({ _ in }, .imagenet).contains("imagenet needs --data DIR"))
        #expect(complaint({ _ in }, .cifar10DVS).contains("cifar10-dvs needs --data DIR"))
        #expect(complaint({ $0.directory = "/nowhere" }, .imagenet).contains("there is no such folder"))
    }

    @Test("are limited")
    func limits() throws {
        var request = DataRequest(name: .digits)
        request.limitTrain = 7
        request.limitTest = 3
        let data = try DataLoader.load(request)
        #expect(data.trainCount == 7 && data.testCount == 3 && data.splitName == "standard" && data.timeSteps == 1)
    }

    @Test("say what may be written for a size")
    func sizes() {
        #expect(ImageSize("224") == .square(224) && ImageSize("native") == .native)
        for text in ["0", "-3", "4097", "x", ""] { #expect(ImageSize(text) == nil) }
        #expect(ImageSize.square(48).description == "48" && ImageSize.native.description == "native")
    }
}
