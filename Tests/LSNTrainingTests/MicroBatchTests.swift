import Foundation
import LSNConfiguration
import LSNDatasets
import LSNNetworks
import LSNOpenCLBackend
import LSNReferenceBackend
import LSNTensors
import LSNTestSupport
import Testing

@testable import LSNTraining

@Suite struct MicroBatchTests {
    private static func configuration(
        batchSize: Int = 7,
        _ count: Int,
        _ change: (inout OptionList) -> Void = { _ in }
    ) throws -> TrainingConfiguration {
        var options = tinyOptions()
        options["batch-size"] = "\(batchSize)"
        options["micro-batches"] = "\(count)"
        change(&options)
        return try TrainingConfiguration(options)
    }

    private static func step(_ configuration: TrainingConfiguration, on backend: Backend) throws -> TrainingStep {
        let network = try Network(configuration.networkDescription(for: tinyData()), backend: backend)
        let step = try TrainingStep(configuration: configuration, network: network, data: tinyData(), memory: .fast)
        try step.begin(seed: 1)
        return step
    }

    @Test func aBatchIsCutAtEqualShares() {
        func sizes(_ samples: Int, _ count: Int) -> [Int] { MicroBatchCut(count).places(3..<3 + samples).map(\.count) }
        #expect(sizes(8, 1) == [8])
        #expect(sizes(8, 4) == [2, 2, 2, 2])
        #expect(sizes(7, 3) == [2, 2, 3])
        #expect(sizes(8, 5) == [1, 2, 1, 2, 2])
        #expect(sizes(2, 4) == [0, 1, 0, 1])
        for (samples, count) in [(1, 1), (1, 9), (7, 3), (20, 6), (5, 5), (64, 7)] {
            let places = MicroBatchCut(count).places(3..<3 + samples)
            #expect(places.first?.lowerBound == 3 && places.last?.upperBound == 3 + samples)
            #expect(zip(places, places.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
            #expect(places.map(\.count).max() == MicroBatchCut(count).largest(of: samples))
            #expect(places.last?.isEmpty == false)
        }
    }

    /// Which samples there are, in which order and how each is shifted and flipped does not depend on the cut.
    @Test(arguments: [2, 3, 7, 9]) func microBatchesHaveTheSamplesOfTheirBatch(count: Int) throws {
        let batches = tinyData().trainingBatches(
            batchSize: 8,
            seed: 5,
            policy: AugmentationPolicy(shift: 2, flip: true)
        )
        for index in 0..<batches.batchCount {
            let whole = try batches.trainingBatch(epoch: 1, index: index)
            let cut = try MicroBatchCut(count).batch(epoch: 1, index: index, of: batches)
            #expect(cut.count == whole.count && cut.parts.count == count)
            #expect(cut.parts.flatMap(\.indices) == whole.indices)
            #expect(cut.parts.flatMap(\.labels) == whole.labels)
            #expect(cut.parts.flatMap(\.transforms) == whole.transforms)
            #expect(cut.parts.flatMap(\.pixelWords) == whole.pixelWords)
        }
    }

    /// A step that is not cut is a forward pass, the loss, a backward pass and an update, and nothing else.
    @Test func oneMicroBatchIsTheWholeStep() throws {
        let configuration = try Self.configuration(1)
        let step = try Self.step(configuration, on: Backend(ReferenceBackend()))
        let byHand = try Self.step(configuration, on: Backend(ReferenceBackend()))
        let (network, backend) = (byHand.network, byHand.network.backend)
        let optimizer = try Optimizer(.adam, weightDecay: 0, parameters: network.parameters, backend: backend)
        let batch = try configuration.firstBatch(of: tinyData())
        for number in 1...2 {
            let outcome = try step.run(batch, rate: 0.01, number: number, epoch: 1)
            let pass = try network.forward(byHand.preparer.prepare(batch.parts[0]), isStatic: true, training: true)
            let record = try backend.zeros(words: StepRecord.words)
            let gradient = try backend.classificationLoss(
                pass.logits,
                labels: backend.upload(batch.parts[0].labels),
                timeSteps: network.description.timeSteps,
                loss: .meanCrossEntropy,
                record: record
            )
            try network.backward(pass, logitsGradient: gradient)
            try optimizer.update(network.parameters, learningRate: 0.01, step: number)
            #expect(outcome.loss == (try backend.readFloats(record, count: 1)[0]))
        }
        #expect(try step.network.parameters.exportState() == network.parameters.exportState())
    }

