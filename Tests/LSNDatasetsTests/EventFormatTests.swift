import Foundation
import LSNFileFormats
import LSNTestSupport
import Testing

@testable import LSNDatasets

/// Recordings in every format, against frames that an independent program counted (Golden/make.py).
@Suite("Formats of recordings")
struct EventFormatTests {
    /// Counts of sample `index` of a golden file, as ``EventFrames/integrate(_:path:)`` returns them.
    private func expected(_ name: String, _ index: Int, height: Int, width: Int) throws -> [UInt16] {
        let rows = try Golden.array("\(name)-frames.npy").values.map { Int($0) }
        var counts = [UInt16](repeating: 0, count: 4 * 2 * height * width)
        for row in stride(from: 0, to: rows.count, by: 6) where rows[row] == index {
            let place = ((rows[row + 1] * 2 + rows[row + 2]) * height + rows[row + 3]) * width + rows[row + 4]
            counts[place] = UInt16(rows[row + 5])
        }
        return counts
    }

    private func counts(
        _ path: String,
        _ format: EventFormat,
        _ sensor: EventSize,
        _ by: FramesBy,
        duration: Int? = nil
    ) throws -> [UInt16] {
        let cutting = EventCutting(timeSteps: 4, by: by, duration: duration, format: format)
        let frames = EventFrames(cutting, sensor: sensor, height: sensor.height, width: sensor.width)
        let bytes = try frames.read(path).bytes
        return stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
    }

    @Test(
        "have the frames that an independent count has, by number and by time",
        arguments: [
            ("nmnist.bin", "nmnist", EventFormat.nmnist, 34, 34), ("events.npz", "events", .npz, 30, 40),
            ("events-compressed.npz", "events", .npz, 30, 40), ("events-structured.npz", "events", .npz, 30, 40),
            ("overflow.aedat", "overflow", .aedat3, 128, 128),
        ]
    )
    func frames(file: String, golden: String, format: EventFormat, height: Int, width: Int) throws {
        let sensor = EventSize(height: height, width: width)
        for (index, by) in [FramesBy.number, .time].enumerated() {
            let expected = try expected(golden, index, height: height, width: width)
            #expect(expected.contains { $0 > 0 })
            #expect(try counts(Golden.path(file), format, sensor, by) == expected)
            // What the file is, its first bytes say, or its name.
            #expect(try counts(Golden.path(file), .auto, sensor, by) == expected)
        }
    }

    @Test("of fixed duration leave out what comes later, and have empty frames where nothing comes")
    func duration() throws {
        let sensor = EventSize(height: 34, width: 34)
        let events = try EventFormat.nmnist.events(FileBytes(Golden.bytes("nmnist.bin"), path: "f"), span: nil)
        let times = events.times.map { $0 - events.times[0] }
        #expect((times.last ?? 0) > 280_000)
        for duration in [10_000, 100_000] {
            let found = try counts(Golden.path("nmnist.bin"), .auto, sensor, .time, duration: duration)
            let sums = (0..<4).map { step in
                found[step * 2 * 34 * 34..<(step + 1) * 2 * 34 * 34].reduce(0) { $0 + Int($1) }
            }
            #expect(sums == (0..<4).map { step in times.filter { $0 / duration == step }.count })
            #expect(sums[3] == 0 || duration == 10_000)
        }
    }

    @Test("name the byte of an event outside the sensor, and of a clock that runs backwards")
    func places() throws {
        var bytes = try Golden.bytes("nmnist.bin")
        let event = 9
        // Before the first event of overflow, places are those of events.
        try #require(stride(from: 1, to: 5 * event, by: 5).allSatisfy { bytes[$0] != 240 })
        bytes[5 * event] = 34
        let frames = EventFrames(
            EventCutting(timeSteps: 2, format: .nmnist),
            sensor: EventSize(height: 34, width: 34),
            height: 34,
            width: 34
        )
        let error = #expect(throws: FileFormatError.self) { try frames.counted(FileBytes(bytes, path: "f")) }
        #expect(error?.byteOffset == 5 * event + 2, "\(error as Any)")
        #expect(error?.advice?.contains("--event-size") == true)

        let file = FileBytes(try Golden.bytes("overflow.aedat"), path: "f")
        let events = try AEDAT3.events(file)
        for place in [0, 49, 50, 199] {
            let stamp = try file.read(events.byte(of: place)..<events.byte(of: place) + 4)
            let value = stamp.reversed().reduce(0) { $0 << 8 | Int($1) }
            #expect(2 << 31 | value == events.times[place])
        }
        // A part of them knows its places, too.
        let part = events.part(events.times[60]..<events.times[120])
        #expect(part.byte(of: 0) == events.byte(of: 60) && part.count == 60)
        let span = try AEDAT3.events(file, span: events.times[60]..<events.times[120])
        #expect(span.times == part.times && span.rows == part.rows && span.columns == part.columns)
        #expect(span.polarities == part.polarities)
        #expect((0..<60).allSatisfy { span.byte(of: $0) == part.byte(of: $0) })
    }

