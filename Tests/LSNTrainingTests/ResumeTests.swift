import Foundation
import LSNConfiguration
import LSNFileFormats
import LSNTestSupport
import Testing

@testable import LSNTraining

@Suite struct ResumeTests {
    private let folder: TemporaryFolder
    private var whole: String { folder.file("whole") }
    private var parts: String { folder.file("parts") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func session(_ path: String, _ change: (inout OptionList) -> Void = { _ in }) throws -> TrainingSession {
        var options = tinyOptions()
        change(&options)
        return try TrainingSession(options, output: path)
    }

    private func resume(
        _ path: String,
        output: String? = nil,
        _ change: (inout OptionList) -> Void = { _ in }
    ) throws -> TrainingSession {
        var options = OptionList()
        change(&options)
        return try TrainingSession(resuming: path, options: options, output: output)
    }

    /// Six steps in all, three an epoch: stopped inside an epoch, between epochs, and before the first step.
    @Test(arguments: [0, 1, 2, 3, 4, 5], OptimizerKind.allCases)
    func anInterruptedRunContinuesToTheSameBits(steps: Int, optimizer: OptimizerKind) async throws {
        try await train(session(whole) { $0["optimizer"] = "\(optimizer)" })
        let stopped = try await train(session(parts) { $0["optimizer"] = "\(optimizer)" }, stopAfter: steps)
        #expect(stopped.outcome == .interrupted)
        #expect(stopped.step == steps)
        let finished = try await train(resume(parts))
        #expect(finished.outcome == .finished)
        try expectSameRun(whole, parts)
    }

    /// In micro-batches, of which the last batch has some without samples; with a search on one of them.
    @Test(arguments: [1, 3, 4])
    func aRunInMicroBatchesContinuesToTheSameBits(steps: Int) async throws {
        func change(_ options: inout OptionList) {
            options["batch-size"] = "9"
            options["micro-batches"] = "4"
            options["loss"] = "mpd"
            options["surrogate"] = "dspike"
            options["surrogate-search"] = "true"
        }
        try await train(session(whole, change))
        try await train(session(parts, change), stopAfter: steps)
        #expect(try RunRecord.read(parts + "/config.json").configuration.learning.microBatches == 4)
        let error = #expect(throws: ConfigurationError.self) { _ = try resume(parts) { $0["micro-batches"] = "3" } }
        #expect(error?.description.contains("--micro-batches 4, not 3") == true)
        try await train(resume(parts))
        try expectSameRun(whole, parts)
        // Norms of the whole batch's gradients, and counts of an evaluation in parts of as many samples.
        let blocks = try BlocksFile(path: parts + "/blocks.jsonl").statistics()
        #expect(blocks.allSatisfy { $0.blocks.allSatisfy { ($0.gradientNorm ?? 0) > 0 } })
    }

    @Test func aRunMayBeInterruptedTwice() async throws {
        try await train(session(whole))
        try await train(session(parts), stopAfter: 1)
        try await train(resume(parts), stopAfter: 3)
        try await train(resume(parts))
        try expectSameRun(whole, parts)
        let record = try RunRecord.read(parts + "/config.json")
        #expect(record.continued.map(\.step) == [1, 4])
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func aRunEndedByMaxStepsHasItsRecordAndContinues(steps: Int) async throws {
        try await train(session(whole))
        let stopped = try await train(session(parts) { $0["max-steps"] = "\(steps)" })
        #expect(stopped.outcome == .reachedMaxSteps)
        let lines = try MetricsFile(path: parts + "/metrics.jsonl").records()
        #expect(lines.last?.step == steps)
        #expect(lines.last?.epoch == (steps + 2) / 3)
        #expect(FileManager.default.fileExists(atPath: parts + "/checkpoint-best.safetensors"))
        try await train(resume(parts))
        try expectSameRun(whole, parts)
        #expect(!FileManager.default.fileExists(atPath: parts + "/checkpoint-best-before.safetensors"))
    }

    /// The model of a part of an epoch is best for as long as the run stands there, no longer.
    @Test func theBestEpochIsPutBackWhenAPartOfOneGivesWay() async throws {
        try await train(session(parts) { $0["epochs"] = "1" })
        let best = try ComparableCheckpoint(parts + "/checkpoint-best.safetensors")
        let last = try RunFolder.open(parts)
        try last.setBestAside()
        try FileSystem.writeAtomically([1], to: last.bestCheckpointPath)
        try last.restoreBest()
        #expect(try ComparableCheckpoint(parts + "/checkpoint-best.safetensors") == best)
        try last.restoreBest()
        #expect(try ComparableCheckpoint(parts + "/checkpoint-best.safetensors") == best)
    }

    @Test func aKilledRunContinuesFromItsCheckpointInsideTheEpoch() async throws {
        try await train(session(whole))
        try await train(session(parts) { $0["checkpoint-every"] = "2" }, stopAfter: 5)
        // The checkpoint of step 4 as a process killed in step 5 leaves it, with what it was writing.
        let killed = folder.file("killed")
        let before = folder.file("before")
        try await train(session(before) { $0["checkpoint-every"] = "2" }, stopAfter: 4)
        try FileManager.default.copyItem(atPath: before, toPath: killed)
        try FileSystem.writeAtomically([1, 2, 3], to: killed + "/.lsn-half.tmp")
        try await train(resume(killed))
        try expectSameRun(whole, killed)
        #expect(!FileManager.default.fileExists(atPath: killed + "/.lsn-half.tmp"))
        #expect(try RunRecord.read(killed + "/config.json").continued.map(\.step) == [4])
    }

    @Test func linesAfterTheCheckpointAreDropped() async throws {
        try await train(session(whole))
        try await train(session(parts), stopAfter: 4)
        let metrics = MetricsFile(path: parts + "/metrics.jsonl")
        var stray = try #require(metrics.records().last)
        stray.epoch = 2
        stray.trainLoss = 99
        try metrics.append(stray)
        let blocks = BlocksFile(path: parts + "/blocks.jsonl")
        try blocks.append(BlockStatistics(epoch: 2, step: 99, blocks: []))
        let torn = try String(contentsOfFile: metrics.path, encoding: .utf8) + "{\"epoch\": 3, \"lear"
        try FileSystem.writeAtomically(Array(torn.utf8), to: metrics.path)
        try await train(resume(parts))
        try expectSameRun(whole, parts)
    }

    @Test func aLineThatAKillPreventedIsPutBack() async throws {
        try await train(session(whole))
        try await train(session(parts), stopAfter: 4)
        try FileSystem.writeAtomically([], to: parts + "/metrics.jsonl")
        try await train(resume(parts))
        try expectSameRun(whole, parts)
    }

    @Test func aRunKilledBeforeItsFirstCheckpointStartsOver() async throws {
        try await train(session(whole))
        try await train(session(parts), stopAfter: 0)
        try FileManager.default.removeItem(atPath: parts + "/checkpoint-last.safetensors")
        try await train(resume(parts))
        try expectSameRun(whole, parts)
    }

    @Test func moreEpochsMayBeAsked() async throws {
        try await train(session(parts) { $0["epochs"] = "1" })
        let summary = try await train(resume(parts) { $0["epochs"] = "3" })
        #expect(summary.step == 9)
        #expect(try MetricsFile(path: parts + "/metrics.jsonl").records().map(\.epoch) == [1, 2, 3])
        #expect(try RunRecord.read(parts + "/config.json").configuration.learning.epochs == 3)
        let nothing = try await train(resume(parts))
        #expect(nothing.outcome == .finished)
        #expect(nothing.step == 9)
        #expect(nothing.best != nil)
    }

    @Test func anotherOutputLeavesTheRunAsItIs() async throws {
        try await train(session(whole))
        try await train(session(parts), stopAfter: 4)
        let before = try FileSystem.read(parts + "/checkpoint-last.safetensors")
        let copy = folder.file("copy")
        try await train(resume(parts, output: copy))
        try expectSameRun(whole, copy)
        #expect(try FileSystem.read(parts + "/checkpoint-last.safetensors") == before)
        #expect(try MetricsFile(path: parts + "/metrics.jsonl").records().count == 1)
    }

    @Test func contradictionsAreErrorsThatNameEveryOption() async throws {
        try await train(session(parts), stopAfter: 1)
        let error = #expect(throws: ConfigurationError.self) {
            _ = try resume(parts) {
                $0["learning-rate"] = "0.5"
                $0["seed"] = "3"
                $0["model"] = "lsn34"
            }
        }
        let text = try #require(error).description
        #expect(text.contains("--learning-rate 0.005, not 0.5"))
        #expect(text.contains("--model lsn19, not lsn34"))
        #expect(!text.contains("--seed"))
    }

    @Test func otherDataAreRefused() async throws {
        try await train(session(parts), stopAfter: 1)
        await #expect(throws: ConfigurationError.self) {
            try await train(resume(parts), data: tinyData(seed: 2))
        }
    }

