import Foundation
import LSNFileFormats
import Testing

/// Networks in files, as a user trains them.
@Suite struct NetworkFileTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    /// The networks that docs/Networks.md shows, in order.
    private func documented() throws -> [String] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/Networks.md")
        let blocks = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```yaml\n").dropFirst()
        return blocks.map { $0.components(separatedBy: "```")[0] }
    }

    @Test(.enabled(if: hasOpenCL), arguments: ["reference", "opencl"])
    func theNetworksOfTheDocumentationTrain(device: String) throws {
        let networks = try documented()
        try #require(networks.count == 3)
        #expect(try place.lsn("data", "simulate-dvs", "--output", "events", "--per-class", "2").code == 0)
        for (index, text) in networks.enumerated() {
            try place.write(text, to: "network\(index).yaml")
            let data =
                text.contains("events")
                ? ["--dataset", "cifar10-dvs", "--data", "events", "--image-size", "64", "--width", "0.5"]
                : ["--limit-train", "8"]
            let result = try place.lsn(
                ["train", "--model", "network\(index).yaml", "--device", device, "--output", "run\(index)"]
                    + ["--max-steps", "2", "--batch-size", "2", "--limit-test", "2"] + data
            )
            #expect(result.code == 0, "\(result.errors)")
            #expect(try metrics(place.file("run\(index)")).count == 1)
            // The checkpoint needs neither the file nor a table of names.
            try FileManager.default.removeItem(atPath: place.file("network\(index).yaml"))
            let evaluated = try place.lsn(
                "eval",
                "--checkpoint",
                "run\(index)",
                "--limit-test",
                "2",
                "--device",
                device
            )
            #expect(evaluated.code == 0, "\(evaluated.errors)")
            let resumed = try place.lsn("train", "--resume", "run\(index)", "--max-steps", "3")
            #expect(resumed.code == 0, "\(resumed.errors)")
        }
    }

    /// A model's own description gives its bits.
    @Test func whatIsShownTrainsToTheSameBits() throws {
        let shown = try place.lsn("models", "--show", "lsn19", "--width", "0.01")
        #expect(shown.code == 0, "\(shown.errors)")
        try place.write(shown.output, to: "my.yaml")
        let again = try place.lsn("models", "--show", "my.yaml")
        #expect(again.output == shown.output)
        #expect(try place.lsn(tinyTraining + ["--output", "named"]).code == 0)
        let file = tinyTraining.filter { !["--width", "0.01"].contains($0) } + ["--model", "my.yaml"]
        #expect(try place.lsn(file + ["--output", "described"]).code == 0)
        #expect(try metrics(place.file("named")) == metrics(place.file("described")))
        let names = ["named", "described"].map { place.file("\($0)/checkpoint-last.safetensors") }
        let files = try names.map { try Safetensors.read($0) }
        #expect(files[0].names == files[1].names)
        #expect(files[0].names.allSatisfy { files[0][$0] == files[1][$0] })
    }

    @Test(arguments: [
        ("stages:\n  - {blocks: 1, width: 8, strid: 2}\n", "net.yaml:2:", "did you mean 'stride'?"),
        ("familly: lsn\nstages: [{blocks: 1, width: 8}]\n", "net.yaml:1:", "did you mean 'family'?"),
        ("stages:\n- {blocks: 1, width: 8}\nneuron:\n  reset: sof\n", "net.yaml:4:", "one of hard, soft"),
        ("stages:\n- blocks: many\n  width: 8\n", "net.yaml:2:", "'blocks' is not a whole number"),
        ("stages:\n- {blocks: 1}\n", "net.yaml:2:", "'width' is missing"),
        ("stages: []\n", "net.yaml:1:", "at least one"), ("name: x\n", "net.yaml:1:", "'stages' is missing"),
        ("family: lsn\nfunction: add\nstages: [{blocks: 1, width: 8}]\n", "net.yaml:2:", "family: sew"),
        (
            "family: sew\nstages: [{blocks: 1, width: 8}, {blocks: 1, width: 8, family: lsn}]\n", "net.yaml:1:",
            "stage 1"
        ),
        ("stages: [{blocks: 1, width: 8}]\nneuron: {surrogate-slope: 2}\n", "net.yaml:1:", "surrogate-slope"),
        ("- 1\n", "net.yaml:1:", "expected a network"), ("", "net.yaml:1:", "no network"),
        ("a: {b\n", "net.yaml", "YAML"),
    ])
    func mistakesAreNamedWithTheirLine(text: String, place line: String, message: String) throws {
        try place.write(text, to: "net.yaml")
        let result = try place.lsn("train", "--model", "net.yaml", "--device", "reference")
        #expect(result.code == 2)
        #expect(result.errors.contains(line) && result.errors.contains(message), "\(result.errors)")
    }

    @Test func optionsComeBeforeTheFile() throws {
        try place.write("stages: [{blocks: 1, width: 8}]\nneuron: {leak: 0.25}\nhead: fc256\n", to: "net.yaml")
        let shown = try place.lsn("models", "--show", "net.yaml", "--width", "0.5", "--leak", "0.75", "--head", "fc")
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(shown.output.contains("width: 4") && shown.output.contains("leak: 0.75"), "\(shown.output)")
        #expect(shown.output.contains("head: fc\n"))
        let unknown = try place.lsn("models", "--show", "lsn20")
        #expect(unknown.code == 2 && unknown.errors.contains("lsn202"))
        #expect(try place.lsn("models", "--width", "0.5").code == 2)
    }
}