    /// The largest distance of values from expected ones, over the largest of these.
    private func error(_ found: [Float], _ expected: [Double]) -> Double {
        let largest = expected.map(abs).max() ?? 0
        let distance = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
        return found.count == expected.count ? distance / max(largest, 1e-12) : .infinity
    }

    /// What is added up, in Double: each micro-batch as a batch of its own, weighted by its samples.
    @Test(arguments: [LossKind.meanCrossEntropy, .temporalEfficient, .mpd], [2, 3, 4])
    func whatMicroBatchesLeaveIsTheirWeightedMean(loss: LossKind, count: Int) throws {
        let configuration = try Self.configuration(count) { $0["loss"] = loss.rawValue }
        let batch = try configuration.firstBatch(of: tinyData())
        let step = try Self.step(configuration, on: Backend(ReferenceBackend()))
        let outcome = try step.run(batch, rate: 0, number: 1, epoch: 1, observer: BlockObserver(step.network))

        var gradients: [String: [Double]] = [:]
        var statistics: [String: [Double]] = [:]
        var (sum, correct, squares) = (0.0, 0, [Double]())
        for part in batch.parts {
            let alone = try Self.step(
                Self.configuration(1) { $0["loss"] = loss.rawValue },
                on: Backend(ReferenceBackend())
            )
            let found = try alone.run(
                MicroBatches(part),
                rate: 0,
                number: 1,
                epoch: 1,
                observer: BlockObserver(alone.network)
            )
            let share = Double(part.count) / Double(batch.count)
            func add(_ tensors: [NamedTensor], to sums: inout [String: [Double]]) {
                for tensor in tensors {
                    let before = sums[tensor.name] ?? [Double](repeating: 0, count: tensor.values.count)
                    sums[tensor.name] = zip(before, tensor.values).map { $0 + share * Double($1) }
                }
            }
            add(try alone.network.parameters.exportGradients(), to: &gradients)
            add(try alone.network.parameters.exportState(), to: &statistics)
            sum += share * Double(found.loss)
            correct += found.correct
            // Gradients of a batch of its own are larger: it divides by fewer samples.
            let norms = try #require(found.blocks).map { pow(share * Double($0.gradientNorm ?? .nan), 2) }
            squares = squares.isEmpty ? norms : zip(squares, norms).map { $0 + $1 }
        }
        for tensor in try step.network.parameters.exportGradients() {
            #expect(error(tensor.values, try #require(gradients[tensor.name])) < 2e-5, "\(tensor.name)")
        }
        for tensor in try step.network.parameters.exportState() where tensor.name.contains("running") {
            #expect(error(tensor.values, try #require(statistics[tensor.name])) < 2e-6, "\(tensor.name)")
        }
        #expect(abs(Double(outcome.loss) - sum) < 1e-5)
        #expect(outcome.correct == correct)
        let norms = try #require(outcome.blocks).map { $0.gradientNorm ?? .nan }
        #expect(error(norms, squares.map { $0.squareRoot() }) < 2e-5)
        // The cut matters: of a whole batch there are other statistics.
        let whole = try Self.step(Self.configuration(1) { $0["loss"] = loss.rawValue }, on: Backend(ReferenceBackend()))
        _ = try whole.run(Self.configuration(1).firstBatch(of: tinyData()), rate: 0, number: 1, epoch: 1)
        #expect(try whole.network.parameters.exportGradients() != step.network.parameters.exportGradients())
    }

    /// Counts of blocks are of all micro-batches together.
    @Test func measurementsAreJoined() throws {
        var (a, b) = (BlockMeasurement(name: "stem"), BlockMeasurement(name: "stem"))
        (a.neurons, a.output, a.excitatory, a.gradientNorm) = (10, 4, 3, 3)
        (b.neurons, b.output, b.excitatory, b.gradientNorm) = (20, 5, 7, 4)
        let joined = try #require(BlockMeasurement.joined([[a], nil, [b]]).first)
        #expect(joined.neurons == 30 && joined.output == 9 && joined.excitatory == 10 && joined.inhibitory == nil)
        #expect(joined.gradientNorm == 5)
        #expect(BlockMeasurement.joined([[a]]) == [a])
    }

