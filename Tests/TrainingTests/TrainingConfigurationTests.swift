import Datasets
import Networks
import Tensors
import Testing
import Training

@Suite struct TrainingConfigurationTests {
    @Test func digitsDefaults() throws {
        let configuration = try TrainingConfiguration(TrainingOptions())
        #expect(configuration.architecture.name == "lsn19")
        #expect(configuration.dataset == .digits)
        #expect(configuration.width == 1.0 / 16)
        #expect(configuration.timeSteps == 4)
        #expect(configuration.batchSize == 20)
        #expect(configuration.epochs == 8)
        #expect(configuration.optimizer == .adam)
        #expect(configuration.schedule == LearningRateSchedule(kind: .cosine, base: 5e-3, epochs: 8))
        #expect(configuration.weightDecay == 0)
        #expect(configuration.augmentation.shift == 2)
        #expect(!configuration.augmentation.flip)
        #expect(configuration.seed == 0)
        #expect(configuration.branchScale == 0.5)
        #expect(configuration.branchBias == 0)
        #expect(configuration.neuron == Neuron())
        let network = try configuration.networkDescription(channels: 1, height: 28, width: 28, classes: 10)
        #expect(network.widths == [8, 16, 32])
        #expect(network.stemWidth == 8)
        #expect(network.stem == .cifar)
        #expect(network.head == .fc256)
    }

    @Test func cifarDefaults() throws {
        var options = TrainingOptions()
        options.dataset = .cifar10
        let configuration = try TrainingConfiguration(options)
        #expect(configuration.width == 0.75)
        #expect(configuration.batchSize == 64)
        #expect(configuration.epochs == 300)
        #expect(configuration.weightDecay == 5e-4)
        #expect(configuration.augmentation.shift == 4)
        #expect(configuration.augmentation.flip)
    }

    @Test func sgdHasARateOfItsOwn() throws {
        var options = TrainingOptions()
        options.optimizer = .sgd
        #expect(try TrainingConfiguration(options).schedule.base == 0.1)
    }

    @Test func deepNetworksStartNearTheIdentity() throws {
        var options = TrainingOptions()
        options.model = "lsn101"
        let configuration = try TrainingConfiguration(options)
        #expect(configuration.branchScale == 0.1)
        #expect(abs(configuration.branchBias - 0.2) < 1e-6)
        #expect(configuration.neuron.surrogate == .triangular(height: 0.7))
    }

    @Test func deepLogicNetworksLearnAtTwiceTheRate() throws {
        func rate(_ model: String, _ change: (inout TrainingOptions) -> Void = { _ in }) throws -> Double {
            var options = TrainingOptions()
            options.model = model
            change(&options)
            return try TrainingConfiguration(options).schedule.base
        }
        #expect(try rate("lsn101") == 5e-3)
        #expect(try rate("lsn202") == 1e-2)
        #expect(try rate("lsn1001") == 1e-2)
        #expect(try rate("lsn202") { $0.recipe = .paper } == 5e-3)
        #expect(try rate("lsn202") { $0.optimizer = .sgd } == 0.1)
        #expect(try rate("lsn202") { $0.learningRate = 3e-3 } == 3e-3)
        #expect(try rate("sew-resnet202") == 5e-3)
    }

    @Test func thePapersRecipeStartsNormsAtOne() throws {
        var options = TrainingOptions()
        options.model = "lsn101"
        options.dataset = .cifar10
        options.recipe = .paper
        let configuration = try TrainingConfiguration(options)
        #expect(configuration.branchScale == 1)
        #expect(configuration.branchBias == 0)
        #expect(configuration.neuron.surrogate == .triangular(height: 1))
        #expect(configuration.weightDecay == 5e-3)
    }

