import LSNNetworks
import LSNTensors
import Testing

/// A model on a data set, and its count of trained values, reckoned apart from this program.
struct CountedModel: Sendable, CustomTestStringConvertible {
    let name: String
    let setting: Architecture.Setting
    let count: Int

    var testDescription: String { "\(name) \(setting.name)" }
}

@Suite("Architectures by name")
struct ArchitectureTableTests {
    static let counted = [
        CountedModel(name: "lsn15", setting: .cifar10DVS, count: 8_499_978),
        CountedModel(name: "lsn18", setting: .imagenet, count: 12_860_440),
        CountedModel(name: "lsn19", setting: .cifar10, count: 14_144_874),
        CountedModel(name: "lsn34", setting: .imagenet, count: 24_234_904),
        CountedModel(name: "lsn34-standard", setting: .imagenet, count: 42_898_984),
        CountedModel(name: "lsn50", setting: .imagenet, count: 26_436_568),
        CountedModel(name: "lsn71-standard", setting: .imagenet, count: 61_919_528),
        CountedModel(name: "lsn101", setting: .imagenet, count: 47_822_296),
        CountedModel(name: "lsn101", setting: .cifar10, count: 46_294_906),
        CountedModel(name: "lsn202", setting: .cifar10, count: 228_871_786),
        CountedModel(name: "lsn402", setting: .cifar10, count: 460_298_602),
        CountedModel(name: "lsn1001", setting: .cifar10, count: 1_157_565_802),
        CountedModel(name: "spiking-resnet18", setting: .imagenet, count: 11_689_512),
        CountedModel(name: "spiking-resnet19", setting: .cifar10, count: 12_697_994),
        CountedModel(name: "spiking-resnet19", setting: .cifar10DVS, count: 12_696_842),
        CountedModel(name: "spiking-resnet34", setting: .imagenet, count: 21_797_672),
        CountedModel(name: "spiking-resnet34-large", setting: .imagenet, count: 86_110_824),
        CountedModel(name: "spiking-resnet50", setting: .imagenet, count: 25_557_032),
        CountedModel(name: "spiking-resnet101", setting: .cifar10, count: 42_512_970),
        CountedModel(name: "spiking-resnet202", setting: .cifar10, count: 203_487_370),
        CountedModel(name: "sew-resnet18", setting: .imagenet, count: 11_689_512),
        CountedModel(name: "sew-resnet34", setting: .imagenet, count: 21_797_672),
        CountedModel(name: "sew-resnet50", setting: .imagenet, count: 25_557_032),
        CountedModel(name: "sew-resnet101", setting: .imagenet, count: 44_549_160),
        CountedModel(name: "sew-resnet152", setting: .imagenet, count: 60_192_808),
        CountedModel(name: "sew-resnet19", setting: .cifar10, count: 12_697_994),
        CountedModel(name: "sew-resnet202", setting: .cifar10, count: 203_487_370),
        CountedModel(name: "residual18", setting: .imagenet, count: 11_689_512),
        CountedModel(name: "residual34", setting: .imagenet, count: 21_797_672),
        CountedModel(name: "residual50", setting: .cifar10, count: 23_520_842),
        CountedModel(name: "residual101", setting: .imagenet, count: 44_549_160),
        CountedModel(name: "ds-resnet14", setting: .cifar10DVS, count: 2_777_098),
        CountedModel(name: "ds-resnet20", setting: .cifar10, count: 4_327_754),
    ]

    @Test("Trained values are counted rightly", arguments: counted)
    func parameterCount(model: CountedModel) throws {
        let architecture = try Architecture.named(model.name)
        #expect(architecture.settings.contains(model.setting))
        #expect(try architecture.describe(for: model.setting).parameterCount == model.count)
    }

    @Test("Every architecture is counted")
    func everyNameIsCounted() {
        #expect(Set(Self.counted.map(\.name)) == Set(Architecture.all.map(\.name)))
        #expect(Set(Architecture.all.map(\.name)).count == Architecture.all.count)
    }

    @Test("A name says how many layers there are", arguments: Architecture.all)
    func layers(architecture: Architecture) throws {
        let digits = architecture.name.drop { !$0.isNumber }.prefix { $0.isNumber }
        // lsn1001 counts its convolutions, since no whole number of blocks leaves 1,001 with the last layer.
        let description = try architecture.standard
        #expect(Int(digits) == (architecture.name == "lsn1001" ? description.layers - 1 : description.layers))
        #expect(description.blockCount == architecture.template.blockCount)
        #expect(description.blockCount == description.blocks.count)
    }

