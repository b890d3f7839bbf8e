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

@Suite struct EvaluatorTests {
    private func network() throws -> Network {
        let description = try TrainingConfiguration(tinyOptions()).networkDescription(for: tinyData())
        let network = try Network(description, backend: Backend(ReferenceBackend()))
        try network.initialize(seed: 5)
        return network
    }

    /// Logits [T, N, classes] in file order do not depend on how the split is cut.
    @Test(arguments: [1, 4, 10, 64])
    func logitsStandInTheOrderOfTheData(batchSize: Int) async throws {
        let data = tinyData()
        let network = try network()
        let evaluator = Evaluator(network: network, data: data, batchSize: batchSize)
        let result = try #require(try await evaluator.run(keepsLogits: true))
        #expect(result.logits.count == 2 * 10 * 10)
        let whole = Evaluator(network: network, data: data, batchSize: 10)
        let expected = try #require(try await whole.run(keepsLogits: true))
        #expect(result.logits == expected.logits)
        #expect(result.accuracy == expected.accuracy)
        #expect(abs(result.loss - expected.loss) < 1e-6)
    }

    /// Accuracy and loss are those of the logits, computed here anew.
    @Test func accuracyAndLossFollowFromTheLogits() async throws {
        let data = tinyData()
        let evaluator = Evaluator(network: try network(), data: data, batchSize: 4)
        let result = try #require(try await evaluator.run(keepsLogits: true))
        var correct = 0
        var loss = 0.0
        for sample in 0..<10 {
            let mean = (0..<10).map { k in
                (Double(result.logits[sample * 10 + k]) + Double(result.logits[(10 + sample) * 10 + k])) / 2
            }
            let label = Int(data.test.labels[sample])
            let best = try #require(mean.max())
            correct += mean.firstIndex(of: best) == label ? 1 : 0
            loss += log(mean.map { exp($0 - best) }.reduce(0, +)) + best - mean[label]
        }
        #expect(result.sums.correct == correct)
        #expect(abs(result.loss - loss / 10) < 1e-5)
        #expect(result.sums.samples == 10)
    }

    /// Classes are told apart by the same means of logits that count as right or wrong.
    @Test func scoresOfClassesFollowFromTheLogits() async throws {
        let data = tinyData()
        let evaluator = Evaluator(network: try network(), data: data, batchSize: 4)
        let result = try #require(try await evaluator.run(keepsLogits: true, keepsScores: true))
        let scores = try #require(result.scores)
        #expect(scores.correct == result.sums.correct)
        var confusion = [Int](repeating: 0, count: 100)
        var amongFive = 0
        for sample in 0..<10 {
            let sums = (0..<10).map { result.logits[sample * 10 + $0] + result.logits[(10 + sample) * 10 + $0] }
            let label = Int(data.test.labels[sample])
            let order = (0..<10).sorted { sums[$0] != sums[$1] ? sums[$0] > sums[$1] : $0 < $1 }
            confusion[label * 10 + order[0]] += 1
            amongFive += order.prefix(5).contains(label) ? 1 : 0
        }
        #expect(scores.confusion == confusion && scores.amongFive == amongFive)
        #expect((0..<10).reduce(0) { $0 + scores.samples(of: $1) } == 10)
        for label in 0..<10 where scores.samples(of: label) == 0 { #expect(scores.accuracy(of: label) == nil) }
    }

    /// Of equal logits the first counts, and classes without samples have no accuracy.
    @Test func tiesCountForTheFirst() {
        var scores = ClassScores(classes: 3)
        scores.add(logits: [1, 1, 0, 0, 2, 2], labels: [0, 2])
        #expect(scores.confusion == [1, 0, 0, 0, 0, 0, 0, 1, 0])
        #expect(scores.correct == 1 && scores.amongFive == 2)
        #expect(scores.accuracy(of: 0) == 1 && scores.accuracy(of: 1) == nil && scores.accuracy(of: 2) == 0)
    }

    /// Of weights that stay as they are the grids are worked out once; after a change an evaluation sees the new ones.
    @Test(.enabled(if: TestDevice.isUsed)) func weightsAreRoundedOnceForAllBatches() async throws {
        let data = tinyData()
        let description = try TrainingConfiguration(tinyOptions()).networkDescription(for: data)
        let network = try Network(description, backend: Backend(try TestDevice.kernels()))
        let preparer = BatchPreparer(backend: network.backend, data: data)
        for seed: UInt64 in 5...6 {
            try network.initialize(seed: seed)
            let evaluation = try await Evaluator(network: network, data: data, batchSize: 10).run(keepsLogits: true)
            func forward(_ network: Network) throws -> (logits: [Float], grids: Int) {
                let pictures = try preparer.prepare(data.evaluationBatches(batchSize: 10).evaluationBatch(index: 0))
                let (logits, profile) = try network.backend.profiled {
                    let pass = try network.forward(pictures, isStatic: true, training: false)
                    return try network.backend.values(pass.logits)
                }
                return (logits, try #require(profile).kernels.first { $0.kernel == "weight_grid" }?.launches ?? 0)
            }
            let (plain, fixed) = (try forward(network), try forward(network.withFixedWeights()))
            #expect(plain.grids > 5)
            #expect(fixed.grids == 0)
            #expect(fixed.logits == plain.logits)
            #expect(evaluation?.logits == plain.logits)
        }
    }

    @Test func aSavedModelEvaluatesAsItsLastLineSays() async throws {
        let folder = try TemporaryFolder()
        let run = folder.file("run")
        let summary = try await train(TrainingSession(tinyOptions(), output: run))
        let path = run + "/checkpoint-last.safetensors"
        let file = try SafetensorsFile(path)
        let metadata = try ModelMetadata(file.metadata, path: path)
        let network = try Network(metadata.network, backend: Backend(ReferenceBackend()))
        try CheckpointFile.restore(file, to: network, optimizer: nil)
        let evaluator = Evaluator(network: network, data: tinyData(), batchSize: metadata.batchSize)
        let result = try #require(try await evaluator.run())
        #expect(result.accuracy == summary.last?.evaluationAccuracy)
        #expect(result.loss == summary.last?.evaluationLoss)
    }

    @Test func valuesThatAreNotFiniteAreFoundBehindTheSpikes() async throws {
        let network = try network()
        var state = try network.parameters.exportState()
        let index = try #require(state.firstIndex { $0.name == "stages.0.0.excitatory.0.conv.weight" })
        state[index].values[0] = .nan
        try network.parameters.load(state: state, source: "test")
        let evaluator = Evaluator(network: network, data: tinyData(), batchSize: 4)
        let error = await #expect(throws: TrainingError.self) { try await evaluator.run() }
        #expect(error?.description.contains("stages.0.0.excitatory.0.conv.weight") == true)
    }

    @Test func anEvaluationCanBeStopped() async throws {
        let evaluator = Evaluator(network: try network(), data: tinyData(), batchSize: 4)
        var asked = 0
        let result = try await evaluator.run(shouldStop: {
            asked += 1
            return asked == 2
        })
        #expect(result == nil)
    }
}
