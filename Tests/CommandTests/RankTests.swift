import Foundation
import Testing

/// Runs that several processes share: real ones, started by mpirun.
@Suite(.enabled(if: hasMPI)) struct RankTests {
    private let place: Workplace

    init() throws { place = try Workplace() }

    /// Two epochs, the second of whose batches has fewer samples than the first.
    private static let options = [
        "--width", "0.02", "--limit-train", "22", "--limit-test", "30", "--batch-size", "12", "--epochs", "2",
    ]

    /// A network of each kind that has its own way through a step.
    static let systems: [String: [String]] = [
        "lsn-lean": ["--timesteps", "1", "--memory", "lean"],
        "sew": ["--model", "sew-resnet19", "--timesteps", "1"],
        "plif-tet": ["--timesteps", "2", "--neuron", "plif", "--loss", "tet"],
        "recipe": [
            "--timesteps", "1", "--optimizer", "adamw", "--weight-decay", "0.05", "--no-decay-norms",
            "--learning-rate-scale", "stem=0.5",
            "--min-learning-rate", "1e-4", "--clip-grad-norm", "0.05", "--ema", "0.9", "--mixup", "0.8", "--cutmix",
            "1",
            "--cutout", "8",
            "--random-erasing", "0.5",
        ],
        "dspike-mpd": ["--timesteps", "1", "--surrogate", "dspike", "--loss", "mpd"],
        "events": [
            "--dataset", "cifar10-dvs", "--data", "dvs", "--split", "random:4", "--image-size", "12", "--timesteps",
            "2",
            "--limit-train", "10", "--limit-test", "8", "--batch-size", "5",
        ],
    ]

    private func makeEvents() throws {
        let made = try place.lsn("data", "simulate-dvs", "--output", "dvs", "--per-class", "2", "--milliseconds", "20")
        try #require(made.code == 0, "\(made.errors)")
    }

    /// Runs a system with four micro-batches on one process and on several, and compares.
    private func compare(_ system: String, device: String, ranks: [Int]) throws {
        if system == "events" { try makeEvents() }
        let arguments =
            ["train", "--device", device, "--micro-batches", "4"] + Self.options + (Self.systems[system] ?? [])
        let whole = try place.lsn(arguments + ["--output", "1"])
        #expect(whole.code == 0, "\(whole.errors)")
        if device != "reference" { try place.shareKernels(ranks: 4) }
        for count in ranks {
            let shared = try place.ranks(count, arguments + ["--output", "\(count)"])
            #expect(shared.code == 0, "\(shared.errors)")
            try expectSameRun(place, "1", "\(count)", "\(count) ranks")
        }
    }

    @Test(arguments: systems.keys.sorted()) func bitsDoNotDependOnTheRanks(system: String) throws {
        try compare(system, device: "reference", ranks: [2, 4])
    }

    @Test(.enabled(if: hasOpenCL), arguments: ["lsn-lean", "sew", "plif-tet", "recipe", "events"])
    func bitsDoNotDependOnTheRanksOfADevice(system: String) throws {
        try compare(system, device: "opencl", ranks: [2, 4])
    }

    /// Three ranks of six micro-batches; what they began goes on on one process and on two.
    @Test func aRunGoesOnOnAnotherNumberOfRanks() throws {
        let arguments = tinyTraining + ["--micro-batches", "6"]
        #expect(try place.lsn(arguments + ["--output", "whole"]).code == 0)
        let three = try place.ranks(3, arguments + ["--output", "three"])
        #expect(three.code == 0, "\(three.errors)")
        try expectSameRun(place, "whole", "three", "3 ranks")
        #expect(try place.ranks(3, arguments + ["--output", "parts", "--max-steps", "3"]).code == 0)
        #expect(try place.lsn("train", "--resume", "parts", "--max-steps", "5").code == 0)
        let last = try place.ranks(2, ["train", "--resume", "parts"])
        #expect(last.code == 0, "\(last.errors)")
        try expectSameRun(place, "whole", "parts", "3, 1 and 2 ranks")
        let config = try place.leaves("parts/config.json")
        #expect(config["learning.micro_batches"] == "6")
        #expect(config["ranks[2].device"] == "reference" && config["ranks[3].device"] == nil)
        #expect(config["continued[0].ranks[0].device"] == nil)
        let repeated = try place.lsn("train", "--config", "parts/config.json", "--print-config")
        #expect(repeated.code == 0 && repeated.output.contains("micro-batches: 6"), "\(repeated.errors)")
        #expect(config["continued[1].ranks[1].host"]?.isEmpty == false)
    }

    /// A run begins with a micro-batch for each rank; only the first process writes and prints.
    @Test func microBatchesFollowTheRanks() throws {
        let result = try place.ranks(2, tinyTraining + ["--output", "run"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.isEmpty, "\(result.errors)")
        #expect(result.output.components(separatedBy: "evaluate with lsn eval").count == 2)
        #expect(try place.leaves("run/config.json")["learning.micro_batches"] == "2")
        let record = try #require(try place.read("run/metrics.jsonl").split(separator: "\n").first)
        #expect(record.contains("\"exchange_seconds\": "))
        // One process goes on without a word of ranks, and without MPI.
        #expect(try place.lsn("train", "--resume", "run", "--epochs", "3").code == 0)
    }

    @Test func anEvaluationIsSharedOut() throws {
        #expect(try place.lsn(tinyTraining + ["--output", "run"]).code == 0)
        let arguments = [
            "eval", "--checkpoint", "run", "--device", "reference", "--batch-size", "3", "--limit-test", "20", "--json",
        ]
        func evaluate(_ result: CommandResult) throws -> String {
            #expect(result.code == 0, "\(result.errors)")
            let report = try #require(try result.json() as? [String: Any])
            return try text(report.filter { !["seconds", "images_per_second", "logits"].contains($0.key) })
        }
        let alone = try evaluate(place.lsn(arguments + ["--logits", "1.npy"]))
        #expect(alone.contains("\"samples\":20,"))
        for count in [2, 3] {
            let shared = try evaluate(place.ranks(count, arguments + ["--logits", "\(count).npy"]))
            #expect(shared == alone)
            let logits = FileManager.default.contents(atPath: place.file("\(count).npy"))
            #expect(logits != nil && logits == FileManager.default.contents(atPath: place.file("1.npy")))
        }
    }

    @Test func theStatusNamesEveryProcess() throws {
        let result = try place.ranks(3, ["mpi", "--json"])
        #expect(result.code == 0, "\(result.errors)")
        let status = try #require(try result.json() as? [String: Any])
        #expect((status["version"] as? String)?.isEmpty == false)
        #expect(["serialized", "multiple"].contains(status["thread_level"] as? String))
        let ranks = try #require(status["ranks"] as? [[String: Any]])
        #expect(ranks.map { $0["rank"] as? Int } == [0, 1, 2])
        #expect(ranks.allSatisfy { ($0["host"] as? String)?.isEmpty == false && $0["device"] is String })
    }
}