    @Test("of other versions, or without an array, are errors that say so")
    func foreign() throws {
        func complaint(_ bytes: [UInt8], _ format: EventFormat = .auto) -> String {
            let error = #expect(throws: FileFormatError.self) {
                try format.events(FileBytes(bytes, path: "f"), span: nil)
            }
            return error?.description ?? ""
        }
        #expect(complaint([UInt8]("#!AER-DAT4.0\r\n".utf8)).contains("is of AEDAT version 4.0"))
        #expect(complaint([UInt8]("#!AER-DAT3.0\r\n".utf8)).contains("is of AEDAT version 3.0, known are 2.0 and 3.1"))
        #expect(complaint([UInt8]("hello".utf8)).contains("starts as no recording does"))
        #expect(complaint([UInt8]("hell".utf8), .nmnist).contains("no multiple of an event's 5"))
        #expect(complaint(try Golden.bytes("pictures.npz"), .npz).contains("lacks t"))
        let whole = try Golden.bytes("overflow.aedat")
        #expect(complaint([UInt8](whole.dropLast(3))).contains("and the file ends before"))
        #expect(complaint([UInt8](whole.prefix(80))).contains("header of a packet"))
        #expect(complaint([UInt8](whole.prefix(30))).contains("header of text"))
        var late = whole
        // The first packet's header starts behind 61 bytes of text.
        for place in 73..<77 { late[place] = 0xFF }
        #expect(complaint(late).contains("byte 73: the packet's clock has wrapped 4294967295 times"))
    }

    @Test("in AEDAT 2.0 are cut by the clock of the file, which may wrap")
    func clock() throws {
        let start = UInt32.max - 1_000
        let recording = AEDAT(
            comments: [],
            events: (0..<20).map { AEDAT.Event(row: 0, column: Int($0), polarity: 0, time: start &+ 100 * $0) }
        )
        let file = FileBytes(recording.serialized(), path: "f")
        let span = Int(start) + 500..<Int(start) + 1_500
        let events = try EventFormat.aedat2.events(file, span: span)
        #expect(events.columns == (5..<15).map { UInt16($0) })
        #expect(events.times == (5..<15).map { Int(start) + 100 * $0 })
        #expect(try EventFormat.aedat2.events(file, span: 500..<1_500).count == 0)
    }

    @Test("in arrays that are damaged, too large or of other fields are errors that say so")
    func arrays() throws {
        func complaint(_ bytes: [UInt8], limit: Int = 1 << 30) -> String {
            let error = #expect(throws: FileFormatError.self) {
                try EventArrays.events(FileBytes(bytes, path: "f"), limit: limit)
            }
            return error?.description ?? ""
        }
        let sound = SampleFiles.structuredEvents
        #expect(
            complaint(SampleFiles.zip([("e.npy", sound)], damaged: "e.npy"))
                .contains("the array e is damaged: its checksum differs")
        )
        // All arrays count, and no one of them is larger than this.
        let archive = try NPZArchive(FileBytes(Golden.bytes("events-compressed.npz"), path: "f"))
        let sizes = try EventArrays.names.map { try archive.array($0)?.count ?? 0 }
        let limit = 8 * (sizes.max() ?? 0) + 200
        for name in ["events.npz", "events-compressed.npz"] {
            let found = complaint(try Golden.bytes(name), limit: limit)
            #expect(found.contains("the arrays of a recording have up to \(limit) in all"), "\(found)")
        }
        func changed(_ from: String, _ to: String) -> [UInt8] {
            SampleFiles.zip("e.npy", sound.replacing([UInt8](from.utf8), with: [UInt8](to.utf8)))
        }
        #expect(complaint(changed("'t'", "'s'")).contains("e has the fields x, s, y, p, and lacks t"))
        #expect(complaint(changed("<i4", ">i4")).contains("has a field t of type \">i4\""))
        #expect(complaint(changed("<i4')", "<i4'}")).contains("the header should have"))
        let escape = complaint(changed("<i4", "\u{1B}[2"))
        #expect(escape.contains("has a field t of type \"\\x1b[2\""), "\(escape)")
        let archives = try NPZArchive(FileBytes(changed("<i4", ">i4"), path: "f"))
        #expect(throws: FileFormatError.self) { try EventArrays.areIn(archives) }
        #expect(try !EventArrays.areIn(NPZArchive(FileBytes(Golden.bytes("pictures.npz"), path: "f"))))
    }

    @Test("with stamps that no clock has are errors, and those at the end of what one has are counted")
    func extremes() throws {
        let frames = EventFrames(
            EventCutting(timeSteps: 2, by: .time, format: .npz),
            sensor: EventSize(height: 1, width: 1),
            height: 1,
            width: 1
        )
        func counts(_ times: [Int64]) throws -> [UInt16] {
            var events = EventStream(stride: 8)
            for time in times { events.append(time: Int(time), column: 0, row: 0, polarity: 0) }
            return try frames.integrate(events, path: "f")
        }
        let limit: Int64 = 1 << 56
        #expect(try counts([-limit, 0, limit]) == [1, 0, 2, 0])
        for times in [[limit, -limit], [Int64](repeating: -limit, count: 20) + [limit]] {
            #expect(throws: FileFormatError.self) { try counts(times) }
        }
    }

    @Test("of text are the sizes of sensors")
    func sizes() {
        #expect(EventSize("260x346") == EventSize(height: 260, width: 346))
        for text in ["", "260", "0x3", "3x", "1x2x3", "5000x1", "axb"] { #expect(EventSize(text) == nil) }
        #expect(RecordingPath("a/b.aedat#10-20") == RecordingPath("a/b.aedat#10-20"))
        #expect(RecordingPath("a/b.aedat#10-20").file == "a/b.aedat")
        #expect(RecordingPath("a/b.aedat#10-20").span == 10..<20)
        for text in ["a#b.aedat", "a.aedat#", "a.aedat#5-5", "a.aedat#1-2-3"] {
            #expect(RecordingPath(text).file == text && RecordingPath(text).span == nil)
        }
    }
}

