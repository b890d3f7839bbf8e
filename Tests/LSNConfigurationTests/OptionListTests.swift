import Foundation
import LSNConfiguration
import LSNTraining
import Testing

@Suite struct OptionListTests {
    @Test func namesTakeHyphensAndUnderscores() throws {
        let options: OptionList = [
            "batch-size": "12", "learning_rate": "1e-3", "optimizer": "adamw", "detach-reset": "true", "flip": "false",
        ]
        #expect(options["batch_size"] == "12" && options["learning-rate"] == "1e-3")
        let parsed = try TrainingOptions.parsed(options.arguments)
        #expect(parsed.learning.batchSize == 12)
        #expect(parsed.learning.learningRate == 1e-3)
        #expect(parsed.learning.optimizer == .adamw)
        #expect(parsed.network.neurons.detachReset == true)
        #expect(parsed.data.flip == false)
        #expect(parsed.run.seed == nil)
    }

    @Test(arguments: [
        ("epochs", "many", "from 1 to 1048576"), ("optimizer", "rmsprop", "one of adam, adamw, sgd"),
        ("width", "wide", "more than 0"), ("neuron", "LIF", "one of if, lif, plif, relu"),
        ("limit-train", "-1", "at least 1"), ("seed", "-1", "from 0 to 18446744073709551615"),
        ("leak", "1.5", "from 0 to 1"),
    ])
    func badValuesSayWhatIsExpected(name: String, text: String, expected: String) {
        var options = OptionList()
        options[name] = text
        let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(options) }
        let message = error?.description ?? ""
        #expect(message.contains("--\(name)") && message.contains(expected) && message.contains(text), "\(message)")
    }

    /// Earlier versions wrote numbers and truths.
    @Test func recordsOfEarlierVersionsRead() throws {
        let text = #"{"epochs": 3, "width": 0.0625, "flip": true, "model": "lsn19"}"#
        let options = try JSONDecoder().decode(OptionList.self, from: Data(text.utf8))
        #expect(options == ["epochs": "3", "width": "0.0625", "flip": "true", "model": "lsn19"])
        #expect(try JSONDecoder().decode(OptionList.self, from: JSONEncoder().encode(options)) == options)
    }

    @Test func contradictionsAreThoseThatChangeTheRun() throws {
        let recorded: OptionList = ["batch-size": "50", "epochs": "8", "learning-rate": "0.005"]
        let given: OptionList = [
            "batch-size": "60", "epochs": "80", "learning-rate": "0.005", "checkpoint-every": "5", "limit-train": "7",
            "memory": "lean", "timesteps": "3",
        ]
        let found = try TrainingConfiguration(given).contradictions(to: TrainingConfiguration(recorded))
        #expect(
            found == [
                .init(option: "--batch-size", given: "60", recorded: "50"),
                .init(option: "--limit-train", given: "7", recorded: "not set"),
                .init(option: "network.timesteps", given: "3", recorded: "4"),
            ]
        )
    }
}
