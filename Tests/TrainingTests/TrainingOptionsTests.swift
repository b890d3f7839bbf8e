import Foundation
import Testing

@testable import Training

@Suite struct TrainingOptionsTests {
    @Test func everyOptionHasAField() {
        #expect(TrainingOptions.fields.map(\.key) == TrainingOptions.CodingKeys.allCases)
    }

    @Test func namesTakeHyphensAndUnderscores() throws {
        var options = TrainingOptions()
        try options.set("batch-size", to: "12")
        try options.set("learning_rate", to: "1e-3")
        try options.set("optimizer", to: "adamw")
        try options.set("detach-reset", to: "true")
        #expect(options.batchSize == 12)
        #expect(options.learningRate == 1e-3)
        #expect(options.optimizer == .adamw)
        #expect(options.detachReset == true)
    }

    @Test func unknownNamesComeWithTheNearest() {
        var options = TrainingOptions()
        #expect(throws: ConfigurationError.unknownOption(name: "learning-rat", nearest: "learning-rate")) {
            try options.set("learning-rat", to: "1")
        }
        #expect(throws: ConfigurationError.unknownOption(name: "xyzzyplugh", nearest: nil)) {
            try options.set("xyzzyplugh", to: "1")
        }
    }

    @Test(arguments: [
        ("epochs", "many", "a whole number"), ("optimizer", "rmsprop", "one of adam, adamw, sgd"),
        ("flip", "perhaps", "true or false"), ("width", "wide", "a number"),
        ("neuron", "LIF", "one of if, lif, plif, relu"),
    ])
    func badValuesSayWhatIsExpected(name: String, text: String, expected: String) {
        var options = TrainingOptions()
        #expect(throws: ConfigurationError.badValue(option: "--\(name)", text: text, expected: expected)) {
            try options.set(name, to: text)
        }
    }

    @Test func givenOptionsOverrideOthers() {
        var base = TrainingOptions()
        base.epochs = 3
        base.seed = 1
        var given = TrainingOptions()
        given.epochs = 9
        given.model = "lsn34"
        let merged = given.overriding(base)
        #expect(merged.epochs == 9)
        #expect(merged.seed == 1)
        #expect(merged.model == "lsn34")
    }

    @Test func textReadsBackAsTheSameOptions() throws {
        let options = try TrainingConfiguration(TrainingOptions()).options
        var again = TrainingOptions()
        for (key, text) in options.listing {
            try again.set(key.rawValue, to: text)
        }
        #expect(again == options)
    }

    @Test func contradictionsAreThoseThatChangeTheRun() {
        var recorded = TrainingOptions()
        recorded.batchSize = 50
        recorded.epochs = 8
        recorded.learningRate = 0.005
        var given = TrainingOptions()
        given.batchSize = 60
        given.epochs = 80
        given.learningRate = 0.005
        given.checkpointEvery = 5
        given.limitTrain = 7
        #expect(
            given.contradictions(to: recorded) == [
                .init(option: "--batch-size", given: "60", recorded: "50"),
                .init(option: "--limit-train", given: "7", recorded: "not set"),
            ]
        )
    }
}
