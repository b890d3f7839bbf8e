import Foundation
import Testing

@Suite struct UsageTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    @Test(arguments: [["--help"], ["train", "--help"], ["eval", "--help"], ["help", "check"], ["--version"], []])
    func helpGoesToStandardOutputWithCodeZero(arguments: [String]) throws {
        let result = try place.lsn(arguments)
        #expect(result.code == 0)
        #expect(!result.output.isEmpty)
        #expect(result.errors.isEmpty)
    }

    /// A negative number is a value, if a bad one, whatever the option: never "missing", never an option of its own.
    @Test(arguments: [
        ["train", "--limit-train", "-1"], ["train", "--epochs", "-3"], ["train", "--learning-rate", "-1e-3"],
        ["train", "--width", "-.5"], ["train", "--shift", "-2"], ["train", "--max-bad-files", "-1"],
        ["train", "--warmup-epochs", "-1"], ["train", "--max-steps", "-1"], ["train", "--checkpoint-every", "-1"],
        ["train", "--threshold", "-1"], ["train", "--leak", "-0.5"], ["train", "--label-smoothing", "-inf"],
        ["train", "--batch-size=-1"], ["eval", "--checkpoint", ".", "--limit-test", "-1"],
        ["eval", "--checkpoint", ".", "--batch-size", "-1"],
        ["data", "dump", "--dataset", "digits", "--output", "x", "--limit", "-1"],
        ["data", "simulate-dvs", "--output", "x", "--per-class", "-1"], ["convert", "--timesteps", "-1"],
        ["convert", "--limit-train", "-1"], ["bench", "--plan", "--steps", "-1"],
        ["analyze", "x", "--check-batches", "-1"],
        ["experiment", "depth", "--channels", "-1"], ["experiment", "depth", "--learning-rate", "-1"],
        ["experiment", "recipe", "--limit-train", "-1"], ["train", "--seed", "-1"], ["train", "--image-size", "-1"],
        ["eval", "--checkpoint", ".", "--max-bad-files", "-1"], ["experiment", "depth", "--seeds", "1", "-1"],
    ])
    func aNegativeNumberIsAValue(arguments: [String]) throws {
        let result = try place.lsn(arguments)
        #expect(result.code == 2, "\(result.errors)")
        let message = try #require(result.errors.split(separator: "\n").first)
        let option = try #require(arguments.last { $0.hasPrefix("--") }?.split(separator: "=").first)
        #expect(message.hasPrefix("error: ") && message.contains(option), "\(message)")
        #expect(!message.contains("Missing") && !message.contains("Unknown"), "\(message)")
    }

    /// Others of a list stay; what a value may be is the run's to say.
    @Test func aNegativeNumberInAListIsAValue() throws {
        let result = try place.lsn("experiment", "recipe", "--warmups", "0", "-1")
        #expect(result.code == 2)
        #expect(result.errors.hasPrefix("error: The value '-1' is invalid for '--warmup-epochs"), "\(result.errors)")
    }

    @Test func aNegativeNumberWhereOneIsAllowedIsTaken() throws {
        let result = try place.lsn(
            "train",
            "--print-config",
            "--branch-bias",
            "-0.25",
            "--tet-phi",
            "-1",
            "--loss",
            "tet"
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("branch-bias: -0.25"))
    }

    @Test func helpNamesEveryOption() throws {
        let text = try place.lsn("train", "--help").output
        let options = [
            "model", "dataset", "data", "device", "width", "timesteps", "epochs", "max-steps", "batch-size",
            "optimizer",
            "learning-rate", "weight-decay", "warmup-epochs", "schedule", "loss", "detach-reset", "limit-train",
            "limit-test", "seed", "output", "resume", "config", "print-config", "kernels", "stem", "head", "neuron",
            "threshold", "leak", "branch-scale", "branch-bias", "head-gain", "surrogate-height", "recipe", "sew",
            "residual",
            "surrogate",
            "surrogate-slope", "surrogate-width", "surrogate-temperature", "surrogate-search", "tet-lambda", "tet-phi",
            "mpd-weight", "label-smoothing", "checkpoint-every",
        ]
        for option in options {
            #expect(text.contains("--\(option)"), "\(option)")
        }
    }

    /// Bad usage and bad input: code 2, one "error:" on standard error that names what is wrong, nothing on standard
    /// output, no folder left behind.
    @Test(arguments: [
        (["trian"], "trian"),
        (["train", "--epoch", "3"], "--epoch"),
        (["train", "--epochs", "many"], "many"),
        (["train", "--epochs", "0"], "'0' is invalid for '--epochs"),
        (["train", "--model", "lsn91"], "lsn19"),
        (["train", "--dataset", "svhn"], "svhn"),
        (["train", "--dataset", "mnist"], "--data"),
        (["train", "--dataset", "cifar10", "--data", "nowhere"], "nowhere"),
        (["train", "--device", "gpu"], "gpu"),
        (["train", "--device", "opencl:99:0"], "opencl:99:0"),
        (["train", "--optimizer", "rmsprop"], "rmsprop"),
        (["train", "--width", "0.0001"], "0.0001"),
        (["train", "--resume", "nowhere"], "nowhere"),
        (["train", "--config", "nowhere.yaml"], "nowhere.yaml"),
        (["train", "--seed", "-1"], "--seed"),
        (["eval"], "--checkpoint"),
        (["eval", "--checkpoint", "nowhere"], "nowhere"),
        (["eval", "--checkpoint", "."], "no checkpoint"),
        (["eval", "--checkpoint", ".", "--limit-test", "0"], "--limit-test"),
        (["check", "--device", "gpu"], "gpu"),
        (["check", "--golden", "nowhere"], "nowhere"),
        (["bench", "--device", "gpu"], "gpu"),
    ])
    func badUsageIsCodeTwo(arguments: [String], named: String) throws {
        let result = try place.lsn(arguments)
        #expect(result.code == 2)
        #expect(result.errors.hasPrefix("error: "))
        #expect(result.errors.contains(named), "\(result.errors)")
        #expect(result.output.isEmpty)
        #expect(!place.exists("runs"))
    }

    @Test func modelsAreListed() throws {
        let text = try place.lsn("models")
        #expect(text.code == 0)
        let list = try #require(try place.lsn("models", "--json").json() as? [[String: Any]])
        let names = list.compactMap { $0["name"] as? String }
        let expected = ["lsn15", "lsn18", "lsn19", "lsn34", "lsn34-standard", "lsn50", "lsn71-standard", "lsn101"]
        #expect(Set(names).isSuperset(of: expected))
        for name in expected {
            #expect(text.output.contains(name))
        }
        let deep = try #require(list.first { $0["name"] as? String == "lsn71-standard" })
        #expect(deep["layers"] as? Int == 71)
        #expect(deep["time_steps"] as? Int == 4)
        #expect(deep["blocks"] as? Int == 23)
        // 61.92 million, the one real count in the paper's column.
        #expect(deep["parameters"] as? Int == 61_919_528)
        #expect(deep["nominal_parameters"] as? Int == 61_900_000)
        #expect(deep["neuron"] as? String == "lif")
        #expect(deep["is_binary"] as? Bool == true)
        #expect(try #require(deep["neurons"] as? Int) > 1_000_000)
        let sums = try #require(list.first { $0["name"] as? String == "sew-resnet18" })
        #expect(sums["neuron"] as? String == "if")
        #expect(sums["is_binary"] as? Bool == false)
        let levels = try #require(list.first { $0["name"] as? String == "ds-resnet20" })
        #expect((levels["thresholds"] as? [Double])?.count == 3)
    }

    @Test func devicesAreListed() throws {
        #expect(try place.lsn("devices").output.contains("reference"))
        let list = try #require(try place.lsn("devices", "--json").json() as? [[String: Any]])
        #expect(list.last?["device"] as? String == "reference")
        #expect(list.count { $0["is_default"] as? Bool == true } == 1)
        #expect(
            list.allSatisfy { $0["arithmetic"] as? String == "exact" && ($0["arithmetic_faults"] as? [String]) == [] }
        )
        let missing = try place.lsn("devices", "--kernels", "nowhere")
        #expect(missing.code == 2)
        #expect(missing.errors.contains("error: nowhere: there is no such folder of kernels"))
    }

    /// A loader without drivers: the list still has the reference, `auto` warns, and asking for OpenCL is an error.
    @Test func aMachineWithoutOpenCL() throws {
        let bare = ["OCL_ICD_VENDORS": place.path]
        let devices = try place.lsn("devices", "--json", environment: bare)
        #expect(devices.code == 0)
        let list = try #require(try devices.json() as? [[String: Any]])
        #expect(list.count == 1)
        #expect(list.first?["is_default"] as? Bool == true)
        let train = try place.lsn(["train", "--device", "opencl", "--max-steps", "1"], environment: bare)
        #expect(train.code == 2)
        #expect(train.errors.contains("no OpenCL platform found"))
        #expect(train.errors.contains("--device reference"))
        var arguments = tinyTraining
        arguments[2] = "auto"
        let fallback = try place.lsn(arguments + ["--max-steps", "1"], environment: bare)
        #expect(fallback.code == 0)
        #expect(fallback.errors.contains("warning: no OpenCL platform found"))
    }
}
