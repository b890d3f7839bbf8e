import Foundation
import LSNFileFormats
import Testing

/// `--dataset arrays`: trained on, evaluated and predicted from what a run wrote down.
@Suite struct ArrayTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    /// An `.npy` file of bytes.
    private func bytes(_ values: [UInt8], shape: String) -> [UInt8] {
        let header = [UInt8]("{'descr': '|u1', 'fortran_order': False, 'shape': (\(shape)), }\n".utf8)
        return [0x93] + [UInt8]("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + values
    }

    private func write(_ file: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: place.file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(file).write(to: url)
    }

    /// 30 sequences of two classes, bright on top or below; they are divided by the default rule.
    private func makeSequences(_ folder: String, offset: Int = 0) throws {
        let labels = (0..<30).map { UInt8($0 % 2) }
        var values: [Float] = []
        for sample in 0..<30 {
            for place in 0..<96 {
                let isTop = place / 4 % 6 < 3
                let noise = (7 * (sample + offset) + 3 * place) % 11
                values.append(Float(isTop == (sample % 2 == 0) ? noise + 40 : noise))
            }
        }
        try write(NPY.serialize(floats: values, shape: [30, 2, 2, 6, 4]), to: "\(folder)/x.npy")
        try write(bytes(labels, shape: "30,"), to: "\(folder)/y.npy")
    }

    private func lsn(_ arguments: String...) throws -> CommandResult {
        let result = try place.lsn(arguments)
        try #require(result.code == 0, "\(result.errors)")
        return result
    }

    private func accuracy(_ result: CommandResult) throws -> (accuracy: Double, loss: Double, samples: Int) {
        struct Report: Decodable {
            let accuracy: Double
            let loss: Double
            let samples: Int
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        return (report.accuracy, report.loss, report.samples)
    }

    /// Lines of a run's metrics without the time that it waited for files.
    private func scores(_ run: String) throws -> [[String: Double]] {
        try metrics(place.file(run)).map { line in line.filter { $0.key != "data_wait_seconds" } }
    }

    private let small = ["--width", "0.05", "--batch-size", "8", "--epochs", "2", "--device", "reference"]

    @Test func sequencesTrainAlikeInEveryMemoryModeAndAreEvaluatedByTheirConstants() throws {
        try makeSequences("set")
        for memory in ["fast", "lean"] {
            let arguments =
                ["train", "--dataset", "arrays", "--data", "set", "--memory", memory, "--output", memory] + small
            let result = try place.lsn(arguments)
            try #require(result.code == 0, "\(result.errors)")
        }
        let expected = try scores("fast")
        #expect(try scores("lean") == expected)
        let record = try String(contentsOfFile: place.file("fast/config.json"), encoding: .utf8)
        // T is the arrays', and the constants stand there.
        #expect(record.contains(#""timesteps" : 2"#))
        #expect(record.firstMatch(of: /"normalize" : "[0-9.,]+\\?\/[0-9.,]+"/) != nil, "\(record)")

        let own = try accuracy(lsn("eval", "--checkpoint", "fast", "--device", "reference", "--json"))
        let best = try #require(expected.max { ($0["test_accuracy"] ?? 0) < ($1["test_accuracy"] ?? 0) })
        #expect(own.accuracy == best["test_accuracy"] && own.samples == 6)

        // Of other arrays it takes the run's constants, whatever their own.
        try makeSequences("other", offset: 5)
        let logits = try lsn(
            "eval",
            "--checkpoint",
            "fast",
            "--device",
            "reference",
            "--data",
            "other",
            "--split",
            "all",
            "--logits",
            "logits.npy"
        )
        #expect(logits.output.contains("of 30"))
        let predicted = try lsn(
            "predict",
            "--checkpoint",
            "fast",
            "--device",
            "reference",
            "--topk",
            "1",
            "other/x.npy"
        ).output.split(separator: "\n").map { $0.split(separator: "\t")[1] }
        let array = try NPY.parse(FileSystem.read(place.file("logits.npy")), path: "logits.npy")
        let classes = (0..<30).map { sample -> String in
            let scores = (0..<2).map { label -> Float in
                array.values[2 * sample + label] + array.values[60 + 2 * sample + label]
            }
            return scores[1] > scores[0] ? "1" : "0"
        }
        #expect(predicted.map(String.init) == classes)

        // A run goes on with its constants, also where its configuration is taken for another.
        _ = try lsn("train", "--resume", "fast", "--epochs", "3")
        #expect(try metrics(place.file("fast")).count == 3)
        _ = try lsn("train", "--config", "lean/config.json", "--output", "again")
        #expect(try scores("again") == expected)
    }

    @Test func picturesOfBytesTrainAndPredictAsTheyAreEvaluated() throws {
        let labels = (0..<20).map { UInt8($0 % 2) }
        var pixels: [UInt8] = []
        for place in 0..<1_280 { pixels.append(UInt8(truncatingIfNeeded: place * 37 + place / 64 * 90)) }
        try write(bytes(pixels, shape: "20, 8, 8"), to: "set/x_train.npy")
        try write(bytes(labels, shape: "20,"), to: "set/y_train.npy")
        try write(bytes([UInt8](pixels[..<640]), shape: "10, 8, 8"), to: "set/x_test.npy")
        try write(bytes([UInt8](labels[..<10]), shape: "10, 1"), to: "set/y_test.npy")
        let result = try place.lsn(
            ["train", "--dataset", "arrays", "--data", "set", "--normalize", "0.5/0.25", "--output", "run"] + small
        )
        try #require(result.code == 0, "\(result.errors)")
        let dump = try lsn(
            "data",
            "dump",
            "--dataset",
            "arrays",
            "--data",
            "set",
            "--normalize",
            "0.5/0.25",
            "--output",
            "x.npy",
            "--device",
            "reference"
        )
        #expect(dump.output.contains("float32 [10, 1, 8, 8] of arrays, split standard"))
        let values = try NPY.parse(FileSystem.read(place.file("x.npy")), path: "x.npy").values
        let isClose = zip(values, pixels).allSatisfy { value, pixel -> Bool in
            let expected: Float = (Float(pixel) / 255 - 0.5) / 0.25
            return abs(value - expected) < 1e-5
        }
        #expect(isClose)
        func predictions(_ file: String) throws -> [Substring] {
            try lsn("predict", "--checkpoint", "run", "--device", "reference", file).output.split(separator: "\n")
                .compactMap { $0.split(separator: "\t", maxSplits: 1).last }
        }
        // What goes into the network, as it is, and bytes.
        #expect(try predictions("x.npy") == predictions("set/x_test.npy"))
    }

    @Test func whatArraysCannotDoIsSaid() throws {
        try makeSequences("set")
        let cases: [(arguments: [String], problem: String)] = [
            (["--timesteps", "5"], "are sequences of 2: use --timesteps 2"),
            (["--image-size", "3"], "arrays keep their size"),
            (["--split", "folders"], "set has x and y, and no folders"), (["--frames-by", "time"], "has arrays"),
            (["--normalize", "1,2,3/1,1,1"], "constants for 3 channels, and the samples have 2"),
            (["--normalize", "x"], "It takes auto, none, or MEAN/STD"),
        ]
        for (arguments, problem) in cases {
            let result = try place.lsn(["train", "--dataset", "arrays", "--data", "set"] + small + arguments)
            #expect(result.code == 2 && result.errors.contains(problem), "\(result.errors)")
        }
        let digits = try place.lsn(["train", "--normalize", "none"] + small)
        #expect(digits.code == 2 && digits.errors.contains("--normalize is for --dataset arrays"), "\(digits.errors)")
    }
}
