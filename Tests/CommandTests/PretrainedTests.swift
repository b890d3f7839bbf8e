import Foundation
import Testing

/// `lsn train --pretrained … --freeze …`.
@Suite struct PretrainedTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func train(_ arguments: String...) throws -> CommandResult { try place.lsn(tinyTraining + arguments) }

    @Test func aRunSaysWhereItsWeightsComeFromAndWhatStays() throws {
        #expect(try train("--output", "first", "--epochs", "1").code == 0)
        let second = try train(
            "--output",
            "second",
            "--epochs",
            "1",
            "--pretrained",
            "first",
            "--freeze",
            "stem",
            "--freeze",
            "stages.0,stages.1"
        )
        #expect(second.code == 0 && second.errors.isEmpty, "\(second.errors)")
        #expect(second.output.contains("/first/checkpoint-best.safetensors: "), "\(second.output)")
        #expect(second.output.contains("frozen  stem, stages.0, stages.1: "), "\(second.output)")
        let leaves = try place.leaves("second/config.json")
        #expect(leaves["learning.freeze"] == "stem,stages.0,stages.1")
        #expect(leaves["learning.pretrained"]?.hasSuffix("/first") == true)
        // The report, TensorBoard and the blocks' statistics do without the gradients that there are not.
        #expect(try place.read("second/blocks.jsonl").contains("stages.0.0"))
        let resumed = try place.lsn("train", "--resume", "second", "--epochs", "2")
        #expect(resumed.code == 0 && resumed.output.contains("frozen  stem, "), "\(resumed.errors)")
        let printed = try place.lsn("train", "--config", "second/config.json", "--print-config")
        #expect(printed.output.contains("freeze: stem,stages.0,stages.1"), "\(printed.output)")
    }

    @Test func whatCannotBeIsBadInput() throws {
        #expect(try train("--output", "first", "--epochs", "1").code == 0)
        let cases: [([String], String)] = [
            (["--pretrained", "none"], "none: there is no such file or folder"),
            (
                ["--pretrained", "first", "--freeze", "stages.7"],
                "error: --freeze: no parameter's name begins with stages.7"
            ),
            (["--freeze", "stem,stages,head"], "nothing left to train"),
            (["--pretrained", "first", "--width", "0.02"], "--width: the network is the checkpoint's, of width 0.01"),
            (["--strict"], "--strict: it belongs to --pretrained"),
            (["--pretrained", "first", "--model", "lsn18", "--width", "0.02"], "tensors do not fit the network: "),
        ]
        for (arguments, problem) in cases {
            let result = try place.lsn(tinyTraining + ["--output", "bad"] + arguments)
            #expect(result.code == 2 && result.errors.contains(problem), "\(result.errors)")
            #expect(!place.exists("bad"))
        }
    }

    /// What a step launches, by `profile.json`.
    @Test(.enabled(if: hasOpenCL)) func frozenStagesTakeFewerLaunches() throws {
        func launches(_ name: String, _ more: String...) throws -> [String: Int] {
            let result = try place.lsn(
                ["train", "--width", "0.02", "--timesteps", "2", "--limit-train", "20", "--limit-test", "10"]
                    + ["--batch-size", "10", "--epochs", "1", "--output", name, "--memory", "fast"] + more
            )
            try #require(result.code == 0, "\(result.errors)")
            let profile = try #require(
                JSONSerialization.jsonObject(with: Data(place.read("\(name)/profile.json").utf8)) as? [String: Any]
            )
            let kernels = try #require(profile["kernels"] as? [[String: Any]])
            var counts: [String: Int] = [:]
            for kernel in kernels {
                counts[kernel["family"] as? String ?? "", default: 0] += kernel["launches"] as? Int ?? 0
            }
            return counts
        }
        let whole = try launches("whole")
        let part = try launches("part", "--freeze", "stages.0")
        let prefix = try launches("prefix", "--freeze", "stem,stages.0")
        func total(_ launches: [String: Int]) -> Int { launches.values.reduce(0, +) }
        #expect(total(part) < total(whole) && total(prefix) < total(part), "\(whole) \(part) \(prefix)")
    }
}
