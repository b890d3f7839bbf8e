import Foundation
import Testing

/// Every system, neuron, surrogate and loss through the command line: a step, a record, a checkpoint, an evaluation.
@Suite struct SystemTests {
    private let place: Workplace
    private static let tiny = [
        "train", "--device", "reference", "--timesteps", "2", "--limit-train", "8", "--limit-test", "4",
        "--batch-size", "4", "--epochs", "1", "--max-steps", "1", "--output", "run",
    ]
    private static let narrow = ["--width", "0.0625"]

    init() throws {
        place = try Workplace()
    }

    private static let systems: [[String]] =
        ["add", "and", "iand"].map { ["--model", "sew-resnet18", "--sew", $0] + narrow }
        + ["original", "bn-after-add", "relu-before-add", "relu-only-preactivation", "full-preactivation"].map {
            ["--model", "residual18", "--residual", $0] + narrow
        }
        + [["--model", "spiking-resnet18"] + narrow, ["--model", "ds-resnet20"] + narrow]
    private static let neurons: [[String]] = [
        ["--neuron", "if"], ["--neuron", "lif", "--leak", "0.25"], ["--neuron", "plif", "--leak", "0.75"],
        ["--neuron", "plif", "--model", "sew-resnet18"] + narrow, ["--threshold", "0.7", "--reset", "soft"],
        ["--reset", "hard", "--detach-reset"], ["--no-detach-reset"],
        ["--model", "ds-resnet20", "--neuron", "plif", "--threshold", "0.5"] + narrow,
    ]
    private static let surrogates: [[String]] = [
        ["--surrogate", "triangular", "--surrogate-height", "0.7"],
        ["--surrogate", "sigmoid", "--surrogate-slope", "3"],
        ["--surrogate", "arctan", "--surrogate-slope", "3"], ["--surrogate", "rectangle", "--surrogate-width", "0.8"],
        ["--surrogate", "dspike", "--surrogate-temperature", "4"], ["--surrogate", "dspike", "--surrogate-search"],
        ["--surrogate", "sigmoid"], ["--surrogate", "arctan"], ["--surrogate", "rectangle"],
        ["--model", "spiking-resnet18", "--surrogate", "dspike", "--no-surrogate-search"] + narrow,
    ]
    private static let losses: [[String]] = [
        ["--loss", "tet"], ["--loss", "tet", "--tet-lambda", "0.001", "--tet-phi", "-1"], ["--loss", "mpd"],
        ["--loss", "mpd", "--mpd-weight", "0.5", "--label-smoothing", "0.1"], ["--label-smoothing", "0.1"],
    ]

    @Test(arguments: systems + neurons + surrogates + losses)
    func aStepAndAnEvaluation(options: [String]) throws {
        let width = options.contains("--width") ? [] : ["--width", "0.02"]
        let result = try place.lsn(Self.tiny + width + options)
        #expect(result.code == 0, "\(result.errors)")
        #expect(try place.read("run/metrics.jsonl").contains("\"test_accuracy\""))
        let evaluation = try place.lsn("eval", "--checkpoint", "run", "--device", "reference")
        #expect(evaluation.code == 0, "\(evaluation.errors)")
        // What is recorded means the same run.
        let printed = try place.lsn("train", "--config", "run/config.json", "--print-config")
        #expect(printed.code == 0, "\(printed.errors)")
        #expect(try place.lsn("train", "--resume", "run").code == 0)
        #expect(try place.lsn("export", "--checkpoint", "run", "--format", "npz", "--output", "model.npz").code == 0)
    }

    @Test(arguments: [
        (["--sew", "and"], "--sew: lsn19 has no SEW function"), (["--residual", "original"], "--residual"),
        (["--model", "sew-resnet18", "--sew", "nand"], "did you mean 'and'?"),
        (["--surrogate", "triangel"], "did you mean 'triangular'?"), (["--loss", "tat"], "did you mean 'tet'?"),
        (["--neuron", "plyf"], "did you mean 'plif'?"),
        (["--model", "residual18", "--residual", "bn-after-sum"], "did you mean 'bn-after-add'?"),
        (["--surrogate-width", "1"], "surrogate-height, or the surrogate rectangle"),
        (["--tet-phi", "1"], "--loss tet"), (["--mpd-weight", "1"], "--loss mpd"),
        (["--surrogate-search"], "--surrogate dspike"), (["--neuron", "if", "--leak", "0.5"], "use the neuron lif"),
        (["--label-smoothing", "1"], "from 0 to less than 1"), (["--neuron", "relu"], "ReLUs"),
        (["--model", "residual18", "--neuron", "relu", "--reset", "soft"], "--reset"),
        (["--model", "residual18", "--neuron", "relu", "--timesteps", "4"], "1 time step"),
        (["--model", "ds-resnet20", "--surrogate-height", "1"], "surrogate-width"),
    ])
    func contradictionsComeWithAdvice(options: [String], advice: String) throws {
        let result = try place.lsn(["train", "--output", "run"] + options)
        #expect(result.code == 2)
        #expect(result.errors.contains(advice), "\(result.errors)")
        #expect(!place.exists("run"))
    }

    @Test func aNetworkOfReLUsIsConverted() throws {
        let arguments = [
            "convert", "--device", "reference", "--width", "0.0625", "--epochs", "1", "--limit-train", "40",
            "--limit-test", "10", "--timesteps", "20", "--calibration-samples", "20", "--output", "twin", "--json",
        ]
        let result = try place.lsn(arguments)
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try result.json() as? [String: Any])
        let points = try #require(report["accuracies"] as? [[String: Any]])
        #expect(points.compactMap { $0["time_steps"] as? Int } == [8, 16, 20])
        #expect((report["thresholds"] as? [[String: Any]])?.count == 17)
        #expect(try place.read("twin/converted.svg").contains("<polyline"))
        let again = try place.lsn(
            "convert",
            "--checkpoint",
            "twin",
            "--device",
            "reference",
            "--timesteps",
            "8",
            "--calibration-samples",
            "20"
        )
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.output.contains("with ReLU"))
        let evaluation = try place.lsn("eval", "--checkpoint", "twin/converted.safetensors", "--limit-test", "10")
        #expect(evaluation.code == 0, "\(evaluation.errors)")
    }

    @Test func onlyReLUsAreConverted() throws {
        #expect(try place.lsn(tinyTraining + ["--output", "spikes", "--max-steps", "1"]).code == 0)
        let result = try place.lsn("convert", "--checkpoint", "spikes")
        #expect(result.code == 2)
        #expect(result.errors.contains("--neuron relu"), "\(result.errors)")
        #expect(try place.lsn("convert", "--checkpoint", "spikes", "--epochs", "1").code == 2)
        #expect(try place.lsn("convert", "--timesteps", "0").code == 2)
        #expect(try place.lsn("convert", "--timesteps", "\(Int.max)").code == 2)
        let frames = try place.lsn("convert", "--dataset", "cifar10-dvs", "--data", ".")
        #expect(frames.code == 2 && frames.errors.contains("recordings of events"), "\(frames.errors)")
        let ignored = try place.lsn("convert", "--checkpoint", "spikes", "--limit-train", "10")
        #expect(ignored.code == 2 && ignored.errors.contains("--limit-train"), "\(ignored.errors)")
    }
}
