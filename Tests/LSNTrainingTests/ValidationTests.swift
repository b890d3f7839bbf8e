import Foundation
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

@testable import LSNTraining

/// `--val-split`: another split than the test split chooses the best epoch.
@Suite struct ValidationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func session(_ name: String, _ change: (inout OptionList) -> Void = { _ in }) throws -> TrainingSession {
        var options = tinyOptions()
        options["val-split"] = "0.3"
        change(&options)
        return try TrainingSession(options, output: folder.file(name))
    }

    private func score(_ name: String) throws -> TestScore {
        try JSONDecoder().decode(TestScore.self, from: Data(FileSystem.read(folder.file("\(name)/test.json"))))
    }

    private func confusion(_ name: String) throws -> ConfusionRecord {
        try JSONDecoder().decode(
            ConfusionRecord.self,
            from: Data(FileSystem.read(folder.file("\(name)/confusion.json")))
        )
    }

    /// Samples on the matrix's diagonal.
    private func right(_ record: ConfusionRecord) -> Double {
        Double(record.rows.indices.reduce(0) { $0 + record.rows[$1][$1] })
    }

    /// What the best checkpoint of a run comes to on the test split.
    private func evaluated(_ name: String) async throws -> Evaluation {
        let file = try SafetensorsFile(folder.file("\(name)/checkpoint-best.safetensors"))
        let network = try Network(ModelMetadata(file.metadata, path: "").network, backend: Backend(ReferenceBackend()))
        try CheckpointFile.restore(file, to: network, optimizer: nil)
        return try #require(try await Evaluator(network: network, data: tinyData(), batchSize: 8).run())
    }

    @Test func theValidationSplitChoosesAndTheTestSplitIsScoredOnce() async throws {
        let summary = try await train(session("run") { $0["epochs"] = "4" })
        let records = try MetricsFile(path: folder.file("run/metrics.jsonl")).records()
        #expect(records.count == 4 && records.allSatisfy { $0.evaluated == .validation })
        // Six of the twenty samples validate.
        let record = try RunRecord.read(folder.file("run/config.json"))
        #expect(record.configuration.data.valSplit == .share(0.3))
        #expect((record.dataSet.trainSamples, record.dataSet.valSamples, record.dataSet.testSamples) == (14, 6, 10))
        #expect(records.allSatisfy { ($0.evaluationAccuracy * 6).rounded() == $0.evaluationAccuracy * 6 })
        let best = try #require(records.map(\.evaluationAccuracy).max())
        #expect(
            summary.best?.accuracy == best
                && summary.best?.epoch == records.first { $0.evaluationAccuracy == best }?.epoch
        )

        let text = String(decoding: try FileSystem.read(folder.file("run/metrics.jsonl")), as: UTF8.self)
        #expect(text.contains("\"val_accuracy\"") && !text.contains("\"test_"))
        let score = try score("run")
        #expect(summary.test == score && score.epoch == summary.best?.epoch && score.valAccuracy == best)
        let expected = try await evaluated("run")
        #expect(score.accuracy == expected.accuracy && score.loss == expected.loss && score.samples == 10)
        let confusion = try confusion("run")
        #expect(confusion.split == .test && confusion.epoch == score.epoch)
        #expect(confusion.rows.joined().reduce(0, +) == 10 && right(confusion) == (score.accuracy * 10).rounded())
        let metadata = try SafetensorsFile(folder.file("run/checkpoint-best.safetensors")).metadata
        #expect(metadata["val_accuracy"] == "\(best)" && metadata["test_accuracy"] == nil)
    }

    @Test(arguments: [1, 2, 3, 4])
    func aRunContinuesToTheSameBitsAndScores(steps: Int) async throws {
        try await train(session("whole"))
        let stopped = try await train(session("parts"), stopAfter: steps)
        #expect(stopped.test == nil && !FileManager.default.fileExists(atPath: folder.file("parts/test.json")))
        let error = #expect(throws: ConfigurationError.self) {
            _ = try TrainingSession(resuming: folder.file("parts"), options: ["val-split": "0.2"])
        }
        #expect(error?.description.contains("--val-split 0.3, not 0.2") == true)
        let finished = try await train(TrainingSession(resuming: folder.file("parts"), options: [:]))
        try expectSameRun(folder.file("whole"), folder.file("parts"))
        let (whole, parts) = (try score("whole"), try score("parts"))
        #expect(whole.accuracy == parts.accuracy && whole.loss == parts.loss && finished.test == parts)
    }

    /// A run that is done says what it came to; with more epochs the score is no longer its own.
    @Test func aFinishedRunKeepsItsScoreUntilItGoesOn() async throws {
        let first = try await train(session("run"))
        let last = try FileSystem.read(folder.file("run/checkpoint-last.safetensors"))
        let again = try await train(TrainingSession(resuming: folder.file("run"), options: [:]))
        #expect(again.test == first.test && again.test != nil)
        #expect(try FileSystem.read(folder.file("run/checkpoint-last.safetensors")) == last)
        let more = try await train(
            TrainingSession(resuming: folder.file("run"), options: ["epochs": "4"]),
            stopAfter: 1
        )
        #expect(more.test == nil && !FileManager.default.fileExists(atPath: folder.file("run/test.json")))
        let end = try await train(TrainingSession(resuming: folder.file("run"), options: [:]))
        #expect(end.test?.accuracy == (try await evaluated("run")).accuracy)
    }

    /// Asked to stop while the test split is scored, a run has lost nothing.
    @Test func aRunThatIsStoppedWhileItScoresKeepsItsState() async throws {
        try await train(session("whole"))
        let stopped = try await train(session("parts"), stopAfter: 4)
        #expect(stopped.outcome == .interrupted || stopped.step <= 4)
        try await train(TrainingSession(resuming: folder.file("parts"), options: [:]))
        try expectSameRun(folder.file("whole"), folder.file("parts"))
    }

    @Test func withoutItTheTestSplitChoosesAndNothingElseIsWritten() async throws {
        let summary = try await train(session("run") { $0["val-split"] = nil })
        #expect(summary.test == nil && !FileManager.default.fileExists(atPath: folder.file("run/test.json")))
        let records = try MetricsFile(path: folder.file("run/metrics.jsonl")).records()
        #expect(records.allSatisfy { $0.evaluated == .test })
        let confusion = try confusion("run")
        #expect(confusion.split == .test && confusion.epoch == 2 && confusion.classNames.count == 10)
        #expect(right(confusion) == ((records.last?.evaluationAccuracy ?? -1) * 10).rounded())
        let text = String(decoding: try FileSystem.read(folder.file("run/metrics.jsonl")), as: UTF8.self)
        #expect(text.contains("\"test_accuracy\"") && !text.contains("\"val_"))
    }
}