/// DVS128 Gesture: lists say which recordings train, and when in them a sample is.
@Suite("Labelled recordings")
struct LabelledRecordingTests {
    private func load(
        _ root: String,
        _ cache: TemporaryFolder,
        split: SplitRule? = nil,
        files: FileList? = nil,
        by: FramesBy = .number
    ) throws -> EventFolder {
        try EventFolder(
            root,
            name: .dvs128Gesture,
            files: files,
            split: split,
            cutting: EventCutting(timeSteps: 4, by: by, format: .aedat3),
            imageSize: .native,
            maxBadFiles: 0,
            cacheFolder: cache.path
        )
    }

    @Test("give a sample for each span, with the frames that an independent count has", arguments: FramesBy.allCases)
    func spans(by: FramesBy) throws {
        let cache = try TemporaryFolder()
        let data = try load(Golden.path("gestures"), cache, by: by)
        #expect(data.classNames == ["hand_clapping", "right_hand_wave", "left_hand_wave"])
        #expect((data.trainCount, data.testCount, data.splitName) == (6, 3, "folders"))
        #expect((0..<3).map { data.testSample($0).label } == [0, 2, 1] && data.trainingLabels == [0, 2, 1, 0, 2, 1])
        #expect(data.testSample(1).file == "user03_lab.aedat#250000-400000")
        try data.prepare { _, _ in }
        #expect(data.badFiles.isEmpty && data.check { _, _ in }.isEmpty)
        let batch = try data.evaluationBatches(batchSize: 3).evaluationBatch(index: 0)
        let found = batch.pixelWords.flatMap { [Int($0 & 0xFFFF), Int($0 >> 16)] }
        let rows = try Golden.array("gestures-frames.npy").values.map { Int($0) }
        var expected = [Int](repeating: 0, count: found.count)
        for row in stride(from: 0, to: rows.count, by: 6) where rows[row] / 3 == (by == .number ? 0 : 1) {
            let sample = rows[row] % 3 * 4 + rows[row + 1]
            expected[((sample * 2 + rows[row + 2]) * 128 + rows[row + 3]) * 128 + rows[row + 4]] = rows[row + 5]
        }
        #expect(found == expected)
    }

