import Foundation
import Testing

@Suite struct MemoryTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func train(_ arguments: String...) throws -> CommandResult {
        try place.lsn(tinyTraining + arguments)
    }

    @Test func aDryRunPrintsAndStops() throws {
        let result = try train("--dry-run", "--json", "--memory", "lean")
        #expect(result.code == 0, "\(result.errors)")
        let plan = try #require(try result.json() as? [String: Any])
        #expect(plan["mode"] as? String == "lean")
        let numbers = ["parameters", "gradients", "optimizer", "saved_activations", "workspace", "data"]
            .compactMap { plan[$0] as? Int }
        #expect(numbers.count == 6)
        #expect(numbers.allSatisfy { $0 > 0 })
        #expect(plan["total"] as? Int == numbers.reduce(0, +))
        #expect(plan["largest_batch"] as? Int == 40)
        #expect(plan["device_bytes"] as? Int ?? 0 > 1 << 20)
        #expect(plan["checkpoint"] as? Int ?? 0 > 1 << 20)
        #expect(!place.exists("runs"))
        let text = try train("--dry-run")
        #expect(text.code == 0)
        #expect(text.output.contains("--memory fast"))
        #expect(text.output.contains("saved activations"))
        #expect(text.output.contains("checkpoint"))
        #expect(try train("--json").code == 2)
        let cut = try train("--dry-run", "--micro-batches", "5")
        #expect(cut.output.contains("a step of 10 samples in 5 micro-batches with --memory fast"), "\(cut.output)")
        let refused = try train("--dry-run", "--micro-batches", "11")
        #expect(refused.code == 2)
        #expect(refused.errors.contains("--micro-batches 11: must be from 1 to --batch-size (10)"), "\(refused.errors)")
    }

    @Test func aStepThatDoesNotFitIsRefused() throws {
        // 630 GB, of tensors of at most 16.
        let step = [
            "--model", "lsn101", "--width", "0.25", "--batch-size", "2400", "--timesteps", "32", "--memory", "fast",
        ]
        let result = try place.lsn(["train", "--device", "reference"] + step)
        #expect(result.code == 2)
        #expect(result.errors.contains("a step of 2400 samples with --memory fast needs"), "\(result.errors)")
        #expect(!place.exists("runs"))
        // A network whose parameters alone cannot be counted.
        let huge = try place.lsn("train", "--device", "reference", "--width", "60")
        #expect(huge.code == 2)
        #expect(huge.errors.contains("larger than kernels can count"), "\(huge.errors)")
        let dry = try place.lsn(["train", "--device", "reference", "--dry-run", "--json"] + step)
        #expect(dry.code == 2)
        let plan = try #require(try dry.json() as? [String: Any])
        #expect(plan["total"] as? Double ?? 0 > plan["device_bytes"] as? Double ?? .infinity)
        #expect(plan["mode"] as? String == "fast")
    }

    @Test func theModeIsRecordedAndMayChange() throws {
        #expect(try train("--output", "whole").code == 0)
        #expect(try train("--output", "run", "--memory", "lean", "--max-steps", "3").code == 0)
        func mode(_ file: String, _ key: String) throws -> String? {
            try place.leaves("run/\(file)")[key]
        }
        #expect(try mode("config.json", "run.memory") == "lean")
        #expect(try mode("memory.json", "mode") == "lean")
        #expect(try place.lsn("train", "--resume", "run", "--max-steps", "5").code == 0)
        #expect(try mode("memory.json", "mode") == "lean")
        #expect(try place.lsn("train", "--resume", "run", "--memory", "auto").code == 0)
        #expect(try mode("memory.json", "mode") == "fast")
        #expect(try metrics(place.file("run")) == metrics(place.file("whole")))
        #expect(
            FileManager.default.contents(atPath: place.file("run/checkpoint-best.safetensors"))
                == FileManager.default.contents(atPath: place.file("whole/checkpoint-best.safetensors"))
        )
        #expect(try train("--memory", "small").code == 2)
    }

    @Test func aStepIsMeasured() throws {
        let arguments = [
            "bench", "--plan", "--device", "reference", "--width", "0.02", "--batch-size", "2", "--timesteps", "1",
            "--steps", "1", "--json", "--memory", "balanced",
        ]
        let result = try place.lsn(arguments)
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try result.json() as? [String: Any])
        #expect(report["wall_seconds"] as? Double ?? 0 > 0)
        #expect(report["batch_size"] as? Int == 2)
        #expect((report["memory"] as? [String: Any])?["mode"] as? String == "balanced")
        // The reference has no launches to time.
        #expect(report["kernels"] == nil)
        #expect(try place.lsn("bench", "--plan", "--filter", "fire").code == 2)
        #expect(try place.lsn("bench", "--model", "lsn19").code == 2)
        #expect(try place.lsn("bench", "--plan", "--dataset", "cifar10-dvs").code == 2)
    }

    /// Another program asks for what it wants to know, makes a mistake and asks again.
    @Test func requestsAreAnswered() throws {
        let options = #"{"model": "lsn19", "width": "0.02", "timesteps": "1", "batch_size": "2", "memory": "lean"}"#
        try place.write(
            """
            {"runs": 1}
            {"kernels": ["lsn19-8/logic-gate/200x7x7x32", "lsn19-8/accumulate/200x7x7x32"], "rate": 0.1}
            {"runs": 3}
            {"kernels": ["lsn19-8/logic-gate/200x7x7x32"], "rate": 2}
            {"kernels": ["lsn19-8/logic-gate"]}
            {"step": {"widht": "0.02"}}
            {"step": \(options)}
            {"runs": 1}
            {"inference": \(options)}
            {"runs": 2}
            {"runs": 0}
            {}
            time it
            """,
            to: "requests"
        )
        let command = #"exec "$0" bench --requests --device reference < requests"#
        let result = try place.start(URL(fileURLWithPath: "/bin/sh"), ["-c", command, program.path]).result()
        #expect(result.code == 0, "\(result.errors)")
        let answers = try result.output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        try #require(answers.count == 13)
        func error(_ index: Int) -> String { answers[index]["error"] as? String ?? "none" }
        func seconds(_ index: Int) -> [Double] { answers[index]["seconds"] as? [Double] ?? [] }
        #expect(error(0).contains("nothing is prepared"))
        #expect(answers[1]["device_name"] is String)
        #expect(seconds(2).count == 3 && seconds(2).allSatisfy { $0 > 0 })
        #expect(error(3).contains("firing rate"))
        #expect(error(4).contains("there is no benchmark"))
        #expect(error(5).contains("Did you mean '--width'"))
        #expect(answers[6]["parameter_count"] as? Int ?? 0 > 0)
        #expect((answers[6]["memory"] as? [String: Any])?["mode"] as? String == "lean")
        #expect(seconds(7).count == 1)
        #expect(answers[8]["memory"] == nil)
        #expect(answers[8]["parameter_count"] as? Int == answers[6]["parameter_count"] as? Int)
        #expect(seconds(9).count == 2)
        #expect(error(10).contains("between 1 and 10000"))
        #expect(error(11).contains("kernels, step, inference, runs"))
        #expect(error(12).contains("time it"))
        #expect(try place.lsn("bench", "--requests", "--json").code == 2)
    }
}
