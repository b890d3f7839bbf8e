import Foundation
import LSNConfiguration
import LSNFileFormats
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

@testable import LSNTraining

@Suite struct BlockStatisticsTests {
    private let backend = Backend(ReferenceBackend())

    private func network(_ family: BlockFamily, higherThresholds: [Float] = []) throws -> Network {
        let description = NetworkDescription(
            family: family,
            stages: [1],
            widths: [4],
            stemWidth: 4,
            classes: 3,
            timeSteps: 2,
            inChannels: 1,
            imageHeight: 5,
            imageWidth: 5,
            neuron: Neuron(higherThresholds: higherThresholds)
        )
        let network = try Network(description, backend: backend)
        try network.initialize(seed: 5)
        return network
    }

    private func spikes(_ values: [Float]) throws -> SpikeTensor {
        try backend.spikeTensor(values, shape: shape)
    }

    private let shape = ImageShape(images: 1, height: 1, width: 2, channels: 4)

    /// X, E, I and X' of eight neurons, one for each row of the gate's truth table.
    @Test func aLogicBlockIsCountedByHand() throws {
        let observer = try BlockObserver(network(.lsn))
        let x: [Float] = [0, 0, 0, 0, 1, 1, 1, 1]
        let e: [Float] = [0, 0, 1, 1, 0, 0, 1, 1]
        let i: [Float] = [0, 1, 0, 1, 0, 1, 0, 1]
        let output: [Float] = [0, 0, 1, 0, 1, 0, 1, 1]
        try observer.didRun(
            BlockObservation(
                name: "stages.0.0",
                input: .spikes(spikes(x)),
                excitatory: spikes(e),
                inhibitory: spikes(i),
                output: .spikes(spikes(output))
            )
        )
        let gradient = try backend.realTensor([0, 3, 0, 0, 0, -4, 0, 0], shape: shape)
        try observer.willDifferentiate("stages.0.0", gradient: gradient)
        try observer.willDifferentiate("head", gradient: gradient)
        let measured = try observer.measurements()
        #expect(measured.map(\.name) == ["stem", "stages.0.0"])
        #expect(measured[0] == BlockMeasurement(name: "stem"))
        var block = BlockMeasurement(name: "stages.0.0")
        block.neurons = 8
        block.excitatory = 4
        block.inhibitory = 4
        block.differing = 4
        block.output = 4
        block.changed = 2
        block.gradientNorm = 5
        #expect(measured[1] == block)
        var rates = BlockStatistics.Block(name: "stages.0.0")
        rates.excitatoryRate = 0.5
        rates.inhibitoryRate = 0.5
        rates.outputRate = 0.5
        rates.identityShare = 0.5
        rates.keptShare = 0.75
        rates.gradientNorm = 5
        #expect(BlockStatistics.Block(block) == rates)
    }

    @Test func aBlockThatSumsIsCountedByHand() throws {
        let observer = try BlockObserver(network(.sewAdd))
        let sum = try backend.realTensor([0, 1, 2, 1, 0, 0, 0, 2], shape: shape)
        try observer.didRun(
            BlockObservation(
                name: "stages.0.0",
                input: .spikes(spikes([0, 0, 1, 1, 0, 0, 0, 1])),
                branch: .spikes(spikes([0, 1, 1, 0, 0, 0, 0, 1])),
                output: .real(sum)
            )
        )
        var rates = BlockStatistics.Block(name: "stages.0.0")
        rates.branchRate = 0.375
        rates.outputRate = 0.5
        rates.otherShare = 0.25
        #expect(try observer.measurements().last.map(BlockStatistics.Block.init) == rates)
    }

