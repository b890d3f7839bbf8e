import Foundation
import LSNFileFormats
import LSNTestPictures
import Testing

@Suite struct DataTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    private func lsn(_ arguments: String...) throws -> CommandResult {
        try place.lsn(arguments, environment: ["LSN_CACHE_DIR": place.file("cache")])
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: place.file(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: url)
    }

    /// Pictures of two classes.
    private func writePictures() throws {
        for (label, name) in ["ant", "bee"].enumerated() {
            for index in 0..<5 {
                let picture = TestPicture(width: 30 + index, height: 24, seed: 5 * label + index)
                try write(picture.jpeg(), to: "pictures/\(name)/\(index).jpg")
            }
        }
    }

    private func array(_ name: String) throws -> NPY.Array {
        try NPY.parse(FileSystem.read(place.file(name)), path: name)
    }

    @Test func picturesOfADataSetAreWrittenPixelByPixel() throws {
        let made = try lsn("data", "extract", "--output", "pictures", "--per-class", "3", "--test")
        #expect(made.code == 0, "\(made.errors)")
        #expect(made.output.contains("30 pictures of 10 classes in pictures"))
        let again = try lsn("data", "extract", "--output", "pictures")
        #expect(again.code == 2 && again.errors.contains("--output pictures holds something"))
        func dump(_ arguments: [String]) throws -> (array: NPY.Array, lines: [[Substring]]) {
            let result = try place.lsn(
                ["data", "dump", "--device", "reference", "--output", "x.npy", "--list", "x.tsv"] + arguments
            )
            #expect(result.code == 0, "\(result.errors)")
            let lines = try place.read("x.tsv").split(separator: "\n").map { $0.split(separator: "\t") }
            return (try array("x.npy"), lines)
        }
        let written = try dump([
            "--dataset", "images", "--data", "pictures", "--split", "all", "--image-size", "native",
        ])
        let digits = try dump(["--dataset", "digits", "--limit", "1000"])
        #expect(written.array.shape == [30, 3, 28, 28] && digits.array.shape == [1000, 1, 28, 28])
        for (row, line) in written.lines.enumerated() {
            let file = try #require(line.last)
            let number = try #require(Int(file.split(separator: "/")[1].dropLast(4)))
            #expect(digits.lines[number][1] == line[1], "\(file) has its class")
            // Both are normalised, each with its data set's constants.
            let pixels = digits.array.values[number * 784..<(number + 1) * 784].map {
                (255 * ($0 * 0.3081 + 0.1307)).rounded()
            }
            for (channel, (mean, deviation)) in zip([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]).enumerated() {
                let start = (3 * row + channel) * 784
                let channelPixels = written.array.values[start..<start + 784].map {
                    (255 * ($0 * Float(deviation) + Float(mean))).rounded()
                }
                #expect(channelPixels == pixels && pixels.contains { $0 > 200 }, "\(file)")
            }
        }
        // A class's first ones: no number between them is of that class.
        let sevens = digits.lines.enumerated().filter { $0.element[1] == "7" }.prefix(3).map(\.offset)
        for seven in sevens { #expect(place.exists("pictures/7/\(String(1000 + seven).dropFirst()).png")) }
    }

    @Test func recordingsAreSimulatedLookedAtAndTrainedOn() throws {
        let made = try lsn("data", "simulate-dvs", "--output", "dvs", "--per-class", "2", "--milliseconds", "20")
        #expect(made.code == 0, "\(made.errors)")
        #expect(made.output.contains("20 recordings of 20 ms in dvs"))
        #expect(place.exists("dvs/7/digits_7_1.aedat"))

        let looked = try lsn("data", "inspect", "--dataset", "cifar10-dvs", "--data", "dvs", "--json")
        #expect(looked.code == 0, "\(looked.errors)")
        let report = try #require(try looked.json() as? [String: Any])
        let data = try #require(report["data"] as? [String: Any])
        #expect(data["split"] as? String == "first-900" && data["train_samples"] as? Int == 10)
        #expect(try FileSystem.read(place.file("cifar10-dvs-samples.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(try lsn("data", "verify", "--dataset", "cifar10-dvs", "--data", "dvs").code == 0)

        let dumped = try lsn(
            "data",
            "dump",
            "--dataset",
            "cifar10-dvs",
            "--data",
            "dvs",
            "--timesteps",
            "3",
            "--limit",
            "4",
            "--output",
            "frames.npy",
            "--device",
            "reference",
            "--list",
            "frames.tsv"
        )
        #expect(dumped.code == 0, "\(dumped.errors)")
        let frames = try array("frames.npy")
        #expect(frames.shape == [3, 4, 2, 48, 48])
        #expect(frames.values.allSatisfy { $0 >= 0 && $0 == $0.rounded() } && frames.values.contains { $0 > 0 })
        #expect(try place.read("frames.tsv").hasPrefix("0\t0\t0\t0/digits_0_1.aedat\n1\t1\t1\t1/"))

        let trained = try lsn(
            "train",
            "--dataset",
            "cifar10-dvs",
            "--data",
            "dvs",
            "--split",
            "random:4",
            "--frames-by",
            "time",
            "--image-size",
            "12",
            "--timesteps",
            "2",
            "--width",
            "0.02",
            "--batch-size",
            "5",
            "--epochs",
            "1",
            "--device",
            "reference",
            "--output",
            "run"
        )
        #expect(trained.code == 0, "\(trained.errors)")
        let config = try place.read("run/config.json")
        for text in ["\"split\" : \"random:4\"", "\"frames_by\" : \"time\"", "\"image_size\" : \"12\""] {
            #expect(config.contains(text), "\(text)")
        }
        #expect(try place.read("run/metrics.jsonl").contains("\"data_wait_seconds\""))
        let evaluated = try lsn("eval", "--checkpoint", "run", "--device", "reference", "--json")
        #expect(evaluated.code == 0, "\(evaluated.errors)")
        #expect((try evaluated.json() as? [String: Any])?["samples"] as? Int == 10)
        // A checkpoint by itself says how it is to be evaluated.
        try FileManager.default.copyItem(
            atPath: place.file("run/checkpoint-last.safetensors"),
            toPath: place.file("alone.safetensors")
        )
        let folder = try #require(place.leaves("run/config.json")["data.data"])
        func alone(_ arguments: String...) throws -> CommandResult {
            try place.lsn(
                ["eval", "--checkpoint", "alone.safetensors", "--data", folder, "--device", "reference"] + arguments
            )
        }
        let same = try alone("--json")
        let scores = try #require(try same.json() as? [String: Any])
        #expect(scores["split"] as? String == "random:4" && scores["frames_by"] as? String == "time")
        #expect(scores["loss"] as? Double == (try evaluated.json() as? [String: Any])?["loss"] as? Double)
        #expect(!same.errors.contains("trained"))
        let other = try alone("--split", "first-900")
        #expect(other.errors.contains("warning: the network was trained with the split random:4"), "\(other.errors)")
        #expect(other.output.contains("(split first-900, frames by time)"), "\(other.output)")
        let resumed = try lsn("train", "--resume", "run", "--split", "first-900")
        #expect(resumed.code == 2 && resumed.errors.contains("--split"))
    }

    @Test func picturesAreLookedAtAndTrainedOnAndDamagedOnesNamed() throws {
        try writePictures()
        try write([1, 2, 3], to: "pictures/bee/1.jpg")
        let verified = try lsn("data", "verify", "--dataset", "imagenet", "--data", "pictures")
        #expect(verified.code == 1)
        #expect(
            verified.output.contains("bad      pictures/bee/1.jpg, byte 0: starts neither as JPEG (ff d8) nor as PNG")
        )

        let dumped = try lsn(
            "data",
            "dump",
            "--dataset",
            "imagenet",
            "--data",
            "pictures",
            "--image-size",
            "16",
            "--output",
            "p.npy",
            "--device",
            "reference"
        )
        #expect(dumped.code == 0, "\(dumped.errors)")
        #expect(try array("p.npy").shape == [2, 3, 16, 16])

        var training = [
            "train", "--dataset", "imagenet", "--data", "pictures", "--model", "lsn19", "--width", "0.02",
            "--image-size",
            "16", "--timesteps", "1", "--batch-size", "4", "--epochs", "1", "--device", "reference", "--output",
        ]
        let trained = try place.lsn(training + ["run"])
        #expect(trained.code == 0, "\(trained.errors)")
        #expect(trained.errors.contains("warning: left out: ") && trained.errors.contains("pictures/bee/1.jpg"))
        #expect(try place.read("run/config.json").contains("\"split\" : \"every-5\""))

        training += ["strict", "--max-bad-files", "0"]
        let strict = try place.lsn(training)
        #expect(strict.code == 2 && strict.errors.contains("--max-bad-files 0 bears no more"))
    }

    @Test func aFolderThatVanishesKeepsTheLastCheckpoint() throws {
        try writePictures()
        let run = try place.start(
            program,
            [
                "train", "--dataset", "imagenet", "--data", "pictures", "--model", "lsn19", "--width", "0.02",
                "--image-size", "16", "--timesteps", "1", "--batch-size", "2", "--epochs", "100000", "--device",
                "reference", "--output", "run",
            ]
        )
        run.wait { place.exists("run/checkpoint-last.safetensors") }
        try FileManager.default.moveItem(atPath: place.file("pictures"), toPath: place.file("elsewhere"))
        let result = try run.result()
        #expect(result.code == 2)
        #expect(result.errors.contains("can be read") && result.errors.contains("No such file or directory"))
        #expect(throws: Never.self) { try Safetensors.read(place.file("run/checkpoint-last.safetensors")) }
    }

    /// Pictures of one row, or of one column, whose middle evaluation sees as it sees that of any other.
    @Test func stripsTrainAndTestLikeOtherPictures() throws {
        for (label, name) in ["ant", "bee"].enumerated() {
            let folder = place.file("strips/\(name)")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for index in 0..<4 {
                let isWide = index % 2 == 0
                let picture = TestPicture(width: isWide ? 5000 : 1, height: isWide ? 1 : 5000, seed: 4 * label + index)
                try Data(picture.jpeg()).write(to: URL(fileURLWithPath: "\(folder)/\(index).jpg"))
            }
        }
        let data = ["--dataset", "imagenet", "--data", "strips", "--split", "every-2", "--image-size", "32"]
        let options = [
            "--model", "lsn19", "--width", "0.02", "--timesteps", "1", "--batch-size", "2", "--epochs", "1", "--device",
            "reference", "--output", "run",
        ]
        for command in [
            ["train"] + data + options, ["eval", "--checkpoint", "run", "--device", "reference"],
            ["data", "verify", "--dataset", "imagenet", "--data", "strips"],
            ["data", "dump"] + data + ["--output", "strips.npy", "--device", "reference"],
            ["data", "inspect"] + data + ["--sheet", "strips.png", "--device", "reference"],
        ] {
            let result = try place.lsn(command)
            #expect(result.code == 0, "\(command): \(result.errors)")
            #expect(!result.errors.contains("cannot be read"), "\(command): \(result.errors)")
        }
    }

    @Test func wishesThatCannotBeFulfilledAreErrors() throws {
        let cases: [([String], String)] = [
            (
                ["data", "dump", "--dataset", "digits", "--image-size", "32", "--output", "x.npy"],
                "shrink by whole factors only"
            ),
            (["data", "inspect", "--dataset", "imagenet", "--data", "nowhere"], "there is no such folder"),
            (["data", "inspect", "--dataset", "imagenet"], "needs --data DIR"),
            (["data", "inspect", "--dataset", "imagenet", "--data", ".", "--split", "half"], "half"),
            (["data", "simulate-dvs", "--dataset", "imagenet", "--output", "o"], "digits, mnist, cifar10 or cifar100"),
            (["data", "extract", "--dataset", "n-mnist", "--output", "o"], "pictures are written of digits"),
            (["data", "extract", "--per-class", "0", "--output", "o"], "--per-class must be at least 1"),
            (["data", "dump", "--dataset", "digits", "--limit", "0", "--output", "x"], "--limit"),
            (["train", "--frames-by", "time"], "--frames-by is for recordings"),
            (
                ["train", "--dataset", "imagenet", "--data", ".", "--shift", "3"],
                "--shift 3 has no effect"
            ),
        ]
        for (arguments, message) in cases {
            let result = try place.lsn(arguments)
            #expect(result.code == 2, "\(arguments): \(result.output)\(result.errors)")
            #expect(result.errors.contains(message), "\(arguments): \(result.errors)")
        }
    }

    @Test func checkpointsAreExported() throws {
        #expect(try place.lsn(tinyTraining + ["--output", "run"]).code == 0)
        for format in ["safetensors", "npz", "nir"] {
            let result = try lsn("export", "--checkpoint", "run", "--format", format, "--output", "model.\(format)")
            #expect(result.code == 0, "\(result.errors)")
        }
        let original = try Safetensors.read(place.file("run/checkpoint-best.safetensors"))
        let exported = try Safetensors.read(place.file("model.safetensors"))
        #expect(exported.names == original.names.filter { !$0.hasPrefix("optimizer.") })
        #expect(exported.names.allSatisfy { exported[$0] == original[$0] })
        #expect(exported.metadata["model"] == "lsn19")
        #expect(try FileSystem.read(place.file("model.npz")).starts(with: [0x50, 0x4B, 3, 4]))
        #expect(try FileSystem.read(place.file("model.nir")).starts(with: [0x89, 0x48, 0x44, 0x46]))

        #expect(try place.lsn(tinyTraining + ["--reset", "soft", "--output", "soft"]).code == 0)
        let refused = try lsn("export", "--checkpoint", "soft", "--format", "nir", "--output", "soft.nir")
        #expect(refused.code == 2 && refused.errors.contains("NIR cannot express the neurons of stem, stages.0.0"))
        #expect(!place.exists("soft.nir"))
    }
}