    @Test func hiddenNeuronsOfTheHeadStartFiringForEvents() throws {
        func gain(_ dataset: DatasetName, _ change: (inout TrainingOptions) -> Void = { _ in }) throws -> Float? {
            var options = TrainingOptions()
            options.dataset = dataset
            change(&options)
            let configuration = try TrainingConfiguration(options)
            let network = try configuration.networkDescription(channels: 2, height: 48, width: 48, classes: 10)
            #expect(network.headGain == configuration.options.headGain ?? 1)
            return configuration.options.headGain
        }
        #expect(try gain(.digits) == 1)
        #expect(try gain(.digits) { $0.headGain = 3 } == 3)
        #expect(try gain(.cifar10DVS) == Head.startingGain(neuron: Neuron(), timeSteps: 4))
        #expect(try gain(.cifar10DVS) { $0.recipe = .paper } == 1)
        #expect(try gain(.cifar10DVS) { $0.head = .fc } == nil)
        #expect(throws: ConfigurationError.self) {
            try gain(.digits) {
                $0.head = .fc
                $0.headGain = 2
            }
        }
        #expect(throws: ConfigurationError.self) { try gain(.digits) { $0.headGain = 0 } }
    }

    @Test func whatIsGivenWins() throws {
        var options = TrainingOptions()
        options.recipe = .paper
        options.branchScale = 0.25
        options.neuron = .integrateAndFire
        options.threshold = 1.5
        options.surrogateHeight = 0.5
        options.detachReset = true
        options.head = .fc
        options.stem = .imagenet
        options.loss = .temporalEfficient
        let configuration = try TrainingConfiguration(options)
        let network = try configuration.networkDescription(channels: 3, height: 32, width: 32, classes: 10)
        #expect(network.branchScale == 0.25)
        #expect(
            network.neuron
                == Neuron(leak: 1, threshold: 1.5, detachReset: true, surrogate: .triangular(height: 0.5))
        )
        #expect(network.head == .fc)
        #expect(network.stem == .imagenet)
        #expect(configuration.objective.logits == .tet)
    }

    @Test func writtenOptionsMeanTheSameConfiguration() throws {
        var options = TrainingOptions()
        options.model = "lsn50"
        options.timesteps = 6
        options.learningRate = 0.1 + 0.2
        let configuration = try TrainingConfiguration(options)
        #expect(try TrainingConfiguration(configuration.options) == configuration)
    }

    @Test(arguments: [
        ("epochs", "0"), ("batch-size", "0"), ("timesteps", "-1"), ("width", "0"), ("width", "nan"), ("leak", "1.5"),
        ("threshold", "0"), ("learning-rate", "-1"), ("learning-rate", "inf"), ("weight-decay", "-0.1"),
        ("warmup-epochs", "9"), ("limit-train", "0"), ("max-steps", "0"), ("checkpoint-every", "0"), ("shift", "-1"),
    ])
    func valuesOutOfRangeAreRefused(name: String, text: String) throws {
        var options = TrainingOptions()
        try options.set(name, to: text)
        let error = try #require(throws: ConfigurationError.self) { try TrainingConfiguration(options) }
        #expect(error.description.hasPrefix("--\(name) "))
    }

    @Test func aShiftOfPicturesThatAreResizedIsRefused() throws {
        var options = TrainingOptions()
        options.dataset = .imagenet
        #expect(try TrainingConfiguration(options).augmentation.shift == 0)
        options.shift = 3
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(options) }
        #expect(error?.description.hasPrefix("--shift 3 has no effect: ") == true)
        #expect(error?.description.contains("--image-size native") == true)
        options.imageSize = .native
        #expect(try TrainingConfiguration(options).augmentation.shift == 3)
        options.imageSize = .square(64)
        options.shift = 0
        #expect(try TrainingConfiguration(options).augmentation.shift == 0)
    }

    @Test func unknownModelsAreNamed() {
        var options = TrainingOptions()
        options.model = "lsn91"
        let error = #expect(throws: NetworkError.self) { try TrainingConfiguration(options) }
        #expect(error?.description.contains("lsn91") == true)
        #expect(error?.description.contains("lsn19") == true)
    }
}