    /// The last batch of an epoch may have fewer samples than there are micro-batches.
    @Test func moreMicroBatchesThanSamples() throws {
        let configuration = try Self.configuration(batchSize: 9, 8)
        let step = try Self.step(configuration, on: Backend(ReferenceBackend()))
        let batches = tinyData().trainingBatches(batchSize: 9, seed: 3, policy: .none)
        let last = try MicroBatchCut(8).batch(epoch: 0, index: 2, of: batches)
        #expect(last.parts.map(\.count) == [0, 0, 0, 1, 0, 0, 0, 1])
        let outcome = try step.run(last, rate: 0.01, number: 1, epoch: 1)
        let two = try Self.step(Self.configuration(2), on: Backend(ReferenceBackend()))
        let same = try two.run(MicroBatchCut(2).batch(epoch: 0, index: 2, of: batches), rate: 0.01, number: 1, epoch: 1)
        #expect(outcome.loss == same.loss && outcome.correct == same.correct)
        #expect(try step.network.parameters.exportState() == two.network.parameters.exportState())
    }

    @Test func moreMicroBatchesThanABatchHasSamplesAreRefused() {
        let error = #expect(throws: ConfigurationError.self) { try Self.configuration(8) }
        #expect(error?.description == "--micro-batches 8: must be from 1 to --batch-size (7)")
    }

    /// Runs of earlier versions do not say how batches are cut: they are not.
    @Test func earlierConfigurationsAreNotCut() throws {
        let configuration = try Self.configuration(3)
        let text = String(decoding: try JSONEncoder().encode(configuration.learning), as: UTF8.self)
        #expect(text.contains("\"micro_batches\":3"))
        let earlier = text.replacing("\"micro_batches\":3,", with: "").replacing(",\"micro_batches\":3", with: "")
        #expect(!earlier.contains("micro"))
        let read = try JSONDecoder().decode(LearningConfiguration.self, from: Data(earlier.utf8))
        var expected = configuration.learning
        expected.microBatches = 1
        #expect(read == expected)
    }
}

/// The same on a device.
@Suite(.enabled(if: TestDevice.isUsed), .serialized) struct MicroBatchDeviceTests {
    /// With portable numerics a device has the reference's bits: of three micro-batches of seven samples, too.
    @Test func portableStepsHaveTheReferencesBits() throws {
        var options = tinyOptions()
        options["batch-size"] = "7"
        options["micro-batches"] = "3"
        options["loss"] = "mpd"
        let configuration = try TrainingConfiguration(options)
        func run(_ backend: Backend) throws -> (losses: [Float], state: [NamedTensor], blocks: [BlockMeasurement]?) {
            let network = try Network(configuration.networkDescription(for: tinyData()), backend: backend)
            let step = try TrainingStep(configuration: configuration, network: network, data: tinyData(), memory: .lean)
            try step.begin(seed: 1)
            let batches = tinyData().trainingBatches(batchSize: 7, seed: 1, policy: .none)
            let observer = try BlockObserver(network)
            var losses: [Float] = []
            var blocks: [BlockMeasurement]?
            for number in 1...3 {
                let batch = try MicroBatchCut(3).batch(epoch: 0, index: number - 1, of: batches)
                let outcome = try step.run(batch, rate: 0.01, number: number, epoch: 1, observer: observer)
                losses.append(outcome.loss)
                blocks = outcome.blocks
            }
            return (losses, try network.parameters.exportState(), blocks)
        }
        var choices = KernelChoices.standard
        choices.numerics = .portable
        let device = try run(Backend(OpenCLBackend(queue: TestDevice.queue(), choices: choices)))
        let reference = try run(Backend(ReferenceBackend(numerics: .portable)))
        #expect(device.losses == reference.losses)
        #expect(device.state == reference.state)
        #expect(device.blocks == reference.blocks)
    }
}