    @Test(arguments: BlockFamily.allCases)
    func everyFamilyIsMeasuredAndNothingIsChanged(family: BlockFamily) throws {
        let levels: [Float] = family == .dsResNet ? [2] : []
        let watched = try network(family, higherThresholds: levels)
        let alone = try network(family, higherThresholds: levels)
        let observer = try BlockObserver(watched)
        let pictures = ImageShape(images: 3, height: 5, width: 5, channels: 1)
        let input = try backend.realTensor((0..<75).map { Float($0 % 7) / 2 }, shape: pictures)
        var gradients: [[Float]] = []
        for (network, observer) in [(watched, observer), (alone, nil)] {
            let pass = try network.forward(input, isStatic: true, training: true, observer: observer)
            let shape = pass.logits.shape
            let cotangent = try backend.realTensor((0..<shape.count).map { Float($0 % 3) - 1 }, shape: shape)
            try network.backward(pass, logitsGradient: cotangent)
            let parameters = network.parameters
            gradients.append(try backend.readFloats(parameters.gradients, count: parameters.wordCount))
        }
        #expect(gradients[0] == gradients[1])
        let blocks = try observer.measurements()
        #expect(blocks.map(\.neurons) == [600, 600])
        let block = blocks[1]
        #expect(block.output > 0)
        #expect((block.excitatory == nil) == (family != .lsn))
        #expect((block.others == nil) == family.hasBinaryOutputs)
        #expect(try #require(block.gradientNorm) > 0)
        let isFired =
            switch family {
            case .sew, .dsResNet, .residual(.reluBeforeAdd): true
            default: false
            }
        #expect((block.branch != nil) == isFired)
    }

    @Test func aLineIsReadAsItWasWritten() throws {
        var block = BlockStatistics.Block(name: "stages.0.0")
        block.excitatoryRate = 0.1
        block.gradientNorm = 1e-30
        let statistics = BlockStatistics(epoch: 2, step: 7, blocks: [BlockStatistics.Block(name: "stem"), block])
        #expect(
            statistics.line
                == #"{"epoch": 2, "step": 7, "blocks": [{"name": "stem"}, "#
                + #"{"name": "stages.0.0", "excitatory_rate": 0.1, "gradient_norm": 1e-30}]}"#
        )
        #expect(BlockStatistics.parse(line: statistics.line) == statistics)
        #expect(BlockStatistics.parse(line: String(statistics.line.dropLast(4))) == nil)
    }

    @Test func aNormThatIsNotFiniteIsLeftOut() {
        var measurement = BlockMeasurement(name: "stem")
        measurement.neurons = 4
        measurement.gradientNorm = .infinity
        #expect(BlockStatistics.Block(measurement).gradientNorm == nil)
        #expect(BlockStatistics.Block(measurement).outputRate == 0)
    }

    @Test func aRunWritesALineAnEpoch() async throws {
        let folder = try TemporaryFolder()
        try await train(try TrainingSession(tinyOptions(), output: folder.file("run")))
        let lines = try BlocksFile(path: folder.file("run/blocks.jsonl")).statistics()
        #expect(lines.map(\.epoch) == [1, 2])
        #expect(lines.map(\.step) == [3, 6])
        for line in lines {
            #expect(line.blocks.count == 9)
            for block in line.blocks {
                #expect(try #require(block.gradientNorm) > 0)
                #expect(try (0...1).contains(#require(block.outputRate)))
                #expect((block.identityShare == nil) == (block.name == "stem"))
            }
        }
        #expect(lines[0].blocks != lines[1].blocks)
    }

    /// Batch size 8 of 10 test samples; the statistics are those of the first eight.
    @Test func ratesAreThoseOfTheFirstTestBatch() async throws {
        let folder = try TemporaryFolder()
        try await train(try TrainingSession(tinyOptions(), output: folder.file("run")))
        let line = try #require(try BlocksFile(path: folder.file("run/blocks.jsonl")).statistics().last)
        let path = folder.file("run/checkpoint-last.safetensors")
        let file = try SafetensorsFile(path)
        let metadata = try ModelMetadata(file.metadata, path: path)
        let network = try Network(metadata.network, backend: backend)
        try CheckpointFile.restore(file, to: network, optimizer: nil)
        let observer = try BlockObserver(network)
        let evaluator = Evaluator(network: network, data: tinyData(), batchSize: 8)
        _ = try await evaluator.run(observer: observer)
        for (block, measured) in zip(line.blocks, try observer.measurements()) {
            var expected = BlockStatistics.Block(measured)
            expected.gradientNorm = block.gradientNorm
            #expect(block == expected)
        }
    }
}
