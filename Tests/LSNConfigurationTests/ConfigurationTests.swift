import Foundation
import LSNConfiguration
import LSNDatasets
import LSNNetworks
import LSNTensors
import LSNTraining
import Testing

@Suite struct TrainingConfigurationTests {
    @Test func digitsDefaults() throws {
        let configuration = try TrainingConfiguration(OptionList())
        #expect(configuration.network.name == "lsn19")
        #expect(configuration.data.dataset == .digits)
        #expect(configuration.width == 1.0 / 16)
        #expect(configuration.network.timeSteps == 4)
        #expect(configuration.learning.batchSize == 20)
        #expect(configuration.learning.epochs == 8)
        #expect(configuration.learning.optimizer == .adam)
        #expect(configuration.learning.rates == LearningRateSchedule(kind: .cosine, base: 5e-3, epochs: 8))
        #expect(configuration.learning.weightDecay == 0)
        #expect(configuration.data.augmentation.shift == 2)
        #expect(!configuration.data.augmentation.flip)
        #expect(configuration.run.seed == 0)
        #expect(configuration.network.start.branchScale == 0.5)
        #expect(configuration.network.start.branchBias == 0)
        #expect(configuration.network.neuron == NeuronOptions(Neuron()))
        let network = try configuration.network.described(
            input: NetworkTemplate.Input(channels: 1, height: 28, width: 28),
            classes: 10
        )
        #expect(network.widths == [8, 16, 32])
        #expect(network.stemWidth == 8)
        #expect(network.stem == .cifar)
        #expect(network.head == .fc256)
    }

    @Test func cifarDefaults() throws {
        var options = OptionList()
        options["dataset"] = "cifar10"
        let configuration = try TrainingConfiguration(options)
        #expect(configuration.width == 0.75)
        #expect(configuration.learning.batchSize == 64)
        #expect(configuration.learning.epochs == 300)
        #expect(configuration.learning.weightDecay == 5e-4)
        #expect(configuration.data.augmentation.shift == 4)
        #expect(configuration.data.augmentation.flip)
    }

    @Test func sgdHasARateOfItsOwn() throws {
        var options = OptionList()
        options["optimizer"] = "sgd"
        #expect(try TrainingConfiguration(options).learning.learningRate == 0.1)
    }

    @Test func deepNetworksStartNearTheIdentity() throws {
        var options = OptionList()
        options["model"] = "lsn101"
        let configuration = try TrainingConfiguration(options)
        #expect(configuration.network.start.branchScale == 0.1)
        #expect(abs((configuration.network.start.branchBias ?? 0) - 0.2) < 1e-6)
        #expect(configuration.network.neuron.surrogateHeight == 0.7)
    }

    @Test func deepLogicNetworksLearnAtTwiceTheRate() throws {
        func rate(_ model: String, _ change: (inout OptionList) -> Void = { _ in }) throws -> Double {
            var options = OptionList()
            options["model"] = "\(model)"
            change(&options)
            return try TrainingConfiguration(options).learning.learningRate
        }
        #expect(try rate("lsn101") == 5e-3)
        #expect(try rate("lsn202") == 1e-2)
        #expect(try rate("lsn1001") == 1e-2)
        #expect(try rate("lsn202") { $0["recipe"] = "paper" } == 5e-3)
        #expect(try rate("lsn202") { $0["optimizer"] = "sgd" } == 0.1)
        #expect(try rate("lsn202") { $0["learning-rate"] = "3e-3" } == 3e-3)
        #expect(try rate("sew-resnet202") == 5e-3)
    }

    @Test func thePapersRecipeStartsNormsAtOne() throws {
        var options = OptionList()
        options["model"] = "lsn101"
        options["dataset"] = "cifar10"
        options["recipe"] = "paper"
        let configuration = try TrainingConfiguration(options)
        #expect(configuration.network.start.branchScale == 1)
        #expect(configuration.network.start.branchBias == 0)
        #expect(configuration.network.neuron.surrogateHeight == 1)
        #expect(configuration.learning.weightDecay == 5e-3)
    }

