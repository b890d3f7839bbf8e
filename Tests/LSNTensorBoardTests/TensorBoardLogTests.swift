import Foundation
import LSNFileFormats
import LSNTensorBoardMessages
import LSNTraining
import Synchronization
import Testing

@testable import LSNTensorBoard

/// What a reader of all files of a folder sees after runs that start, continue, fail and are copied.
@Suite final class TensorBoardLogTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lsn-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// An epoch of four steps, or a part of one.
    private func record(_ epoch: Int, step: Int? = nil) throws -> EpochRecord {
        let line = """
            {"epoch": \(epoch), "step": \(step ?? 4 * epoch), "learning_rate": 0.005, "train_loss": \(1 / Double(epoch)), \
            "train_accuracy": 0.5, "test_loss": \(2 / Double(epoch)), "test_accuracy": 0.75, "images_per_second": 100, \
            "seconds": 1, "evaluation_seconds": 1}
            """
        return try #require(EpochRecord.parse(line: line))
    }

    private func records(_ epochs: Int) throws -> [EpochRecord] { try (1...epochs).map { try record($0) } }

    private func write(_ records: [EpochRecord]) throws {
        let text = records.map { $0.line + "\n" }.joined()
        try FileSystem.writeAtomically(Array(text.utf8), to: folder + "/metrics.jsonl")
    }

    private func log() -> TensorBoardLog {
        TensorBoardLog(warn: { Issue.record("\($0)") })
    }

    private func files() -> [String] { EventFile.paths(in: folder) }

    /// Steps and values of a scalar as a reader gets them that obeys every START but a run's first, and, where
    /// `isFast`, as one gets them that drops later steps when a step comes again and knows no START.
    private func scalars(_ tag: String, isFast: Bool = false) throws -> [Int: Float] {
        var result: [Int: Float] = [:]
        var hasStarted = false
        for event in try files().flatMap({ try EventFile.events($0) }) {
            let step = Int(event.step)
            if event.sessionLog.status == .start, !isFast {
                if hasStarted { result = result.filter { $0.key < step } }
                hasStarted = true
            }
            for value in event.summary.value where value.tag == tag {
                if isFast {
                    result = result.filter { $0.key < step }
                } else {
                    #expect(result[step] == nil, "step \(step) stands twice")
                }
                result[step] = value.simpleValue
            }
        }
        return result
    }

    private func expectEpochs(_ records: [EpochRecord]) throws {
        for isFast in [false, true] {
            let expected = Dictionary(uniqueKeysWithValues: records.map { ($0.step, Float($0.trainLoss)) })
            #expect(try scalars("loss/train", isFast: isFast) == expected, "fast: \(isFast)")
        }
    }

    @Test func anEpochIsWrittenWhenItEnds() throws {
        let log = log()
        log.update(folder: folder)
        #expect(files().isEmpty)
        for epochs in 1...3 {
            try write(records(epochs))
            log.update(folder: nil)
            #expect(files().count == 1)
            try expectEpochs(records(epochs))
        }
        log.update(folder: nil)
        let events = try EventFile.events(files()[0])
        #expect(events.count == 5)
        #expect(events[0].fileVersion == "brain.Event:2")
        #expect(events.allSatisfy { $0.wallTime > 1.7e9 })
        #expect(
            events[4].summary.value.map(\.tag) == [
                "loss/train", "loss/test", "accuracy/train", "accuracy/test", "learning_rate", "images_per_second",
            ]
        )
        let third: Float = 1 / 3
        let expected: [Float] = [third, 2 * third, 0.5, 0.75, 0.005, 100]
        #expect(events[4].summary.value.map(\.simpleValue) == expected)
    }

    @Test func blocksHaveScalarsAndHistograms() throws {
        try write(records(2))
        let lines = """
            {"epoch":1,"step":4,"blocks":[{"name":"stem","output_rate":0.5,"gradient_norm":2},\
            {"name":"stages.0.0","excitatory_rate":0.25,"inhibitory_rate":0.125,"output_rate":0.75,\
            "identity_share":0.5,"gradient_norm":3,"of_later_versions":1}]}
            {"epoch":2,"st
            """
        try lines.write(toFile: folder + "/blocks.jsonl", atomically: false, encoding: .utf8)
        log().update(folder: folder)
        let events = try EventFile.events(files()[0])
        let values = events[2].summary.value.dropFirst(6)
        #expect(
            values.map(\.tag) == [
                "excitatory_rate/stages.0.0", "inhibitory_rate/stages.0.0", "output_rate/stem",
                "output_rate/stages.0.0", "identity_share/stages.0.0", "gradient_norm/stem",
                "gradient_norm/stages.0.0", "rates_of_blocks/excitatory_rate", "rates_of_blocks/inhibitory_rate",
                "rates_of_blocks/output_rate", "rates_of_blocks/identity_share",
            ]
        )
        #expect(values.prefix(7).map(\.simpleValue) == [0.25, 0.125, 0.5, 0.75, 0.5, 2, 3])
        #expect(values.suffix(4).map(\.histo.num) == [1, 1, 2, 1])
        // The second epoch's line is cut off: its other values stand all the same.
        #expect(events[3].summary.value.count == 6)
    }

    @Test func aRunThatContinuesWritesOneMoreFile() throws {
        try write(records(1))
        log().update(folder: folder)
        let second = log()
        second.update(folder: folder)
        #expect(files().count == 1)
        try write(records(2))
        second.update(folder: nil)
        #expect(files().count == 2)
        try expectEpochs(records(2))
    }

    /// `--max-steps` ends a run inside an epoch; its record gives way when the run continues.
    @Test func aRecordThatGivesWayIsTakenBack() throws {
        try write(records(2) + [record(3, step: 10)])
        log().update(folder: folder)
        try expectEpochs(records(2) + [record(3, step: 10)])
        try write(records(2))
        let second = log()
        second.update(folder: folder)
        try expectEpochs(records(2))
        try write(records(3))
        second.update(folder: nil)
        try expectEpochs(records(3))
        #expect(files().count == 2)
    }

    @Test func epochsThatAreMissingAreMadeUpFor() throws {
        try write(records(3))
        log().update(folder: folder)
        // A process killed while it wrote leaves half a record.
        let bytes = try FileSystem.read(files()[0])
        try FileSystem.writeAtomically(Array(bytes.dropLast(3)), to: files()[0])
        try write(records(4))
        log().update(folder: folder)
        #expect(files().count == 2)
        try expectEpochs(records(4))
        // A folder whose files were deleted gets all of them.
        for file in files() { try FileManager.default.removeItem(atPath: file) }
        log().update(folder: folder)
        #expect(files().count == 1)
        try expectEpochs(records(4))
    }

    @Test func filesAreReadInTheOrderInWhichTheyWereWritten() throws {
        for epochs in 1...5 {
            try write(records(epochs))
            log().update(folder: folder)
        }
        #expect(files().count == 5)
        try expectEpochs(records(5))
        for (file, next) in zip(files(), files().dropFirst()) {
            #expect(try EventFile.events(file)[1].step < EventFile.events(next)[1].step)
        }
    }

    @Test func whatCannotBeWrittenIsSaidOnceAndMadeUpFor() throws {
        let warnings = Mutex<[String]>([])
        let log = TensorBoardLog(warn: { text in warnings.withLock { $0.append(text) } })
        let obstacle = folder + "/events.out.tfevents.0000000001.folder"
        try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
        for epochs in 1...3 {
            try write(records(epochs))
            log.update(folder: epochs == 1 ? folder : nil)
        }
        let said = warnings.withLock { $0 }
        #expect(said.count == 1)
        #expect(said.first?.contains(obstacle) == true && said.first?.contains("training goes on") == true)
        try FileManager.default.removeItem(atPath: obstacle)
        log.update(folder: nil)
        try expectEpochs(records(3))
    }

    @Test func aFullDiskIsAnError() {
        let error = #expect(throws: FileFormatError.self) {
            try EventFile(existing: "/dev/full", startingAt: 0)
        }
        #expect(error?.description.contains("/dev/full: cannot be added to: No space left on device") == true)
    }
}
