import LSNConfiguration
import LSNDatasets
import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

@testable import LSNTraining

@Suite struct SystemTests {
    private func options(_ pairs: (String, String)...) throws -> OptionList {
        var options = OptionList()
        for (name, text) in pairs { options[name] = text }
        return options
    }

    @Test func everyModelKeepsTheNeuronOfItsRow() throws {
        for architecture in Architecture.all {
            let configuration = try TrainingConfiguration(options(("model", architecture.name)))
            let settled = try architecture.settled()
            #expect(configuration.network.neuron == settled.neuron, "\(architecture.name)")
            let network = try configuration.network.described(
                input: NetworkTemplate.Input(channels: 1, height: 28, width: 28),
                classes: 10
            )
            let metadata = ModelMetadata(network: network, width: configuration.width, batchSize: 8)
            var strings = try metadata.strings()
            #expect(try ModelMetadata(strings, path: "file") == metadata)
            // Files of earlier versions name their model, and no description.
            strings["network"] = nil
            #expect(try ModelMetadata(strings, path: "file").network.neuron == network.neuron)
        }
    }

    @Test func choicesReachTheNetworkAndItsCheckpoint() throws {
        let sew = try TrainingConfiguration(options(("model", "sew-resnet18"), ("sew", "and"), ("neuron", "plif")))
        let network = try sew.network.described(
            input: NetworkTemplate.Input(channels: 1, height: 8, width: 8),
            classes: 10
        )
        #expect(network.families == [.sew(.and)])
        #expect(network.neuron.isLeakLearned)
        // Fang et al.'s start: branches that fire always.
        #expect(network.stages.allSatisfy { $0.branchScale == 0 && $0.branchBias == 1 })
        let metadata = ModelMetadata(network: network, width: sew.width, batchSize: 8)
        #expect(try metadata.strings()["sew"] == "and")
        #expect(try ModelMetadata(metadata.strings(), path: "file").network == network)

        let order = try TrainingConfiguration(
            options(("model", "residual18"), ("residual", "full-preactivation"), ("surrogate", "arctan"))
        )
        #expect(order.network.family == .residual(.fullPreactivation))
        #expect(order.network.neuron.surrogate == .arctan && order.network.neuron.surrogateSlope == 2)
        #expect(order.network.neuron.surrogateHeight == nil)
    }

    @Test func losses() throws {
        let tet = try TrainingConfiguration(options(("loss", "tet"), ("tet-lambda", "0.001")))
        #expect(tet.learning.logitsLoss == .temporalEfficient(lambda: 0.001, phi: 1))
        let mpd = try TrainingConfiguration(options(("loss", "mpd"), ("label-smoothing", "0.1")))
        #expect(mpd.learning.mpdLoss == MPDLoss(weight: 0.1))
        #expect(mpd.learning.labelSmoothing == 0.1)
        #expect(try TrainingConfiguration(OptionList()).learning.mpdLoss == nil)
    }

    @Test(arguments: [
        [("sew", "and")], [("residual", "original")], [("model", "sew-resnet18"), ("residual", "original")],
        [("surrogate-width", "1")], [("surrogate", "sigmoid"), ("surrogate-height", "1")],
        [("surrogate-search", "true")], [("tet-phi", "1")], [("loss", "tet"), ("mpd-weight", "1")],
        [("neuron", "if"), ("leak", "0.5")],
        [("model", "residual18"), ("neuron", "relu"), ("threshold", "1")],
        [("model", "residual18"), ("neuron", "relu"), ("loss", "mpd")],
        [("label-smoothing", "1")], [("mpd-weight", "0"), ("loss", "mpd")],
    ])
    func contradictionsAreRefusedByName(_ pairs: [(String, String)]) throws {
        var options = OptionList()
        for (name, text) in pairs { options[name] = text }
        let error = try #require(throws: ConfigurationError.self) { try TrainingConfiguration(options) }
        #expect(pairs.contains { error.description.contains("--\($0.0)") }, "\(error)")
    }

    @Test func misspeltNamesComeWithTheNearest() {
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(["surrogate": "triangel"]) }
        #expect(error?.description.contains("did you mean 'triangular'?") == true)
    }

    /// Stopped inside an epoch, between epochs, before the first step; the temperature is that of the run that was not.
    @Test(arguments: [0, 1, 3, 4])
    func theSearchForATemperatureContinuesToTheSameBits(steps: Int) async throws {
        let folder = try TemporaryFolder()
        func session(_ name: String) throws -> TrainingSession {
            var options = tinyOptions()
            options["surrogate"] = "dspike"
            options["surrogate-search"] = "true"
            return try TrainingSession(options, output: folder.file(name))
        }
        try await train(session("whole"))
        try await train(session("parts"), stopAfter: steps)
        try await train(try TrainingSession(resuming: folder.file("parts"), options: OptionList(), output: nil))
        try expectSameRun(folder.file("whole"), folder.file("parts"))
        let temperatures = try MetricsFile(path: folder.file("whole/metrics.jsonl")).records()
            .map { try #require($0.surrogateTemperature) }
        #expect(temperatures.count == 2)
        #expect(temperatures.contains { $0 != 3 })
        #expect(temperatures.allSatisfy { (1.8...4.8).contains($0) })
    }

    @Test func theSearchLeavesParametersAndStatisticsAlone() throws {
        var options = tinyOptions()
        options["surrogate"] = "dspike"
        let configuration = try TrainingConfiguration(options)
        let data = tinyData()
        let network = try Network(configuration.networkDescription(for: data), backend: Backend(ReferenceBackend()))
        try network.initialize(seed: 3)
        let step = try TrainingStep(configuration: configuration, network: network, data: data, memory: .fast)
        let before = try network.parameters.exportState()
        let batch = try data.trainingBatches(batchSize: 8, seed: 3, policy: configuration.data.augmentation)
            .trainingBatch(epoch: 0, index: 0)
        let search = SurrogateSearch(step: step, seed: 3)
        let first = try search.choose(from: 3, epoch: 0, batch: batch)
        #expect(try network.parameters.exportState() == before)
        #expect(try search.choose(from: 3, epoch: 0, batch: batch) == first)
    }

    @Test func theSearchPicksOtherWeightsAtEachEpoch() {
        let words = Array(0..<100)
        let first = SurrogateSearch.pick(words, seed: 1, epoch: 0)
        #expect(first.count == 16 && Set(first).count == 16)
        #expect(first == SurrogateSearch.pick(words, seed: 1, epoch: 0))
        #expect(first != SurrogateSearch.pick(words, seed: 1, epoch: 1))
        #expect(SurrogateSearch.pick([5, 6], seed: 1, epoch: 0) == [5, 6])
        #expect(SurrogateSearch.cosine([1, 0], [2, 0]) == 1)
        #expect(SurrogateSearch.cosine([1, 0], [0, 0]) == 0)
    }

    @Test func largestValues() {
        var values = LargestValues(limit: 3)
        #expect(values.smallest == 0)
        values.add([1, 0, -2, 5])
        #expect(values.smallest == 1)
        values.add([2, 7, 3])
        #expect(values.smallest == 3)
    }
}
