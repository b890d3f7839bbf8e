import Foundation
import LSNFileFormats
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

@testable import LSNDatasets

@Suite("Clocks of recordings")
struct EventClockTests {
    /// 500 events, 100 µs apart.
    private let good = (0..<500).map { 1_000 + 100 * $0 }

    private func events(_ times: [Int]) -> [AEDAT.Event] {
        times.map { AEDAT.Event(address: 0, time: UInt32(truncatingIfNeeded: $0)) }
    }

    private func clock(_ times: [Int], timeSteps: Int = 4) throws -> [Int] {
        try EventClock(
            AEDAT(comments: [], events: events(times)).stream(firstByte: 14),
            timeSteps: timeSteps,
            path: "f"
        ).times
    }

    private func complaint(_ times: [Int], timeSteps: Int = 4) -> FileFormatError? {
        #expect(throws: FileFormatError.self) { try clock(times, timeSteps: timeSteps) }
    }

    @Test("are unrolled where they wrap, once or more often", arguments: [0, 1 << 31, 1 << 32, 3 << 32])
    func wraps(wrap: Int) throws {
        let expected = good.map { $0 - good[0] }
        for shift in [0, -2_000, -25_000, -50_800] {
            #expect(try clock(good.map { $0 + wrap + shift }) == expected)
        }
        // Several wraps in one recording: steps of 20 minutes.
        let long = (0..<20).map { 1_200_000_000 * $0 }
        #expect(try clock(long.map { $0 + wrap }) == long)
    }

    @Test("that wrap give the frames of those that do not")
    func frames() throws {
        let frames = EventFrames(timeSteps: 4, by: .time, size: 128)
        let wrapped = good.map { $0 + (1 << 32) - 26_000 }
        let expected = try frames.integrate(events(good), path: "f", firstByte: 0)
        #expect(try frames.integrate(events(wrapped), path: "f", firstByte: 0) == expected)
        let sums = (0..<4).map { step in
            expected[step * 2 * 128 * 128..<(step + 1) * 2 * 128 * 128].reduce(0) { $0 + Int($1) }
        }
        #expect(sums == [125, 125, 125, 125])
    }

    @Test("may run backwards as far as events of a packet stand out of order, and no event is lost")
    func jitter() throws {
        var times = good
        times.swapAt(200, 203)
        times[1] = 990
        #expect(try clock(times).min() == -10)
        let frames = EventFrames(timeSteps: 4, by: .time, size: 128)
        #expect(try frames.integrate(events(times), path: "f", firstByte: 0).reduce(0) { $0 + Int($1) } == 500)
    }

    @Test("that run backwards, are reset, or have a wrong stamp are errors with its byte")
    func wrong() throws {
        let cases: [([Int], Int, String)] = [
            (good.reversed(), 5, "runs backwards"), (Array(good[..<250] + good[..<250]), 250, "runs backwards"),
            ([9_000_000] + good, 1, "runs backwards"), (good + [0], 500, "runs backwards"),
            (good + [3_000_000_000], 500, "runs backwards"),
            (Array(good[..<250] + [100_000_000] + good[250...]), 251, "runs backwards"),
            ([0] + good.map { $0 + 1_000_000 }, 1, "jumps by 1001000 µs"),
            ([Int(UInt32.max)] + good.map { $0 + 1_000_000 }, 1, "jumps by 1001001 µs"),
            ([0] + good.map { $0 + 20_000 }, 1, "jumps by 21000 µs"), (good + [1_000_000], 500, "jumps by"),
            (good + [70_000], 500, "jumps by"), ([0, 1] + good.map { $0 + 1_000_000 }, 2, "jumps by"),
            (Array(good[..<250] + good[250...].map { $0 + 60_000_000 }), 250, "jumps by"),
        ]
        for (times, event, problem) in cases {
            let error = complaint(times)
            #expect(error?.byteOffset == 14 + 8 * event + 4, "\(problem) \(event): \(error?.description ?? "")")
            #expect(error?.problem.contains(problem) == true)
            #expect(error?.advice?.contains("--frames-by number") == true)
            // By number the clock does not matter.
            let frames = EventFrames(timeSteps: 4, by: .number, size: 128)
            #expect(throws: Never.self) { try frames.integrate(events(times), path: "f", firstByte: 14) }
        }
    }

    @Test("of few events, or with pauses that recordings have, are sound")
    func sound() throws {
        let pause = Array(good[..<250] + good[250...].map { $0 + 40_000 })
        for times in [pause, [0, 1_000_000], [0, 10, 20, 5_000, 5_010], (0..<9).map { 100 * $0 * $0 }] {
            #expect(try clock(times).count == times.count)
        }
        // A bad stamp among them is found all the same.
        #expect(complaint((0..<9).map { 100 * $0 } + [50_000_000])?.problem.contains("jumps") == true)
    }

