import LSNCommunication
import LSNConfiguration
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNDatasets
@testable import LSNTraining

/// Networks on samples in memory give what they give on a data set, to the bit.
@Suite struct ArrayTrainingTests {
    private static let backend = Backend(ReferenceBackend())

    /// Neither shifted nor flipped, as arrays are.
    private static func configuration(_ options: OptionList = [:]) throws -> TrainingConfiguration {
        var all = tinyOptions()
        (all["shift"], all["flip"], all["epochs"], all["memory"]) = ("0", "false", "2", "fast")
        for name in ["micro-batches", "optimizer", "val-split"] { if let value = options[name] { all[name] = value } }
        return try TrainingConfiguration(all)
    }

    private static func network(_ data: any TrainingData) throws -> Network {
        let network = try configuration().network(configuration().networkDescription(for: data), on: backend)
        try network.initialize(seed: 5)
        return network
    }

    /// The samples of a split as the network sees them.
    private static func samples(_ split: ImageSplit, of data: ImageDataset) throws -> MemorySamples {
        var all = data
        all.test = split
        let batch = try all.evaluationBatches(batchSize: split.count).evaluationBatch(index: 0)
        let prepared = try BatchPreparer(backend: backend, data: all).prepare(batch)
        return try MemorySamples(
            values: backend.values(prepared),
            labels: batch.labels,
            timeSteps: 1,
            channels: data.channels,
            height: data.height,
            width: data.width
        )
    }

    private static func arrays(_ data: ImageDataset) throws -> MemoryDataset {
        try MemoryDataset(
            name: .digits,
            classes: data.classes,
            classNames: data.classNames,
            train: samples(data.train, of: data),
            test: samples(data.test, of: data)
        )
    }

    @Test func logitsAreThoseOfTheDataSet() async throws {
        let data = tinyData()
        let network = try Self.network(data)
        let evaluator = Evaluator(network: network, data: data, batchSize: 4)
        let expected = try #require(try await evaluator.run(keepsLogits: true)).logits
        #expect(try ArrayInference(network).logits(Self.samples(data.test, of: data)) == expected)
    }

    /// A run of pictures, and one of what they are for the network, end in the same parameters.
    @Test(arguments: [[:], ["micro-batches": "3"], ["optimizer": "sgd"]] as [OptionList])
    func trainingIsThatOfTheDataSet(_ options: OptionList) async throws {
        let data = tinyData()
        let configuration = try Self.configuration(options)
        let expected = try Self.network(data)
        var trainer = try Trainer(
            configuration: configuration,
            folder: nil,
            step: TrainingStep(configuration: configuration, network: expected, data: data, memory: .fast),
            data: data,
            test: nil,
            progress: TrainingProgress(),
            ranks: OneProcess(),
            observer: { _ in },
            shouldStop: { false }
        )
        _ = try await trainer.run()

        let network = try Self.network(data)
        let training = try NetworkTraining(network, configuration, data: Self.arrays(data), memory: .lean)
        let summary = try await training.fit(observer: { _ in }, shouldStop: { false })
        #expect(summary.outcome == .finished && summary.last?.evaluationAccuracy == trainer.last?.evaluationAccuracy)
        #expect(try network.parameters.fingerprint() == expected.parameters.fingerprint())
    }

    /// Recordings that stand still are pictures, in every step of training.
    @Test func recordingsAreSequences() throws {
        let data = tinyData()
        let pictures = try Self.samples(data.train, of: data)
        let batch = pictures.batch(Array(pictures.labels.indices))
        let values = try Self.backend.values(BatchPreparer(backend: Self.backend, samples: pictures).prepare(batch))
        let steps = try Self.network(data).description.timeSteps
        let still = try MemorySamples(
            values: Array([[Float]](repeating: values, count: steps).joined()),
            labels: pictures.labels,
            timeSteps: steps,
            channels: data.channels,
            height: data.height,
            width: data.width
        )
        let network = try Self.network(data)
        let inference = try ArrayInference(network)
        #expect(try inference.logits(still) == inference.logits(pictures))
        #expect(try inference.rates(still) == inference.rates(pictures))
        let placeholder = try BatchPreparer(backend: Self.backend, samples: still).placeholder(count: 3)
        #expect(try BatchPreparer(backend: Self.backend, samples: still).prepare(placeholder).shape.images == 3 * steps)
    }

    @Test(arguments: ["lsn19", "spiking-resnet18", "sew-resnet18", "residual18", "ds-resnet20"])
    func neuronsFireWherePotentialsReachTheThreshold(_ model: String) throws {
        let data = tinyData()
        var options = tinyOptions()
        options["model"] = model
        let description = try TrainingConfiguration(options).networkDescription(for: data)
        let network = try Network(description, backend: Self.backend)
        try network.initialize(seed: 3)
        let inference = try ArrayInference(network)
        let samples = try Self.samples(data.test, of: data)
        let rates = Dictionary(
            uniqueKeysWithValues: zip(FiringRates.layers(of: network), try inference.rates(samples))
        )
        #expect(description.neuronLayers.count > 3)
        for layer in description.neuronLayers {
            let potentials = try inference.potentials(of: layer, samples)
            #expect(potentials.count == description.timeSteps * 10 * layer.count)
            // Of several levels, something is left as soon as the first fires.
            let firing = potentials.count { $0 >= description.neuron.threshold }
            #expect(rates[layer.name] == Double(firing) / Double(potentials.count), "\(layer.name)")
        }
    }

    @Test func aPartValidates() throws {
        let arrays = try Self.arrays(tinyData())
        let divided = arrays.holdingOut([1, 5]).limited(train: 7, test: nil)
        #expect((divided.trainCount, divided.testCount) == (7, 2))
        let held = try divided.evaluationBatches(batchSize: 9).evaluationBatch(index: 0)
        let all = try arrays.trainingBatches(batchSize: 20, seed: 0, policy: .none).trainingBatch(epoch: 0, index: 0)
        #expect(held.indices == [1, 5] && Set(all.indices) == Set(0..<20))
        #expect(divided.trainingLabels.count == 7)
        #expect(arrays.fingerprint() != divided.fingerprint())
    }

    @Test func wrongArraysAreErrors() throws {
        let samples = try Self.samples(tinyData().train, of: tinyData())
        func data(classes: Int, test: MemorySamples?) throws -> MemoryDataset {
            try MemoryDataset(name: .digits, classes: classes, classNames: [], train: samples, test: test)
        }
        let error = #expect(throws: DatasetError.self) { try data(classes: 2, test: nil) }
        #expect(error?.description.contains("labels are from 0 to 1") == true)
        let other = try MemorySamples(
            values: [0, 0, 0, 0],
            labels: [1],
            timeSteps: 2,
            channels: 1,
            height: 1,
            width: 2
        )
        #expect(throws: DatasetError.self) { try data(classes: 10, test: other) }
        #expect(throws: DatasetError.self) {
            try MemorySamples(values: [0, 0], labels: [1], timeSteps: 1, channels: 1, height: 1, width: 1)
        }
    }
}
