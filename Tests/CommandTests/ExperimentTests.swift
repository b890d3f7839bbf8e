import Foundation
import Testing

/// The reference, and OpenCL where there is a device; without any only where LSN_REQUIRE_OPENCL asks for one.
private let devices: [String] = {
    if ProcessInfo.processInfo.environment["LSN_REQUIRE_OPENCL"] == "1" { return ["reference", "opencl"] }
    guard let place = try? Workplace(), let result = try? place.lsn("devices", "--json") else { return ["reference"] }
    return result.output.contains("\"opencl:") ? ["reference", "opencl"] : ["reference"]
}()

@Suite struct ExperimentTests {
    private let place: Workplace
    private let budget = [
        "--channels", "2", "--timesteps", "1", "--limit-train", "20", "--limit-test", "10", "--batch-size", "10",
    ]

    init() throws {
        place = try Workplace()
    }

    private func object(_ result: CommandResult) throws -> [String: Any] {
        #expect(result.code == 0, "\(result.errors)")
        return try #require(try result.json() as? [String: Any])
    }

    private func file(_ name: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(place.read(name).utf8))
        return try #require(value as? [String: Any])
    }

    @Test(arguments: devices)
    func aRunIsAnalysed(device: String) throws {
        let training = tinyTraining.map { $0 == "reference" ? device : $0 }
        #expect(try place.lsn(training + ["--output", "run"]).code == 0)
        let report = try object(place.lsn("analyze", "run", "--device", device, "--limit-test", "15", "--json"))
        #expect(report["samples"] as? Int == 15)
        #expect(report["model"] as? String == "lsn19")
        #expect((report["outputs"] as? [String: Any])?["is_binary"] as? Bool == true)
        let blocks = try #require(report["blocks"] as? [[String: Any]])
        #expect(blocks.count == 9)
        for key in ["excitatory_rate", "inhibitory_rate", "output_rate", "identity_share", "gradient_norm"] {
            #expect(blocks[1][key] is Double, "\(key)")
        }
        let energy = try #require(report["energy"] as? [String: Any])
        #expect((energy["joules"] as? Double ?? 0) > 0)
        for name in ["analysis.json", "rates.svg", "gradients.svg", "operations.svg"] {
            #expect(place.exists("run/analysis/\(name)"), "\(name)")
        }
        let text = try place.lsn(
            "analyze",
            "run",
            "--device",
            device,
            "--checkpoint",
            "last",
            "--output",
            "elsewhere",
            "--limit-test",
            "5"
        )
        #expect(text.code == 0)
        #expect(text.output.contains("E = I") && text.output.contains("every block's output is 0 or 1"))
        #expect(place.exists("elsewhere/rates.svg"))
    }

    @Test func whatCannotBeAnalysedIsNamed() throws {
        for (arguments, text) in [
            (["analyze", "nowhere"], "nowhere"), (["analyze"], "<run>"),
            (["analyze", ".", "--limit-test", "0"], "--limit-test"),
        ] {
            let result = try place.lsn(arguments)
            #expect(result.code == 2)
            #expect(result.errors.contains(text), "\(result.errors)")
        }
        #expect(try place.lsn(tinyTraining + ["--output", "run", "--max-steps", "1"]).code == 0)
        try FileManager.default.removeItem(atPath: place.file("run/checkpoint-best.safetensors"))
        let result = try place.lsn("analyze", "run", "--device", "reference")
        #expect(result.code == 2)
        #expect(result.errors.contains("checkpoint-best"), "\(result.errors)")
    }

    @Test(arguments: devices)
    func tablesAndCurvesComeFromTheDevice(device: String) throws {
        let table = try object(place.lsn("experiment", "table5", "--device", device, "--json"))
        let rows = try #require(table["rows"] as? [[String: Any]])
        #expect(rows.map { $0["output"] as? Int } == [0, 0, 1, 0, 1, 0, 1, 1])
        #expect(rows.map { $0["d_i"] as? Int } == [0, 0, -1, -1, -1, -1, 0, 0])
        let text = try place.lsn("experiment", "table5", "--device", device, "--output", "five")
        #expect(text.output.contains("(printed: 1)"))
        #expect(try text.output.hasPrefix(place.read("five/report.md")))

        let curves = try object(
            place.lsn("experiment", "surrogates", "--device", device, "--points", "5", "--output", "one", "--json")
        )
        #expect((curves["places"] as? [Double]) == [-2, -1, 0, 1, 2])
        #expect(try place.read("one/surrogates.csv").split(separator: "\n").count == 6)
        #expect(try place.read("one/surrogates.svg").hasPrefix("<svg"))
    }

    @Test(arguments: devices)
    func startsAreMeasured(device: String) throws {
        let command =
            [
                "experiment", "start", "--models", "lsn19", "spiking-resnet19", "--starts", "1:0", "0:0.5", "--heights",
                "1",
            ]
            + ["--steps", "2", "--device", device, "--output", "start"] + budget
        let results = try object(place.lsn(command + ["--json"]))
        let trials = try #require(results["trials"] as? [[String: Any]])
        #expect(trials.count == 3)
        for trial in trials {
            let start = try #require(trial["at_start"] as? [String: Any])
            #expect((start["growth"] as? [String: Any])?["ratio"] is Double)
        }
        let again = try place.lsn(command)
        #expect(again.code == 0)
        #expect(again.output.contains("independent program"))
        #expect(!again.errors.contains("[1/3]"), "what is measured is not measured again")
        let other = try place.lsn(command + ["--seed", "5"])
        #expect(other.code == 2)
        #expect(other.errors.contains("start"), "\(other.errors)")
    }

    @Test(arguments: devices)
    func theFiveOrdersAreTrained(device: String) throws {
        let command = ["experiment", "table1", "--models", "residual18", "--epochs", "1", "--device", device] + budget
        let results = try object(place.lsn(command + ["--json"]))
        let runs = try #require(results["runs"] as? [[String: Any]])
        #expect(runs.count == 10)
        let report = try place.read("experiments/table1/report.md")
        #expect(report.contains("| original | S(x + B C S B C(x)) |"))
        #expect(report.contains("| binary |") && report.contains("| integers |") && report.contains("| floats |"))
    }

    /// Numbers of every epoch, times left out.
    private func epochs(_ folder: String) throws -> [[Double]] {
        let runs = try #require(try file("\(folder)/results.json")["runs"] as? [[String: Any]])
        return try runs.map { run in
            let record = try #require(run["record"] as? [String: Any])
            let epochs = try #require(record["epochs"] as? [[String: Any]])
            return epochs.flatMap { epoch in
                ["train_loss", "test_loss", "test_accuracy"].compactMap { epoch[$0] as? Double }
            }
        }
    }

    @Test(arguments: devices)
    func aDepthExperimentThatIsKilledContinues(device: String) throws {
        let command =
            ["experiment", "depth", "--systems", "lsn", "sew-resnet", "--depths", "19", "--epochs", "2"]
            + ["--device", device] + budget
        let whole = try place.lsn(command + ["--output", "whole"])
        #expect(whole.code == 0, "\(whole.errors)")
        #expect(whole.output.contains("## The paper's claims"))
        let running = try place.start(program, command + ["--output", "killed"])
        running.wait { place.exists("killed/runs/sew-resnet19-seed0/checkpoint-last.safetensors") }
        kill(running.process.processIdentifier, SIGKILL)
        _ = try running.result()
        let resumed = try place.lsn(command + ["--output", "killed"])
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(!resumed.errors.contains("[1/2]"), "a finished run is not run again")
        #expect(try epochs("killed") == epochs("whole"))
        #expect(try epochs("whole").map(\.count) == [6, 6])
        for name in ["accuracy-by-depth.svg", "accuracy-lsn.svg", "gradients-19.svg", "rates-lsn19.svg", "report.md"] {
            #expect(place.exists("killed/\(name)"), "\(name)")
        }
    }

    @Test(
        arguments: [
            (["depth", "--depths", "20"], "lsn20"), (["depth", "--systems", "vgg"], "vgg"),
            (["depth", "--channels", "0"], "--channels"), (["start", "--models", "lsn20"], "lsn20"),
            (["start", "--starts", "1"], "--starts"), (["start", "--steps", "-1"], "--steps"),
            (["table1", "--models", "lsn19"], "lsn19"), (["surrogates", "--points", "1"], "--points"),
            (["table5", "--device", "gpu"], "gpu"), (["table9"], "table9"),
        ] as [([String], String)]
    )
    func whatNoExperimentCanBeAskedIsNamed(arguments: [String], text: String) throws {
        let result = try place.lsn(["experiment"] + arguments)
        #expect(result.code == 2)
        #expect(result.errors.contains(text), "\(result.errors)")
        #expect(!place.exists("experiments"))
    }
}