    @Test("of recordings shorter than T µs are errors")
    func short() throws {
        #expect(complaint([5, 6, 7])?.problem == "lasts 2 µs, which cannot be cut into 4 frames of equal time")
        #expect(try clock([5, 6, 7], timeSteps: 2) == [0, 1, 2])
        #expect(complaint([5], timeSteps: 1)?.problem.contains("lasts 0 µs") == true)
        #expect(complaint([900, 5])?.problem.contains("runs backwards") == true)
    }
}

@Suite("Recordings whose frames are few or wrong")
struct OddRecordingTests {
    private func folder(_ odd: [Int]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let good = (0..<500).map { 1_000 + 100 * $0 }
        for (name, times) in [("x/1", good), ("x/2", odd), ("y/1", good), ("y/2", good)] {
            let events = times.enumerated().map { AEDAT.Event(address: UInt16($0 % 900), time: UInt32($1)) }
            try folder.add(AEDAT(comments: [], events: events).serialized(), at: "\(name).aedat")
        }
        return folder
    }

    private func load(_ folder: TemporaryFolder, _ cache: TemporaryFolder, by: FramesBy) throws -> EventFolder {
        try EventFolder(
            folder.path,
            split: .all,
            cutting: EventCutting(timeSteps: 4, by: by, format: .aedat2),
            imageSize: .square(16),
            maxBadFiles: 1,
            cacheFolder: cache.path
        )
    }

    @Test("are bad files by time, and count against the limit")
    func bad() throws {
        let folder = try folder([1_000, 900_000] + (0..<100).map { 10 * $0 })
        let cache = try TemporaryFolder()
        let data = try load(folder, cache, by: .time)
        #expect(data.check { _, _ in }.map(\.path) == ["x/2.aedat"])
        try data.prepare { _, _ in }
        #expect(data.badFiles.map(\.path) == ["x/2.aedat"] && data.badFiles[0].error.byteOffset != nil)
        #expect(try load(folder, cache, by: .number).check { _, _ in }.isEmpty)
        // Left out of an evaluation, and replaced in training.
        let batch = try data.evaluationBatches(batchSize: 4).evaluationBatch(index: 0)
        #expect(batch.indices == [0, 1, 3] && batch.labels == [0, 1, 1])
        let training = data.trainingBatches(batchSize: 4, seed: 0, policy: .none)
        #expect(try training.trainingBatch(epoch: 0, index: 0).count == 4)
    }

    @Test("of fewer events than frames are told of, from the cache too")
    func sparse() throws {
        let folder = try folder([1_000, 9_000, 20_000])
        let cache = try TemporaryFolder()
        for by in FramesBy.allCases {
            for _ in 0..<2 {
                let data = try load(folder, cache, by: by)
                #expect(data.warnings.isEmpty)
                try data.prepare { _, _ in }
                #expect(data.badFiles.isEmpty)
                #expect(
                    data.warnings.map { $0.contains("a recording has fewer events than the T = 4 frames") } == [true]
                )
                #expect(data.warnings.first?.contains("x/2.aedat (3)") == true)
            }
            let checked = try load(folder, cache, by: by)
            #expect(checked.check { _, _ in }.isEmpty && checked.warnings.count == 1)
        }
    }

    @Test("are not taken from a cache of before")
    func cacheVersion() throws {
        let folder = try folder([1_000, 9_000, 20_000])
        let cache = try TemporaryFolder()
        let data = try load(folder, cache, by: .time)
        try data.prepare { _, _ in }
        let expected = try data.evaluationBatches(batchSize: 4).evaluationBatch(index: 0)
        for name in try FileManager.default.contentsOfDirectory(atPath: data.cacheFolder) {
            let path = "\(data.cacheFolder)/\(name)"
            let bytes = try FileSystem.read(path)
            #expect(bytes.starts(with: [UInt8]("LSNFRAM2".utf8)))
            // The first version had no number of events; its counts may be of anything.
            let counts = 2 * 4 * 2 * 16 * 16
            var old = [UInt8]("LSNFRAM1".utf8) + bytes[8..<bytes.count - counts - 12]
            old += [UInt8](repeating: 1, count: counts)
            let checksum = Zlib.checksum(old)
            old += (0..<4).map { UInt8(truncatingIfNeeded: checksum >> UInt32(8 * $0)) }
            try FileSystem.writeAtomically(old, to: path)
        }
        #expect(
            try load(folder, cache, by: .time).evaluationBatches(batchSize: 4).evaluationBatch(index: 0) == expected
        )
    }
}
