import LSNConfiguration
import LSNNetworks
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNTraining

@Suite struct ParameterGroupTests {
    /// What `groups()` of Tests/LSNConformanceTests/Golden/recipes.py prints: with the whole learning rate decaying and not, with
    /// a quarter of it decaying and not.
    private static let expected: [OptimizerKind: [Float]] = [
        .adam: [0.31696465611457825, 0.39464476704597473, 0.45231014490127563, 0.4736611843109131],
        .adamw: [0.33125177025794983, 0.39464476704597473, 0.45565128326416016, 0.4736611843109131],
        .sgd: [0.29512497782707214, 0.4272499978542328, 0.4472636878490448, 0.4818125069141388],
    ]

    @Test(arguments: OptimizerKind.allCases)
    func groupsHaveTheirOwnRateAndDecay(kind: OptimizerKind) throws {
        var options = tinyOptions()
        options["weight-decay"] = "0.5"
        options["no-decay-norms"] = "true"
        options["learning-rate-scale"] = "stages.0=3,stages.0.1=0.25"
        options["optimizer"] = kind.rawValue
        options["freeze"] = "stages.2"
        let configuration = try TrainingConfiguration(options)
        let backend = Backend(ReferenceBackend())
        let network = try configuration.network(configuration.networkDescription(for: tinyData()), on: backend)
        let parameters = network.parameters
        let optimizer = try Optimizer(
            kind,
            weightDecay: 0.5,
            groups: configuration.learning.groups,
            parameters: parameters,
            backend: backend
        )
        func fill(_ storage: any Storage, _ value: Float) throws {
            try backend.write([Float](repeating: value, count: parameters.wordCount), to: storage)
        }
        try fill(parameters.values, 0.5)
        for (index, gradient) in [Float(0.25), -0.5, 1].enumerated() {
            try fill(parameters.gradients, gradient)
            try optimizer.update(parameters, learningRate: 0.1, step: index + 1)
        }
        let expected = try #require(Self.expected[kind])
        var seen: Set<Int> = []
        for tensor in try parameters.exportState().prefix(parameters.entries.count) {
            let isScaled = tensor.name.hasPrefix("stages.0.1.")
            // Three times the rate is a case of its own, which the longer path overrules.
            guard isScaled || !tensor.name.hasPrefix("stages.0.") else { continue }
            let place = (isScaled ? 2 : 0) + (tensor.shape.count == 1 ? 1 : 0)
            let value = tensor.name.hasPrefix("stages.2.") ? 0.5 : expected[place]
            #expect(tensor.values.allSatisfy { abs($0 - value) < 1e-6 }, "\(tensor.name)")
            seen.insert(place)
        }
        #expect(seen == [0, 1, 2, 3])
    }

    @Test func theLastFactorOfAPathCounts() throws {
        let first = try #require(LearningRateScales("stem=0.5,head=2"))
        let second = try #require(LearningRateScales("stem=4"))
        let both = try #require(LearningRateScales([first, second]))
        #expect(both.scales.map(\.path) == ["stem", "head"] && both.scales.map(\.factor) == [4, 2])
        #expect(both.factor(of: "stem.conv.weight") == 4)
        #expect(both.factor(of: "stemless.weight") == 1)
        #expect(LearningRateScales([]) == nil)
        for text in ["", "stem", "stem=", "=1", "stem=-1", "stem=inf", "stem=1,", "stem=1=2"] {
            #expect(LearningRateScales(text) == nil, "\(text)")
        }
    }

    @Test func pathsThatAreNotThereAreRefused() throws {
        func error(_ change: (inout OptionList) -> Void) throws -> String {
            var options = tinyOptions()
            change(&options)
            let configuration = try TrainingConfiguration(options)
            let description = try configuration.networkDescription(for: tinyData())
            let error = #expect(throws: ConfigurationError.self) {
                _ = try configuration.network(description, on: Backend(ReferenceBackend()))
            }
            return error?.description ?? ""
        }
        let unknown = try error { $0["learning-rate-scale"] = "stages.0=2,stagse=3" }
        #expect(unknown.hasPrefix("--learning-rate-scale: no parameter's name begins with stagse."))
        #expect(unknown.contains("stages.0") && unknown.contains("head"))
        let frozen = try error {
            $0["learning-rate-scale"] = "stem=2"
            $0["freeze"] = "stem"
        }
        #expect(frozen.contains("--learning-rate-scale: all parameters below stem are frozen"))
    }
}