    @Test func hiddenNeuronsOfTheHeadStartFiringForEvents() throws {
        func gain(_ dataset: DatasetName, _ change: (inout OptionList) -> Void = { _ in }) throws -> Float? {
            var options = OptionList()
            options["dataset"] = dataset.rawValue
            change(&options)
            let configuration = try TrainingConfiguration(options)
            let network = try configuration.network.described(
                input: NetworkTemplate.Input(channels: 2, height: 48, width: 48),
                classes: 10
            )
            #expect(network.headGain == configuration.network.headGain ?? 1)
            return configuration.network.headGain
        }
        #expect(try gain(.digits) == 1)
        #expect(try gain(.digits) { $0["head-gain"] = "3" } == 3)
        #expect(try gain(.cifar10DVS) == Head.startingGain(neuron: Neuron(), timeSteps: 4))
        #expect(try gain(.cifar10DVS) { $0["recipe"] = "paper" } == 1)
        #expect(try gain(.cifar10DVS) { $0["head"] = "fc" } == nil)
        #expect(throws: ConfigurationError.self) {
            try gain(.digits) {
                $0["head"] = "fc"
                $0["head-gain"] = "2"
            }
        }
        #expect(throws: ConfigurationError.self) { try gain(.digits) { $0["head-gain"] = "0" } }
    }

    @Test func whatIsGivenWins() throws {
        var options = OptionList()
        options["recipe"] = "paper"
        options["branch-scale"] = "0.25"
        options["neuron"] = "if"
        options["threshold"] = "1.5"
        options["surrogate-height"] = "0.5"
        options["detach-reset"] = "true"
        options["head"] = "fc"
        options["stem"] = "imagenet"
        options["loss"] = "tet"
        let configuration = try TrainingConfiguration(options)
        let network = try configuration.network.described(
            input: NetworkTemplate.Input(channels: 3, height: 32, width: 32),
            classes: 10
        )
        #expect(network.stages.allSatisfy { $0.branchScale == 0.25 })
        #expect(
            network.neuron
                == Neuron(leak: 1, threshold: 1.5, detachReset: true, surrogate: .triangular(height: 0.5))
        )
        #expect(network.head == .fc)
        #expect(network.stem == .imagenet)
        #expect(configuration.learning.logitsLoss == .tet)
    }

    @Test func writtenOptionsMeanTheSameConfiguration() throws {
        var options = OptionList()
        options["model"] = "lsn50"
        options["timesteps"] = "6"
        options["learning-rate"] = "\(0.1 + 0.2)"
        let configuration = try TrainingConfiguration(options)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("lsn-\(UUID().uuidString).yaml").path
        try OptionFile.text(configuration).write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let arguments = try OptionFile.arguments(file)
        let ofDevice = ["--device=auto", "--numerics=fast", "--precision=highest"]
        #expect(arguments.filter(ofDevice.contains) == ofDevice)
        var again = try TrainingOptions.parsed(arguments.filter { !ofDevice.contains($0) }).configuration()
        // A file's widths are final.
        #expect(again.width == 1)
        again.width = configuration.width
        #expect(again == configuration)
    }

    @Test(arguments: [
        ("epochs", "0"), ("batch-size", "0"), ("timesteps", "-1"), ("width", "0"), ("width", "nan"), ("leak", "1.5"),
        ("threshold", "0"), ("learning-rate", "-1"), ("learning-rate", "inf"), ("weight-decay", "-0.1"),
        ("warmup-epochs", "9"), ("limit-train", "0"), ("max-steps", "0"), ("checkpoint-every", "0"), ("shift", "-1"),
        ("min-learning-rate", "-1e-9"), ("min-learning-rate", "0.006"), ("clip-grad-norm", "0"),
        ("clip-grad-norm", "nan"),
        ("mixup", "0"), ("mixup", "101"), ("cutmix", "-1"), ("cutmix", "nan"), ("ema", "0"), ("ema", "1"),
        ("cutout", "-1"), ("cutout", "1025"), ("random-erasing", "-0.1"),
        ("random-erasing", "1.01"),
        ("learning-rate-scale", "stem"), ("learning-rate-scale", "stem=0"), ("learning-rate-scale", "stem=0.1,=2"),
    ])
    func valuesOutOfRangeAreRefused(name: String, text: String) throws {
        var options = OptionList()
        options[name] = text
        let error = try #require(throws: ConfigurationError.self) { try TrainingConfiguration(options) }
        #expect(error.description.contains("--\(name) "), "\(error)")
    }

    @Test func aShiftOfPicturesThatAreResizedIsRefused() throws {
        var options = OptionList()
        options["dataset"] = "imagenet"
        #expect(try TrainingConfiguration(options).data.augmentation.shift == 0)
        options["shift"] = "3"
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(options) }
        #expect(error?.description.hasPrefix("--shift 3 has no effect: ") == true)
        #expect(error?.description.contains("--image-size native") == true)
        options["image-size"] = "native"
        #expect(try TrainingConfiguration(options).data.augmentation.shift == 3)
        options["image-size"] = "64"
        options["shift"] = "0"
        #expect(try TrainingConfiguration(options).data.augmentation.shift == 0)
    }

    @Test func ratesOfARecipeAreOnesThatDoSomething() throws {
        var options = OptionList()
        options["no-decay-norms"] = "true"
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(options) }
        #expect(error?.description.contains("--no-decay-norms: no parameter decays") == true)
        options["weight-decay"] = "0.1"
        options["min-learning-rate"] = "1e-5"
        options["learning-rate-scale"] = "stem=0.5,head=2"
        options["clip-grad-norm"] = "1"
        let learning = try TrainingConfiguration(options).learning
        #expect(learning.noDecayNorms == true && learning.clipGradNorm == 1)
        #expect(learning.rates.minimum == 1e-5)
        #expect(learning.learningRateScale?.scales.map(\.factor) == [0.5, 2])
        let again = try JSONDecoder().decode(LearningConfiguration.self, from: JSONEncoder().encode(learning))
        #expect(again == learning)
        options["schedule"] = "constant"
        let other = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(options) }
        #expect(other?.description.contains("--min-learning-rate: it is where the cosine ends") == true)
    }

    @Test func unknownModelsAreNamed() {
        var options = OptionList()
        options["model"] = "lsn91"
        let error = #expect(throws: NetworkError.self) { try TrainingConfiguration(options) }
        #expect(error?.description.contains("lsn91") == true)
        #expect(error?.description.contains("lsn19") == true)
    }
}
