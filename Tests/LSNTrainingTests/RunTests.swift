import Foundation
import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Synchronization
import Testing

@testable import LSNTraining

@Suite struct RunTests {
    private let folder: TemporaryFolder
    private var run: String { folder.file("run") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func session(_ change: (inout OptionList) -> Void = { _ in }) throws -> TrainingSession {
        var options = tinyOptions()
        change(&options)
        return try TrainingSession(options, output: run)
    }

    @Test func aRunWritesItsFolder() async throws {
        let summary = try await train(session())
        #expect(summary.outcome == .finished)
        #expect(summary.step == 6)
        let records = try MetricsFile(path: run + "/metrics.jsonl").records()
        #expect(records.map(\.epoch) == [1, 2])
        #expect(records.map(\.step) == [3, 6])
        #expect(records.map(\.learningRate) == [0.005, 0.0025])
        #expect(records.allSatisfy { $0.seconds > 0 && $0.imagesPerSecond > 0 && $0.evaluationSeconds > 0 })
        #expect(records.allSatisfy { (0...1).contains($0.trainAccuracy) && (0...1).contains($0.evaluationAccuracy) })
        #expect(summary.last == records.last)
        let best = try #require(records.map(\.evaluationAccuracy).max())
        #expect(summary.best?.accuracy == best)
        #expect(summary.best?.epoch == records.first { $0.evaluationAccuracy == best }?.epoch)
        let metadata = try Safetensors.read(run + "/checkpoint-best.safetensors").metadata
        #expect(metadata["epoch"] == summary.best.map { "\($0.epoch)" })
    }

    @Test func theRecordOfARunReadsBack() async throws {
        try await train(session())
        let record = try RunRecord.read(run + "/config.json")
        #expect(record.version == ProgramVersion.current)
        #expect(record.machine == reference)
        #expect(record.size.layers == 19)
        #expect(record.dataSet.trainSamples == 20)
        #expect(record.dataSet.fingerprint == tinyData().fingerprint())
        #expect(record.configuration.network.start.branchScale == 0.5)
        #expect(record.configuration.network.neuron.surrogateHeight == 1)
        let again = try JSONDecoder().decode(RunRecord.self, from: Data(record.encoded()))
        #expect(again == record)
        // Options have the names of option files, in sections.
        let text = try JSONDecoder().decode(JSONValue.self, from: Data(record.encoded())).leaves
        #expect(text["learning.batch_size"] == "8")
        #expect(text["run.device"] == "reference")
        #expect(text["network.stages[1].width"] == "8")
        #expect(text["data_set.class_names[9]"] == "9")
    }

    @Test func theSameRunTwiceGivesTheSameBits() async throws {
        try await train(session())
        let other = folder.file("other")
        try await train(TrainingSession(tinyOptions(), output: other))
        try expectSameRun(run, other)
    }

    @Test func anotherSeedGivesOtherBits() async throws {
        try await train(session())
        let other = folder.file("other")
        var options = tinyOptions()
        options["seed"] = "4"
        try await train(TrainingSession(options, output: other))
        let first = try ComparableCheckpoint(run + "/checkpoint-last.safetensors")
        let second = try ComparableCheckpoint(other + "/checkpoint-last.safetensors")
        #expect(first.tensors["head.fc1.weight"] != second.tensors["head.fc1.weight"])
    }

    @Test func theLossFalls() async throws {
        try await train(
            session {
                $0["epochs"] = "20"
                $0["shift"] = "0"
                $0["learning-rate"] = "0.02"
            }
        )
        let losses = try MetricsFile(path: run + "/metrics.jsonl").records().map(\.trainLoss)
        #expect(losses[losses.count - 1] < 0.7 * losses[0], "\(losses)")
    }

    @Test func checkpointsHoldPyTorchNamesAndMomentsApart() async throws {
        try await train(session())
        let best = try Safetensors.read(run + "/checkpoint-best.safetensors")
        let last = try Safetensors.read(run + "/checkpoint-last.safetensors")
        #expect(best.names.contains("stages.0.0.excitatory.0.conv.weight"))
        #expect(best.names.contains("stages.1.0.shortcut.bn.running_var"))
        #expect(!best.names.contains { $0.hasPrefix(CheckpointFile.optimizerPrefix) })
        #expect(Set(last.names).isSuperset(of: best.names))
        #expect(last["optimizer.first_moment.stem.conv.weight"]?.shape == [4, 1, 3, 3])
        #expect(last["optimizer.second_moment.head.fc2.bias"]?.shape == [10])
        let keys = [
            "model", "width", "time_steps", "in_channels", "image_size", "classes", "head", "stem", "neuron", "leak",
            "threshold", "reset",
        ]
        for file in [best, last] {
            #expect(keys.allSatisfy { file.metadata[$0] != nil })
            #expect(file.metadata["image_size"] == "8")
            #expect(file.metadata["neuron"] == "lif")
        }
    }

    @Test func metadataDescribeTheNetworkAgain() throws {
        let options = tinyOptions()
        let configuration = try TrainingConfiguration(options)
        let network = try configuration.network.described(
            input: NetworkTemplate.Input(channels: 1, height: 8, width: 12),
            classes: 10
        )
        var data = configuration.data
        data.split = .random(seed: 7)
        data.framesBy = .time
        let metadata = ModelMetadata(
            network: network,
            width: 1.0 / 32,
            data: data,
            classNames: ["a", "b"],
            batchSize: 8
        )
        let strings = try metadata.strings()
        #expect(strings["image_size"] == "8x12")
        #expect(try ModelMetadata(strings, path: "file") == metadata)
        // Another program's file need not say where its values come from.
        var foreign = strings
        for key in ["format", "version", "network", "dataset", "data", "class_names", "batch_size"] {
            foreign[key] = nil
        }
        #expect(try ModelMetadata(foreign, path: "file").network == network)
        #expect(try ModelMetadata(foreign, path: "file").data == nil)
        foreign["format"] = "lsn-checkpoint-2"
        let later = #expect(throws: FileFormatError.self) { try ModelMetadata(foreign, path: "file") }
        #expect(later?.description.contains("lsn-checkpoint-2") == true)
    }

    @Test(
        arguments: [
            ("model", nil), ("model", "lsn20"), ("width", "-1"), ("image_size", "8x8x8"), ("image_size", "0"),
            ("classes", "many"), ("stem", "wide"), ("leak", "2"), ("threshold", "nan"), ("reset", ""), ("dataset", "x"),
            ("time_steps", "99999999999999999999"),
        ] as [(String, String?)]
    )
    func metadataThatDescribeNoNetworkAreRefused(key: String, value: String?) throws {
        let network = try TrainingConfiguration(tinyOptions()).networkDescription(for: tinyData())
        var strings = try ModelMetadata(
            network: network,
            data: DataConfiguration(dataset: .digits),
            batchSize: 8
        ).strings()
        // As files of earlier versions have it.
        (strings["network"], strings["data"]) = (nil, nil)
        strings[key] = value
        #expect(throws: (any Error).self) { try ModelMetadata(strings, path: "file") }
    }

    @Test func divergingStopsWithStepAndLayerAndKeepsTheCheckpoint() async throws {
        try await train(session { $0["epochs"] = "1" })
        let path = run + "/checkpoint-last.safetensors"
        var file = try Safetensors.read(path)
        let name = "stages.1.0.inhibitory.0.conv.weight"
        let tensor = try #require(file[name])
        var broken = Safetensors()
        broken.metadata = file.metadata
        for other in file.names {
            guard let kept = file[other] else { continue }
            // Sums of such weights are infinite.
            let values = [Float](repeating: 3e38, count: tensor.count)
            broken.append(other, other == name ? .init(floats: values, shape: tensor.shape) : kept)
        }
        file = broken
        try file.write(to: path)
        var options = OptionList()
        options["epochs"] = "2"
        let session = try TrainingSession(resuming: run, options: options, output: nil)
        let error = await #expect(throws: TrainingError.self) { try await train(session) }
        guard case .diverged(let what, let step, let epoch, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(step == 4)
        #expect(epoch == 2)
        #expect(what.contains("stages.1.0.inhibitory.0"))
        #expect(try FileSystem.read(path) == file.serialized())
    }

    /// Spikes hide NaN, and a negative variance is one under a root: neither is evaluated or trained on.
    @Test(arguments: [
        ("stages.1.0.inhibitory.0.conv.weight", Float.nan), ("stem.bn.running_var", -1), ("head.fc2.bias", .infinity),
        ("optimizer.second_moment.stem.conv.weight", -0.5),
    ])
    func valuesThatNoTrainingLeavesAreRefused(name: String, value: Float) async throws {
        try await train(session { $0["epochs"] = "1" })
        let path = run + "/checkpoint-last.safetensors"
        let file = try Safetensors.read(path)
        var broken = Safetensors()
        broken.metadata = file.metadata
        for other in file.names {
            let kept = try #require(file[other])
            var values = try kept.floats(named: other, path: path)
            if other == name { values[1] = value }
            broken.append(other, .init(floats: values, shape: kept.shape))
        }
        try broken.write(to: path)
        let session = try TrainingSession(resuming: run, options: ["epochs": "2"])
        let error = await #expect(throws: FileFormatError.self) { try await train(session) }
        #expect(error?.description.contains("value 1 of \(name) is \(value)") == true)
    }

    @Test func anExplodingUpdateStopsTheRun() async throws {
        let error = await #expect(throws: TrainingError.self) {
            try await train(
                session {
                    $0["optimizer"] = "sgd"
                    $0["learning-rate"] = "1e38"
                }
            )
        }
        guard case .diverged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: run + "/metrics.jsonl"))
    }

    @Test func aFolderWithARunIsNotOverwritten() async throws {
        try await train(session(), stopAfter: 1)
        let bytes = try FileSystem.read(run + "/checkpoint-last.safetensors")
        let error = await #expect(throws: ConfigurationError.self) { try await train(session()) }
        #expect(error?.description.contains("--resume \(run)") == true)
        #expect(try FileSystem.read(run + "/checkpoint-last.safetensors") == bytes)
    }

    @Test func aCheckpointThatCannotBeWrittenSaysWhatIsLeft() async throws {
        // A folder in the checkpoint's place cannot be replaced by a file.
        let session = try session()
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        let data = tinyData()
        let steps = Mutex(0)
        let path = run + "/checkpoint-last.safetensors"
        let error = await #expect(throws: TrainingError.self) {
            try await session.run(
                on: Backend(ReferenceBackend()),
                machine: reference,
                data: data,
                observer: { notification in
                    guard case .step = notification else { return }
                    steps.withLock { $0 += 1 }
                    try? FileManager.default.createDirectory(
                        atPath: path + "/inside",
                        withIntermediateDirectories: true
                    )
                },
                shouldStop: { steps.withLock { $0 } >= 1 }
            )
        }
        guard case .saving(let problem, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.contains(path))
        let left = try FileManager.default.contentsOfDirectory(atPath: run)
        #expect(!left.contains { $0.hasSuffix(".tmp") })
    }

    @Test func numberedFoldersNeverMeet() throws {
        let parent = folder.file("runs")
        let first = try RunFolder.create(numbered: "lsn19-digits", in: parent)
        let second = try RunFolder.create(numbered: "lsn19-digits", in: parent)
        #expect(first.path == parent + "/lsn19-digits-1")
        #expect(second.path == parent + "/lsn19-digits-2")
    }

    @Test func aFolderWithoutARunCannotBeContinued() {
        #expect(throws: ConfigurationError.self) { try RunFolder.open(folder.path) }
        #expect(throws: ConfigurationError.self) { try RunFolder.open(folder.file("nowhere")) }
    }

    @Test func fingerprintsDifferInOneBit() {
        let data = tinyData()
        var pixels = data.test.pixels
        pixels[5] ^= 1
        var other = data
        other.test = ImageSplit(pixels: pixels, labels: data.test.labels, bytesPerImage: 64)
        #expect(data.fingerprint() != other.fingerprint())
        #expect(data.fingerprint() == tinyData().fingerprint())
    }
}