    @Test("The width multiplies every stage and the stem, rounding down, and leaves the hidden layer alone")
    func width() throws {
        let description = try Architecture.named("lsn19").describe(
            NetworkOverrides(width: 0.07),
            classes: 10,
            inChannels: 1,
            imageHeight: 28,
            imageWidth: 28
        )
        #expect(description.widths == [8, 17, 35])
        #expect(description.stemWidth == 8)
        #expect(description.head == .fc256)
        #expect(description.blocks.map(\.stride) == [1, 1, 1, 2, 1, 1, 2, 1])
        #expect(description.blocks.map(\.inChannels) == [8, 8, 8, 8, 17, 17, 17, 35])
        #expect(description.blocks.map(\.hasProjection) == [false, false, false, true, false, false, true, false])
    }

    @Test("A bottleneck's first block widens even at stride 1")
    func bottleneck() throws {
        let blocks = try Architecture.named("lsn50").describe(for: .cifar10).blocks
        #expect(blocks[0].hasProjection && blocks[0].stride == 1)
        #expect(blocks[0].inChannels == 48 && blocks[0].outChannels == 192)
        #expect(!blocks[1].hasProjection)
        #expect(blocks[3].hasProjection && blocks[3].stride == 2)
    }

    @Test("The stem goes by the size of the picture", arguments: [(32, Stem.cifar), (64, .cifar), (65, .imagenet)])
    func stem(size: Int, stem: Stem) throws {
        let description = try Architecture.named("lsn101").describe(
            classes: 10,
            inChannels: 3,
            imageHeight: 8,
            imageWidth: size
        )
        #expect(description.stem == stem)
    }

    @Test("Deep networks start nearer to the identity")
    func start() throws {
        let shallow = try Architecture.named("lsn19").describe(for: .cifar10)
        #expect(shallow.stages.allSatisfy { $0.branchScale == 0.5 && $0.branchBias == 0 })
        #expect(shallow.neuron.surrogate == .triangular(height: 1))
        let deep = try Architecture.named("lsn50").describe(for: .imagenet)
        #expect(deep.stages.allSatisfy { $0.branchScale == 0.1 && abs($0.branchBias - 0.2) < 1e-6 })
        #expect(deep.neuron.surrogate == .triangular(height: 0.7))
        func height(_ name: String) throws -> Float {
            try Architecture.named(name).describe(for: .cifar10).neuron.surrogate.parameter
        }
        #expect(try height("lsn101") == 0.7)
        #expect(abs(try height("lsn202") - 0.7 * Float(0.33).squareRoot()) < 1e-6)
        #expect(try height("lsn1001") == 0.3)
        let integrating = BranchInitialization.biasBound(neuron: Neuron(leak: 1), timeSteps: 4)
        #expect(integrating == 0.25)
    }

    @Test("An unknown name is answered with the nearest and with all")
    func unknownName() {
        let error = #expect(throws: NetworkError.self) { try Architecture.named("lsn91") }
        let text = error?.description ?? ""
        #expect(text.contains("\"lsn91\""))
        #expect(text.contains("did you mean"))
        for architecture in Architecture.all { #expect(text.contains(architecture.name)) }
        let far = #expect(throws: NetworkError.self) { try Architecture.named("transformer") }
        #expect(far?.description.contains("did you mean") == false)
    }

    @Test("Settings that no network can have are refused")
    func refusals() throws {
        let architecture = try Architecture.named("lsn19")
        func describe(
            width: Double? = nil,
            timeSteps: Int? = nil,
            classes: Int = 10,
            size: Int = 28,
            neuron: Neuron? = nil,
            scale: Float? = nil,
            bias: Float? = nil
        ) throws -> NetworkDescription {
            try architecture.describe(
                NetworkOverrides(width: width, timeSteps: timeSteps),
                size: size,
                channels: 1,
                classes: classes,
                neuron: neuron,
                scale: scale,
                bias: bias
            )
        }
        #expect(throws: NetworkError.self) { try describe(width: 0) }
        #expect(throws: NetworkError.self) { try describe(width: .nan) }
        #expect(throws: NetworkError.self) { try describe(width: 0.001) }
        #expect(throws: NetworkError.self) { try describe(width: 1e9) }
        #expect(throws: NetworkError.self) { try describe(timeSteps: 0) }
        #expect(throws: NetworkError.self) { try describe(classes: 0) }
        #expect(throws: NetworkError.self) { try describe(size: 0) }
        #expect(throws: NetworkError.self) { try describe(neuron: Neuron(threshold: 0)) }
        #expect(throws: NetworkError.self) { try describe(neuron: Neuron(leak: 1.5)) }
        #expect(throws: NetworkError.self) { try describe(scale: .infinity) }
        #expect(throws: NetworkError.self) { try describe(scale: 0, bias: 0) }
        #expect(throws: NetworkError.self) { try describe(scale: 0, bias: 0.54) }
        #expect(try describe(scale: 0, bias: 0.3).stages[0].branchBias == 0.3)
    }
}