    @Test func onlyOneProcessMayTrainInAFolder() async throws {
        try await train(session(parts), stopAfter: 1)
        let first = try resume(parts)
        #expect(throws: TrainingError.runInUse(path: parts)) { try resume(parts) }
        withExtendedLifetime(first) {}
    }

    @Test(arguments: [
        ("progress.step", "5"), ("progress.batch", "4"), ("progress.epoch", "9223372036854775807"),
        ("progress.epoch", "-1"), ("progress.loss_sum", "nan"), ("progress.samples", "x"), ("progress.record", "{}"),
        ("progress.samples", "9223372036854775807"), ("progress.correct", "9223372036854775807"),
        ("progress.correct", "-1"),
    ])
    func countersThatNoRunHasAreRefused(key: String, value: String) async throws {
        try await train(session(parts), stopAfter: 4)
        let path = parts + "/checkpoint-last.safetensors"
        var file = try Safetensors.read(path)
        file.metadata[key] = value
        try file.write(to: path)
        let error = await #expect(throws: FileFormatError.self) { try await train(resume(parts)) }
        #expect(error?.path == path)
    }

    @Test(arguments: ["nan", "0", "-3", "inf"])
    func aTemperatureThatNoSurrogateHasIsRefused(value: String) async throws {
        try await train(session(parts), stopAfter: 4)
        let path = parts + "/checkpoint-last.safetensors"
        var file = try Safetensors.read(path)
        file.metadata["progress.surrogate_epoch"] = "0"
        file.metadata["progress.surrogate_temperature"] = value
        try file.write(to: path)
        let error = await #expect(throws: FileFormatError.self) { try await train(resume(parts)) }
        #expect(error?.path == path && error?.problem.contains("surrogate_temperature") == true)
    }

    @Test func aTruncatedCheckpointIsRefused() async throws {
        try await train(session(parts), stopAfter: 1)
        let path = parts + "/checkpoint-last.safetensors"
        let bytes = try FileSystem.read(path)
        try FileSystem.writeAtomically(Array(bytes.dropLast(100)), to: path)
        let error = await #expect(throws: FileFormatError.self) { try await train(resume(parts)) }
        #expect(error?.path == path)
    }
}
