import Foundation
import LSNFileFormats
import Testing

@Suite struct TrainTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func train(_ arguments: String...) throws -> CommandResult {
        try place.lsn(tinyTraining + arguments)
    }

    private func expectSameRun(_ a: String, _ b: String) throws {
        #expect(try metrics(place.file(a)) == metrics(place.file(b)))
        for name in ["checkpoint-last.safetensors", "checkpoint-best.safetensors"] {
            #expect(try place.tensors("\(a)/\(name)") == place.tensors("\(b)/\(name)"), "\(name)")
        }
    }

    @Test func aRunLeavesItsFolder() throws {
        let result = try train()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.isEmpty)
        let folder = "runs/lsn19-digits-1"
        for name in ["config.json", "metrics.jsonl", "checkpoint-last.safetensors", "checkpoint-best.safetensors"] {
            #expect(place.exists("\(folder)/\(name)"), "\(name)")
        }
        let lines = try place.read("\(folder)/metrics.jsonl").split(separator: "\n")
        #expect(lines.count == 2)
        let record = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        #expect(
            Set(try #require(record).keys) == [
                "epoch", "step", "learning_rate", "train_loss", "train_accuracy", "test_loss", "test_accuracy",
                "images_per_second", "seconds", "evaluation_seconds",
            ]
        )
        let config = try place.leaves("\(folder)/config.json")
        #expect(config["run.device"] == "reference")
        #expect(config["network.start.branch_scale"] == "0.5")
        #expect(config["network.neuron.surrogate_height"] == "1")
        #expect(config["version"] != nil)
        // Plain lines: no terminal, no escapes.
        #expect(!result.output.contains("\u{1B}"))
        #expect(result.output.contains("epoch 2/2"))
        // The next run gets the next folder.
        #expect(try train("--max-steps", "1").code == 0)
        #expect(place.exists("runs/lsn19-digits-2/metrics.jsonl"))
    }

    /// More epochs move the cosine, so that the rate jumps.
    @Test func moreEpochsAreSaidToChangeTheSchedule() throws {
        #expect(try train("--output", "run").code == 0)
        let longer = try place.lsn("train", "--resume", "run", "--epochs", "4")
        #expect(longer.code == 0)
        #expect(longer.errors.contains("warning: with --epochs 4 instead of 2"), "\(longer.errors)")
        #expect(longer.errors.contains("epoch 3 learns at 0.0025, after epoch 2 at 0.0025"), "\(longer.errors)")
        #expect(try train("--output", "level", "--schedule", "constant").code == 0)
        #expect(try !place.lsn("train", "--resume", "level", "--epochs", "3").errors.contains("warning"))
    }

    @Test func aKilledRunContinuesToTheSameBits() throws {
        #expect(try train("--output", "whole").code == 0)
        let arguments = tinyTraining + ["--output", "killed", "--checkpoint-every", "1"]
        let running = try place.start(program, arguments)
        running.wait { place.exists("killed/checkpoint-last.safetensors") }
        kill(running.process.processIdentifier, SIGKILL)
        #expect(try running.result().code == SIGKILL)
        #expect(running.process.terminationReason == .uncaughtSignal)
        let resumed = try place.lsn("train", "--resume", "killed")
        #expect(resumed.code == 0, "\(resumed.errors)")
        try expectSameRun("whole", "killed")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalSavesAndTheRunContinues(signal: Int32) throws {
        #expect(try train("--output", "whole").code == 0)
        let running = try place.start(program, tinyTraining + ["--output", "stopped", "--checkpoint-every", "1"])
        running.wait { place.exists("stopped/checkpoint-last.safetensors") }
        kill(running.process.processIdentifier, signal)
        let stopped = try running.result()
        #expect(stopped.code == 0, "\(stopped.errors)")
        #expect(stopped.errors.contains("stopping"))
        #expect(stopped.output.contains("lsn train --resume stopped"))
        #expect(try place.lsn("train", "--resume", "stopped").code == 0)
        try expectSameRun("whole", "stopped")
    }

    @Test func maxStepsWritesARecordAndContinues() throws {
        #expect(try train("--output", "whole").code == 0)
        #expect(try train("--output", "part", "--max-steps", "5").code == 0)
        #expect(try metrics(place.file("part")).map { $0["step"] } == [4, 5])
        #expect(try place.lsn("train", "--resume", "part").code == 0)
        try expectSameRun("whole", "part")
    }

    @Test func contradictionsAreBadUsage() throws {
        #expect(try train("--output", "run", "--max-steps", "1").code == 0)
        let result = try place.lsn("train", "--resume", "run", "--learning-rate", "0.1", "--seed", "9")
        #expect(result.code == 2)
        #expect(result.errors.contains("--learning-rate 0.005, not 0.1"))
        #expect(result.errors.contains("--seed 0, not 9"))
        #expect(try place.lsn("train", "--resume", "run", "--epochs", "1", "--output", "copy").code == 0)
        #expect(place.exists("copy/metrics.jsonl"))
    }

    @Test func epochsThatAreDoneCannotBeTakenBack() throws {
        #expect(try train("--output", "run").code == 0)
        let config = try place.read("run/config.json")
        let fewer = try place.lsn("train", "--resume", "run", "--epochs", "1", "--output", "run/")
        #expect(fewer.code == 2 && fewer.errors.contains("--epochs 1: must be at least 2"), "\(fewer.errors)")
        #expect(try place.read("run/config.json") == config)
    }

    @Test func aRunIsNotOverwritten() throws {
        #expect(try train("--output", "run", "--max-steps", "1").code == 0)
        let result = try train("--output", "run")
        #expect(result.code == 2)
        #expect(result.errors.contains("--resume run"))
    }

    @Test func valuesThatAreNotFiniteStopTheRun() throws {
        let result = try train("--optimizer", "sgd", "--learning-rate", "1e38", "--output", "run")
        #expect(result.code == 1)
        #expect(result.errors.contains("training stopped at step"), "\(result.errors)")
        #expect(
            result.errors.contains(".conv.") || result.errors.contains(".bn.") || result.errors.contains("head."),
            "\(result.errors)"
        )
        #expect(!place.exists("run/metrics.jsonl"))
    }

    /// A limit on file sizes stands for a disk that is full: the checkpoint before survives.
    @Test func aFullDiskKeepsTheCheckpointBefore() throws {
        #expect(try train("--output", "run", "--max-steps", "4").code == 0)
        let before = FileManager.default.contents(atPath: place.file("run/checkpoint-last.safetensors"))
        // Blocks of 1,024 bytes: room for metrics and configuration, not for a checkpoint.
        let script = "ulimit -f 8 && exec \"$0\" train --resume run"
        let shell = URL(fileURLWithPath: "/bin/bash")
        let result = try place.start(shell, ["-c", script, program.path]).result()
        #expect(result.code == 1, "\(result.errors)")
        #expect(result.errors.contains("checkpoint-last.safetensors"))
        #expect(result.errors.contains("--resume run"))
        #expect(FileManager.default.contents(atPath: place.file("run/checkpoint-last.safetensors")) == before)
        #expect(try place.lsn("train", "--resume", "run").code == 0)
    }

    @Test func badOpenCLSourcesAreNamed() throws {
        let result = try train("--kernels", "nowhere", "--output", "run")
        // The reference backend needs none.
        #expect(result.code == 0)
        try FileManager.default.createDirectory(atPath: place.file("kernels"), withIntermediateDirectories: true)
        let empty = try place.lsn("train", "--device", "opencl", "--max-steps", "1", "--kernels", "kernels")
        #expect(empty.code == 2 && (!hasOpenCL || empty.errors.contains("kernels: no file")), "\(empty.errors)")
        let byVariable = try place.lsn(
            ["train", "--device", "opencl", "--max-steps", "1"],
            environment: ["LSN_KERNELS": place.file("nowhere")]
        )
        #expect(
            byVariable.code == 2 && (!hasOpenCL || byVariable.errors.contains("nowhere: there is no")),
            "\(byVariable.errors)"
        )
    }
}
