import Foundation
import LSNFileFormats
import Testing

@Suite struct EvalTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
        let result = try place.lsn(tinyTraining + ["--output", "run", "--epochs", "1"])
        try #require(result.code == 0, "\(result.errors)")
    }

    private func eval(_ arguments: String...) throws -> CommandResult {
        try place.lsn(["eval", "--device", "reference", "--limit-test", "20"] + arguments)
    }

    @Test func anEvaluationRepeatsTheRunsOwn() throws {
        let line = try #require(try metrics(place.file("run")).last)
        let result = try eval("--checkpoint", "run", "--json")
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try result.json() as? [String: Any])
        #expect(report["accuracy"] as? Double == line["test_accuracy"])
        #expect(report["loss"] as? Double == line["test_loss"])
        #expect(report["samples"] as? Int == 20)
        #expect(report["dataset"] as? String == "digits")
        let classes = try #require(report["class_scores"] as? [[String: Any]])
        #expect(classes.count == 10 && classes[3]["name"] as? String == "3")
        #expect(classes.reduce(0) { $0 + ($1["samples"] as? Int ?? 0) } == 20)
        let right = try #require(report["correct"] as? Int)
        #expect(classes.reduce(0) { $0 + ($1["correct"] as? Int ?? 0) } == right)
        let topFive = try #require(report["accuracy_top5"] as? Double)
        #expect(topFive >= Double(right) / 20 && topFive <= 1)
        let text = try eval("--checkpoint", "run/checkpoint-last.safetensors")
        #expect(text.output.contains("accuracy") && text.output.contains("top-5") && text.output.contains("taken for"))
        #expect(text.code == 0)
    }

    /// A run in micro-batches is evaluated in parts of as many samples, by `lsn eval` too.
    @Test func anEvaluationOfARunInMicroBatchesRepeatsItsOwn() throws {
        let run = tinyTraining + ["--output", "cut", "--epochs", "1", "--micro-batches", "4"]
        #expect(try place.lsn(run).code == 0)
        let line = try #require(try metrics(place.file("cut")).last)
        let report = try #require(try eval("--checkpoint", "cut", "--json").json() as? [String: Any])
        #expect(report["loss"] as? Double == line["test_loss"])
        #expect(report["accuracy"] as? Double == line["test_accuracy"])
        let printed = try place.lsn(["train", "--config", "cut/config.json", "--print-config"])
        #expect(printed.output.contains("micro-batches: 4"), "\(printed.output)")
        let page = try place.read("cut/report.html")
        #expect(page.contains("samples in 4 micro-batches"))
    }

    @Test func logitsAreAnArrayOfTimeSampleClass() throws {
        let result = try eval("--checkpoint", "run", "--logits", "logits.npy", "--json")
        #expect(result.code == 0, "\(result.errors)")
        let bytes = try FileSystem.read(place.file("logits.npy"))
        let array = try NPY.parse(bytes, path: "logits.npy")
        #expect(array.shape == [1, 20, 10])
        #expect(array.values.contains { $0 != 0 })
    }

    @Test func aRunThatWasNeverEvaluatedFallsBackToItsLastCheckpoint() throws {
        try FileManager.default.removeItem(atPath: place.file("run/checkpoint-best.safetensors"))
        let report = try #require(try eval("--checkpoint", "run", "--json").json() as? [String: Any])
        #expect((report["checkpoint"] as? String)?.hasSuffix("checkpoint-last.safetensors") == true)
    }

    @Test(arguments: [0, 4, 100, 5000])
    func aTruncatedCheckpointIsBadInput(bytes: Int) throws {
        let whole = try FileSystem.read(place.file("run/checkpoint-best.safetensors"))
        try FileSystem.writeAtomically(Array(whole.prefix(bytes)), to: place.file("cut.safetensors"))
        let result = try eval("--checkpoint", "cut.safetensors")
        #expect(result.code == 2)
        #expect(result.errors.hasPrefix("error: cut.safetensors"), "\(result.errors)")
    }

    @Test func wrongShapesAreNamed() throws {
        var file = try Safetensors.read(place.file("run/checkpoint-best.safetensors"))
        // As files of earlier versions have it, without a description.
        file.metadata["network"] = nil
        file.metadata["width"] = "0.02"
        try file.write(to: place.file("wide.safetensors"))
        let result = try eval("--checkpoint", "wide.safetensors")
        #expect(result.code == 2)
        #expect(result.errors.contains("conv.weight is ["), "\(result.errors)")
    }

    @Test func anotherDataSetIsRefusedBeforeItIsRun() throws {
        var file = try Safetensors.read(place.file("run/checkpoint-best.safetensors"))
        file.metadata["network"] = nil
        file.metadata["image_size"] = "32"
        try file.write(to: place.file("other.safetensors"))
        let result = try eval("--checkpoint", "other.safetensors")
        #expect(result.code == 2)
        #expect(result.errors.contains("1×32×32"), "\(result.errors)")
    }

    /// A file with no more metadata than the network's, as another program may write it.
    @Test func aForeignFileNeedsADataSet() throws {
        var file = try Safetensors.read(place.file("run/checkpoint-best.safetensors"))
        for key in ["format", "version", "dataset", "data", "batch_size", "epoch", "step", "test_accuracy"] {
            file.metadata[key] = nil
        }
        try file.write(to: place.file("foreign.safetensors"))
        let refused = try eval("--checkpoint", "foreign.safetensors")
        #expect(refused.code == 2)
        #expect(refused.errors.contains("--dataset"))
        #expect(try eval("--checkpoint", "foreign.safetensors", "--dataset", "digits").code == 0)
    }

    @Test func aFileOfAnotherKindIsBadInput() throws {
        try place.write("{\"not\": \"safetensors\"}", to: "file.safetensors")
        #expect(try eval("--checkpoint", "file.safetensors").code == 2)
    }
}