    @Test("are listed with the sizes of their files, so that a run keeps to them")
    func lists() throws {
        let cache = try TemporaryFolder()
        let data = try load(Golden.path("gestures"), cache)
        let list = try #require(data.fileList())
        #expect((list.train + list.test).allSatisfy { $0.size == 5_629 })
        let again = try load(
            Golden.path("gestures"),
            cache,
            files: FileList.parse(list.serialized(), path: "files.tsv")
        )
        #expect(again.warnings.isEmpty && again.trainingLabels == data.trainingLabels)
        #expect(try again.fingerprint() == data.fingerprint())
        #expect(throws: DatasetError.self) { try load(Golden.path("gestures"), cache, split: .first) }
    }

    private func copy() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: Golden.path("gestures")) {
            try folder.write(Golden.bytes("gestures/\(name)"), to: name)
        }
        return folder
    }

    @Test("whose lists are damaged are errors that name the line")
    func damaged() throws {
        let cases = [
            (
                "user01_lab_labels.csv", "class,a,b\n1,50,40\n",
                "user01_lab_labels.csv, byte 10: line 2 is not the number"
            ),
            ("user02_lab_labels.csv", "1,5,40\n9,50,60\n", "line 2 has class 9, which gesture_mapping.csv lacks"),
            ("trials_to_test.txt", "../x.aedat\n", "line 1 names no .aedat file"),
            ("trials_to_test.txt", "nobody.aedat\n", "nobody_labels.csv: cannot be opened"),
            ("trials_to_train.txt", "", "0 to train on"),
            (
                "trials_to_train.txt", "user01_lab.aedat\nuser01_lab.aedat\n",
                "byte 17: line 2 names user01_lab.aedat again, which line 1 of trials_to_train.txt names"
            ),
            (
                "trials_to_test.txt", "user03_lab.aedat\nuser01_lab.aedat\n",
                "line 2 names user01_lab.aedat again, which line 1 of trials_to_train.txt names"
            ),
            ("gesture_mapping.csv", "a,1\nb,1\n", "line 2 has class 1 again"),
        ]
        let cache = try TemporaryFolder()
        for (name, text, problem) in cases {
            let folder = try copy()
            try folder.write(text, to: name)
            let error = #expect(throws: DatasetError.self) { try load(folder.path, cache) }
            #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        }
        // A span without events is a bad file.
        let folder = try copy()
        try folder.write("1,0,1\n2,50000,90000\n", to: "user03_lab_labels.csv")
        #expect(try load(folder.path, cache).check { _, _ in }.map(\.path) == ["user03_lab.aedat#0-1"])
    }

    @Test("whose lists are changed in any way end in an error or in samples", .timeLimit(.minutes(10)))
    func mutations() throws {
        let folder = try copy()
        var errors: Set<String> = []
        for (place, name) in ["trials_to_train.txt", "user03_lab_labels.csv", "gesture_mapping.csv"].enumerated() {
            let sound = try Golden.bytes("gestures/\(name)")
            for index in 0..<3_400 {
                var mutations = Mutations(10_000 * place + index)
                try folder.write(mutations.apply(to: sound), to: name)
                do throws(DatasetError) {
                    let found = try LabelledRecordings(folder.path)
                    let labels = found.train.labels + found.test.labels
                    #expect(labels.allSatisfy { found.classes.indices.contains(Int($0)) })
                    #expect(found.train.paths.allSatisfy { RecordingPath($0).span != nil })
                } catch {
                    errors.insert(error.description)
                }
            }
            try folder.write(sound, to: name)
        }
        #expect(errors.count > 100)
    }
}
