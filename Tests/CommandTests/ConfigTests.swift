import Foundation
import Testing

@Suite struct ConfigTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func printed(_ arguments: String...) throws -> [String: String] {
        let result = try place.lsn(["train", "--print-config"] + arguments)
        #expect(result.code == 0, "\(result.errors)")
        let pairs = result.output.split(separator: "\n").filter { $0.contains(": ") }.map { line in
            line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        }
        return Dictionary(pairs.map { ($0[0], $0[1]) }) { first, _ in first }
    }

    @Test func defaults() throws {
        let values = try printed()
        #expect(values["name"] == "lsn19")
        #expect(values["stem"] == "{width: 8}")
        #expect(values["batch-size"] == "20")
        #expect(values["learning-rate"] == "0.005")
        #expect(values["epochs"] == "8")
        #expect(values["shift"] == "2")
        #expect(values["start"] == "{branch-scale: 0.5, branch-bias: 0, head-gain: 1}")
    }

    @Test func theCommandLineWinsOverTheFile() throws {
        try place.write("epochs: 3\nbatch_size: 7\nlearning-rate: 1e-3  # comment\nflip: true\n", to: "a.yaml")
        let values = try printed("--config", "a.yaml", "--epochs", "5")
        #expect(values["epochs"] == "5")
        #expect(values["batch-size"] == "7")
        #expect(values["learning-rate"] == "0.001")
        #expect(values["flip"] == "true")
    }

    /// As editors on Windows write them.
    @Test(arguments: [String.Encoding.utf8, .utf16LittleEndian, .utf16BigEndian])
    func aByteOrderMarkIsNoText(encoding: String.Encoding) throws {
        let text = "\u{FEFF}epochs: 3\r\n# Größe\r\nbatch-size: 7\r\n"
        try #require(text.data(using: encoding)).write(to: URL(fileURLWithPath: place.file("a.yaml")))
        let values = try printed("--config", "a.yaml")
        #expect(values["epochs"] == "3")
        #expect(values["batch-size"] == "7")
    }

    @Test func whatIsPrintedReadsBackTheSame() throws {
        let first = try place.lsn(
            "train",
            "--print-config",
            "--model",
            "lsn101",
            "--data",
            "a: b",
            "--branch-bias",
            "-0.1"
        )
        try first.output.write(toFile: place.file("b.yaml"), atomically: true, encoding: .utf8)
        let second = try place.lsn("train", "--print-config", "--config", "b.yaml")
        #expect(first.code == 0)
        #expect(second.output == first.output)
        #expect(first.output.contains("-0.1"))
    }

    @Test(arguments: [
        ("learning-rat: 1\n", "c.yaml:1: there is no option called 'learning-rat'; did you mean 'learning-rate'?"),
        ("epochs: 2\nepochs: 3\n", "'epochs'"),
        ("epochs: 2\n\nbatch-size: many\n", "c.yaml:3: The value 'many' is invalid for '--batch-size"),
        ("- epochs\n", "c.yaml:1: expected lines of the form `name: value`"),
        ("epochs: [1, 2]\n", "'epochs' takes a single value"),
        ("epochs: {a\n", "c.yaml: not YAML"),
        ("output: x\n", "'output'"),
    ])
    func mistakesInAFileAreNamed(text: String, message: String) throws {
        try place.write(text, to: "c.yaml")
        let result = try place.lsn("train", "--config", "c.yaml", "--print-config")
        #expect(result.code == 2)
        #expect(result.errors.contains(message), "\(result.errors)")
    }

    @Test func anEmptyFileChangesNothing() throws {
        try place.write("# nothing\n", to: "d.yaml")
        #expect(try printed("--config", "d.yaml") == printed())
    }

    /// A run's own record repeats it.
    @Test func aRunsRecordIsAnOptionFile() throws {
        #expect(try place.lsn(tinyTraining + ["--output", "a", "--seed", "5"]).code == 0)
        let result = try place.lsn("train", "--config", "a/config.json", "--output", "b")
        #expect(result.code == 0, "\(result.errors)")
        #expect(try metrics(place.file("a")) == metrics(place.file("b")))
        #expect(
            FileManager.default.contents(atPath: place.file("a/checkpoint-best.safetensors"))
                == FileManager.default.contents(atPath: place.file("b/checkpoint-best.safetensors"))
        )
    }
}
