import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

@testable import LSNTraining

@Suite struct WeightAverageTests {
    private let folder: TemporaryFolder
    private var run: String { folder.file("run") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private static func options(_ change: (inout OptionList) -> Void = { _ in }) -> OptionList {
        var options = tinyOptions()
        options["ema"] = "0.75"
        change(&options)
        return options
    }

    /// Of parameters and running statistics, from the start on: a quarter of the way after every step.
    @Test func theAverageFollowsEveryStep() throws {
        let configuration = try TrainingConfiguration(Self.options())
        let network = try Network(
            configuration.networkDescription(for: tinyData()),
            backend: Backend(ReferenceBackend())
        )
        let step = try TrainingStep(configuration: configuration, network: network, data: tinyData(), memory: .fast)
        try step.begin(seed: 1)
        let average = try #require(step.average)
        var expected = try network.parameters.exportState()
        #expect(try average.network.parameters.exportState() == expected)
        for number in 1...3 {
            _ = try step.run(configuration.firstBatch(of: tinyData()), rate: 0.01, number: number, epoch: 1)
            let values = try network.parameters.exportState()
            for index in expected.indices {
                for place in expected[index].values.indices {
                    expected[index].values[place] +=
                        0.25 * (values[index].values[place] - expected[index].values[place])
                }
            }
            #expect(try average.network.parameters.exportState() == expected)
            #expect(values != expected)
        }
    }

    /// Steps are those of a run without averages; what is evaluated and saved as the best are the averages.
    @Test func averagesAreEvaluatedAndSaved() async throws {
        let plain = folder.file("plain")
        let summary = try await train(TrainingSession(Self.options(), output: run))
        try await train(TrainingSession(tinyOptions(), output: plain))
        let lines = try MetricsFile(path: run + "/metrics.jsonl").records()
        let plainLines = try MetricsFile(path: plain + "/metrics.jsonl").records()
        #expect(lines.map(\.unaveragedLoss) == plainLines.map(\.evaluationLoss))
        #expect(lines.map(\.unaveragedAccuracy) == plainLines.map(\.evaluationAccuracy))
        #expect(lines.map(\.trainLoss) == plainLines.map(\.trainLoss))
        #expect(lines.map(\.evaluationLoss) != plainLines.map(\.evaluationLoss))
        #expect(plainLines.allSatisfy { $0.unaveragedLoss == nil && !$0.line.contains("unaveraged") })

        let last = try Safetensors.read(run + "/checkpoint-last.safetensors")
        let own = try Safetensors.read(plain + "/checkpoint-last.safetensors")
        for name in own.names { #expect(last[name]?.bytes == own[name]?.bytes, "\(name)") }
        let averages = last.names.filter { $0.hasPrefix("ema.") }
        #expect(averages.count == own.names.count { CheckpointFile.isOfModel($0) })
        #expect(averages.contains("ema.stem.bn.running_var") && last.names.count == own.names.count + averages.count)

        // The best checkpoint is the model that was scored.
        let best = try #require(summary.best)
        let network = try Network(
            TrainingConfiguration(Self.options()).networkDescription(for: tinyData()),
            backend: Backend(ReferenceBackend())
        )
        let file = try SafetensorsFile(run + "/checkpoint-best.safetensors")
        #expect(file.metadata["ema"] == "0.75")
        try CheckpointFile.restore(file, to: network, optimizer: nil)
        let evaluation = try await Evaluator(network: network, data: tinyData(), batchSize: 8).run()
        #expect(evaluation?.accuracy == best.accuracy)
        #expect(evaluation?.loss == lines[best.epoch - 1].evaluationLoss)
        // A last checkpoint is a model like another, whose averages are left aside.
        try CheckpointFile.restore(
            SafetensorsFile(run + "/checkpoint-last.safetensors"),
            to: network,
            optimizer: nil
        )
        #expect(try network.parameters.exportState().allSatisfy { last[$0.name]?.shape == $0.shape })
    }

    @Test(arguments: [1, 3, 4]) func averagesContinueToTheSameBits(steps: Int) async throws {
        let whole = folder.file("whole")
        try await train(TrainingSession(Self.options(), output: whole))
        try await train(TrainingSession(Self.options(), output: run), stopAfter: steps)
        let error = #expect(throws: ConfigurationError.self) {
            _ = try TrainingSession(resuming: run, options: ["ema": "0.5"])
        }
        #expect(error?.description.contains("--ema 0.75, not 0.5") == true)
        try await train(TrainingSession(resuming: run, options: OptionList()))
        try expectSameRun(whole, run)
    }

    /// A run that starts from a checkpoint averages from there, also from one that has averages itself.
    @Test func pretrainedWeightsAreWhereAveragesStart() async throws {
        try await train(TrainingSession(Self.options(), output: run))
        let next = folder.file("next")
        let options = Self.options { $0["pretrained"] = run + "/checkpoint-last.safetensors" }
        try await train(TrainingSession(options, output: next), stopAfter: 0)
        let before = try Safetensors.read(run + "/checkpoint-last.safetensors")
        let after = try Safetensors.read(next + "/checkpoint-last.safetensors")
        for name in before.names where CheckpointFile.isOfModel(name) {
            #expect(after["ema." + name]?.bytes == before[name]?.bytes, "\(name)")
        }
    }

    /// `fit` has no folder: its network is what was evaluated.
    @Test func trainingOnArraysLeavesTheAverages() async throws {
        let configuration = try TrainingConfiguration(Self.options())
        let backend = Backend(ReferenceBackend())
        let data = try memoryData()
        let network = try Network(configuration.networkDescription(for: data), backend: backend)
        try network.initialize(seed: 2)
        let training = try NetworkTraining(network, configuration, data: data, memory: .fast)
        let summary = try await training.fit(observer: { _ in }, shouldStop: { false })
        let evaluation = try await Evaluator(network: network, data: data, batchSize: 8).run()
        #expect(evaluation?.loss == summary.last?.evaluationLoss)
        #expect(summary.last?.unaveragedLoss != nil && summary.last?.unaveragedLoss != evaluation?.loss)
    }

    private func memoryData() throws -> MemoryDataset {
        let samples = try MemorySamples(
            values: (0..<16 * 64).map { Float($0 % 13) / 13 - 0.5 },
            labels: (0..<16).map { UInt32($0 % 4) },
            timeSteps: 1,
            channels: 1,
            height: 8,
            width: 8
        )
        return try MemoryDataset(name: .digits, classes: 10, classNames: [], train: samples, test: nil)
    }
}
